// A TLS server of Node, that is OpenSSL, which sends the chain that it is told to, whatever that is.
import { once } from "node:events"
import type { Socket } from "node:net"
import tls from "node:tls"
import type { Certificate } from "./certificates.js"

export interface ChainServer extends AsyncDisposable {
    port: number
    /** TCP connections so far. */
    readonly connections: number
    /** Why handshakes came to nothing on this side, other than by the client's alert or its leaving. */
    failures: string[]
}

/** Weak keys and hashes are the client's to refuse. */
const ANY_STRENGTH = "DEFAULT@SECLEVEL=0"

/** The client has sent an alert or gone away. */
const clientRefused = (error: Error & { code?: string }): boolean =>
    /ALERT|ECONNRESET|EPIPE/.test(error.code ?? "") || error.message.includes("before secure TLS connection")

/** Chains are as sent, leaf first; a server with several takes the one that suits the client. */
export async function serveChains(chains: Certificate[][]): Promise<ChainServer> {
    const failures: string[] = []
    let connections = 0
    const open = new Set<Socket>()
    const server = tls.createServer({
        cert: chains.map((chain) => chain.map((each) => each.pem).join("")),
        key: chains.map((chain) => chain[0]?.keys.privateKey.export({ type: "pkcs8", format: "pem" }) ?? ""),
        ciphers: ANY_STRENGTH,
        minVersion: "TLSv1.2",
    })
    server.on("connection", (socket) => {
        connections++
        open.add(socket)
        socket.on("close", () => open.delete(socket))
        socket.on("error", () => {})
    })
    server.on("tlsClientError", (error) => {
        if (!clientRefused(error)) failures.push(error.message)
    })
    server.on("secureConnection", (socket) => {
        socket.on("error", () => {})
        socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"))
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("a TCP server has a port")
    return {
        port: address.port,
        get connections() {
            return connections
        },
        failures,
        async [Symbol.asyncDispose]() {
            for (const socket of open) socket.destroy()
            server.close()
            await once(server, "close")
        },
    }
}

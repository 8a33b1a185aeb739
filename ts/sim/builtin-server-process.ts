// The process of the built-in server. It offers every kind of session; the client's versions and
// its use of tickets decide which.
import { constants } from "node:crypto"
import https from "node:https"
import type { TLSSocket } from "node:tls"
import { type ServerConfig, type ServerMessage, serverConfigSchema } from "./builtin-server.js"

function tell(message: ServerMessage): void {
    process.send?.(message)
}

function serve(config: ServerConfig): void {
    const sessions = new Map<string, Buffer>()
    const server = https.createServer({
        cert: config.certificate,
        key: config.key,
        sessionTimeout: config.sessionLifetimeS,
        minVersion: "TLSv1.2",
        secureOptions: config.stateful ? constants.SSL_OP_NO_TICKET : 0,
    })
    // Node keeps no sessions by itself. OpenSSL checks the age of what is handed back.
    server.on("newSession", (id: Buffer, session: Buffer, done: () => void) => {
        sessions.set(id.toString("hex"), session)
        done()
    })
    server.on("resumeSession", (id: Buffer, done: (error: null, session: Buffer | null) => void) => {
        done(null, sessions.get(id.toString("hex")) ?? null)
    })
    server.on("secureConnection", (socket: TLSSocket) => {
        tell({ type: "connection", remotePort: socket.remotePort ?? 0, resumed: socket.isSessionReused() })
        socket.on("error", () => {}) // a client that goes to sleep may reset
    })
    server.on("request", (request, response) => {
        let body = ""
        request.on("data", (text) => (body += text))
        request.on("end", () => {
            tell({ type: "request", remotePort: request.socket.remotePort ?? 0, body })
            response.writeHead(204).end()
        })
    })
    server.on("tlsClientError", () => {}) // what went wrong is the client's to tell
    server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        tell({ type: "listening", port: typeof address === "object" ? (address?.port ?? 0) : 0 })
    })
}

process.once("message", (config) => serve(serverConfigSchema.parse(config)))
process.on("disconnect", () => process.exit())

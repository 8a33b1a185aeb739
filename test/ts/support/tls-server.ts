// A TLS server in the test's own process: Node's tls, that is OpenSSL, which answers every request
// the same way and remembers whether it resumed.
import { constants, randomBytes } from "node:crypto"
import { once } from "node:events"
import net from "node:net"
import tls from "node:tls"
import { type CertificateAuthority, createCertificateAuthority } from "#warmhello/sim/certificates.js"

/** The kinds of session, and what a client and a server must be set to for each. */
export const sessionKinds = [
    { title: "TLS 1.2 session ID", kind: "id", version: "1.2", tickets: false },
    { title: "TLS 1.2 ticket", kind: "ticket", version: "1.2", tickets: true },
    { title: "TLS 1.3 ticket", kind: "psk", version: "1.3", tickets: true },
] as const

export const SERVER_NAME = "warmhello.test"

/** What a server does with a TCP connection, the first being number 1: hand it to TLS, now or later, or something else. */
export type OnTcp = (socket: net.Socket, n: number) => "tls" | "handled" | Promise<"tls">

export interface TestServerOptions {
    /** Names in its certificate. */
    names?: string[]
    notBefore?: Date
    notAfter?: Date
    authority?: CertificateAuthority
    versions?: tls.SecureContextOptions
    /** Application protocols that it speaks; it knows nothing of ALPN without. */
    alpn?: string[]
    /** Asks for a client certificate of its own authority, and goes on without. */
    asksForCertificate?: boolean
    onTcp?: OnTcp
    /** Called with each new TLS connection; without it, the server answers HTTP. */
    onConnection?: (socket: tls.TLSSocket) => void
}

export interface TestServer extends TcpServer {
    /** PEM of the CA that signed its certificate. */
    ca: Buffer
    authority: CertificateAuthority
    /** For each TLS connection in order: did the server resume it? */
    resumed: boolean[]
    /** For each TLS connection in order: the application protocol. */
    alpn: (string | false | null)[]
    /** For each TLS connection in order: the name in the client's certificate. */
    clientNames: (string | string[] | undefined)[]
    /** For each TLS connection in order: what the client sent in it. */
    received: string[]
    /** Loses the keys of all tickets. */
    forgetSessions(): void
}

const RESPONSE = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"

function answerHttp(socket: tls.TLSSocket): void {
    let request = ""
    const answer = (bytes: Buffer) => {
        request += bytes.toString("latin1")
        const [head = "", body] = request.split("\r\n\r\n")
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
        if (body === undefined || body.length < length) return
        socket.off("data", answer)
        socket.end(RESPONSE)
    }
    socket.on("data", answer)
}

/** Node keeps no sessions by itself. */
function rememberSessions(server: tls.Server): void {
    const sessions = new Map<string, Buffer>()
    server.on("newSession", (id: Buffer, session: Buffer, done: () => void) => {
        sessions.set(id.toString("hex"), session)
        done()
    })
    server.on("resumeSession", (id: Buffer, done: (error: null, session: Buffer | null) => void) => {
        done(null, sessions.get(id.toString("hex")) ?? null)
    })
}

export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
    const authority = options.authority ?? (await createCertificateAuthority())
    const { names = [SERVER_NAME], notBefore, notAfter } = options
    const identity = await authority.issue({
        names,
        ...(notBefore !== undefined && { notBefore }),
        ...(notAfter !== undefined && { notAfter }),
    })
    const resumed: boolean[] = []
    const received: string[] = []
    const alpn: TestServer["alpn"] = []
    const clientNames: TestServer["clientNames"] = []
    const server = tls.createServer({
        ...{ cert: identity.certificate, key: identity.key, minVersion: "TLSv1.2" },
        ...(options.asksForCertificate && { requestCert: true, ca: authority.certificate, rejectUnauthorized: false }),
        ...(options.alpn !== undefined && { ALPNProtocols: options.alpn }),
        ...options.versions,
    })
    rememberSessions(server)
    server.on("tlsClientError", () => {}) // what went wrong is the client's to tell
    server.on("secureConnection", (socket) => {
        const index = resumed.push(socket.isSessionReused()) - 1
        received[index] = ""
        alpn[index] = socket.alpnProtocol
        clientNames[index] = socket.getPeerCertificate().subject?.CN
        socket.on("data", (bytes) => (received[index] += bytes.toString("latin1")))
        socket.on("error", () => {}) // a client that goes to sleep may reset
        const serve = options.onConnection ?? answerHttp
        serve(socket)
    })
    const front = await startTcp(async (socket, n) => {
        const treatment = options.onTcp?.(socket, n) ?? "tls"
        if (treatment === "handled") return
        if (treatment !== "tls") await treatment
        if (!socket.destroyed) server.emit("connection", socket)
    })
    return {
        ...front,
        ca: Buffer.from(authority.certificate),
        authority,
        resumed,
        alpn,
        clientNames,
        received,
        forgetSessions: () => server.setTicketKeys(randomBytes(48)),
    }
}

/** A TLS 1.2 server that names sessions by ID and gives no tickets. */
export const WITHOUT_TICKETS: tls.SecureContextOptions = { secureOptions: constants.SSL_OP_NO_TICKET }

export interface TcpServer extends AsyncDisposable {
    port: number
    /** The first connection to come. */
    first: Promise<net.Socket>
    /** Whoever connects from now on is refused. */
    stopListening(): void
}

/** A TCP server that does what it is told with each connection, the first being number 1. */
export async function startTcp(onTcp: (socket: net.Socket, n: number) => unknown): Promise<TcpServer> {
    const open = new Set<net.Socket>()
    let count = 0
    let came: (socket: net.Socket) => void = () => {}
    const first = new Promise<net.Socket>((resolve) => (came = resolve))
    const server = net.createServer((socket) => {
        came(socket)
        open.add(socket)
        socket.on("close", () => open.delete(socket))
        socket.on("error", () => {})
        onTcp(socket, ++count)
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("a TCP server has a port")
    const closed = once(server, "close")
    return {
        port: address.port,
        first,
        stopListening: () => void server.close(),
        async [Symbol.asyncDispose]() {
            for (const socket of open) socket.destroy()
            server.close()
            await closed
        },
    }
}

/** A port on which nothing listens. */
export async function refusingPort(): Promise<number> {
    await using server = await startTcp(() => {})
    return server.port
}

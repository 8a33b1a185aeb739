// The process of the built-in server: HTTP and MQTT on one TLS port. It offers every kind of
// session; the client's versions and its use of tickets decide which.
import { constants } from "node:crypto"
import http from "node:http"
import tls from "node:tls"
import { Aedes } from "aedes"
import { type ServerConfig, type ServerMessage, serverConfigSchema } from "./builtin-server.js"

function tell(message: ServerMessage): void {
    process.send?.(message)
}

/** First byte of an MQTT connection: CONNECT, without flags. */
const MQTT_CONNECT = 0x10

function answerHttp(): http.Server {
    return http.createServer((request, response) => {
        request.resume()
        request.on("end", () => response.writeHead(204).end())
    })
}

async function serve(config: ServerConfig): Promise<void> {
    const web = answerHttp()
    const broker = await Aedes.createBroker()
    const sessions = new Map<string, Buffer>()
    const server = tls.createServer({
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
    server.on("secureConnection", (socket: tls.TLSSocket) => {
        tell({ type: "connection", remotePort: socket.remotePort ?? 0, resumed: socket.isSessionReused() })
        socket.on("error", () => {}) // a client that goes to sleep may reset
        socket.once("data", (first: Buffer) => {
            socket.pause()
            socket.unshift(first)
            if (first[0] === MQTT_CONNECT) broker.handle(socket)
            else web.emit("connection", socket)
            socket.resume()
        })
    })
    server.on("tlsClientError", () => {}) // what went wrong is the client's to tell
    server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        tell({ type: "listening", port: typeof address === "object" ? (address?.port ?? 0) : 0 })
    })
}

process.once("message", (config) => void serve(serverConfigSchema.parse(config)))
process.on("disconnect", () => process.exit())

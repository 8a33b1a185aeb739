// The process of the built-in server: HTTP and MQTT on one TLS port. It offers every kind of
// session; the client's versions and its use of tickets decide which.
import { constants } from "node:crypto"
import http from "node:http"
import tls from "node:tls"
import { Aedes } from "aedes"
import { type ServerConfig, type ServerMessage, serverOrderSchema } from "./builtin-server.js"

function tell(message: ServerMessage): void {
    process.send?.(message)
}

/** First byte of an MQTT connection: CONNECT, without flags. */
const MQTT_CONNECT = 0x10

/** What devs/src/commission.ts asks for. */
const COMMISSION = JSON.stringify({ server: "warmhello.test", ca: "built-in" })

function answerHttp(): http.Server {
    return http.createServer((request, response) => {
        request.resume()
        request.on("end", () => {
            tell({ type: "request" })
            if (request.method === "GET" && request.url === "/commission") {
                // With its length, since DeviceScript's fetch knows no chunks.
                const headers = { "Content-Type": "application/json", "Content-Length": COMMISSION.length }
                response.writeHead(200, headers).end(COMMISSION)
            } else {
                response.writeHead(204).end()
            }
        })
    })
}

/** Node keeps no sessions by itself. OpenSSL checks the age of what is handed back. */
class Sessions {
    readonly #sessions = new Map<string, Buffer>()
    singleUse = false

    attach(server: tls.Server): void {
        server.on("newSession", (id: Buffer, session: Buffer, done: () => void) => {
            this.#sessions.set(id.toString("hex"), session)
            done()
        })
        server.on("resumeSession", (id: Buffer, done: (error: null, session: Buffer | null) => void) => {
            const name = id.toString("hex")
            const session = this.#sessions.get(name) ?? null
            if (this.singleUse) this.#sessions.delete(name)
            done(null, session)
        })
    }

    forget(): void {
        this.#sessions.clear()
    }
}

function contextOf(config: ServerConfig): tls.SecureContextOptions {
    return {
        cert: config.certificate,
        key: config.key,
        sessionTimeout: config.sessionLifetimeS,
        minVersion: config.minVersion,
        maxVersion: config.maxVersion,
        secureOptions: config.stateful ? constants.SSL_OP_NO_TICKET : 0,
    }
}

async function start(config: ServerConfig, sessions: Sessions): Promise<tls.Server> {
    const web = answerHttp()
    const broker = await Aedes.createBroker()
    const server = tls.createServer(contextOf(config))
    sessions.attach(server)
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
    return server
}

const sessions = new Sessions()
let running: Promise<tls.Server> | undefined

async function obey(message: unknown): Promise<void> {
    const order = serverOrderSchema.parse(message)
    if (order.type === "sync") {
        await running
        tell({ type: "synced" })
        return
    }
    const context = contextOf(order.config)
    if (order.type === "renew") {
        const server = await running
        server?.setSecureContext({ ...context, ticketKeys: server.getTicketKeys() })
        return
    }
    sessions.forget()
    sessions.singleUse = order.config.singleUse
    if (running === undefined) running = start(order.config, sessions)
    else (await running).setSecureContext(context)
}

process.on("message", (message) => void obey(message))
process.on("disconnect", () => process.exit())
// An ordinary end in any case: libfaketime then takes away what it has in shared memory.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit())

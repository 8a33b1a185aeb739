// The process of the built-in server: HTTP and MQTT on one TLS port. It offers every kind of
// session; the client's versions and its use of tickets decide which.
import { constants } from "node:crypto"
import http from "node:http"
import net from "node:net"
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
            tell({ type: "request", path: request.url ?? "" })
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

    constructor(readonly singleUse: boolean) {}

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
}

/** SSL_OP_NO_EXTENDED_MASTER_SECRET of OpenSSL 3, which Node does not name. */
const NO_EXTENDED_MASTER_SECRET = 1

function contextOf(config: ServerConfig): tls.SecureContextOptions {
    return {
        cert: config.certificate,
        key: config.key,
        sessionTimeout: config.sessionLifetimeS,
        minVersion: config.minVersion,
        maxVersion: config.maxVersion,
        ecdhCurve: config.groups,
        secureOptions:
            (config.stateful ? constants.SSL_OP_NO_TICKET : 0) |
            (config.extendedMasterSecret ? 0 : NO_EXTENDED_MASTER_SECRET),
        ...(config.clientCa !== "" && { ca: config.clientCa }),
    }
}

/** Connections by an external pre-shared key, which OpenSSL calls resumed where it is TLS 1.3. */
const byPsk = new WeakSet<tls.TLSSocket>()

/** Node's own list has no suite of TLS 1.2 with a pre-shared key, nor may one be named beside it. */
function pskOptions({ psks }: ServerConfig): tls.TlsOptions {
    if (Object.keys(psks).length === 0) return {}
    return {
        ciphers: `ECDHE-PSK-CHACHA20-POLY1305:${constants.defaultCoreCipherList.replace(":!PSK", "")}`,
        pskCallback(socket, identity) {
            const key = psks[identity]
            if (key === undefined) return null
            byPsk.add(socket)
            return Buffer.from(key, "hex")
        },
    }
}

/** HTTP or MQTT, whichever the client speaks. */
function serve(socket: tls.TLSSocket, web: http.Server, broker: Aedes): void {
    tell({
        type: "connection",
        remotePort: socket.remotePort ?? 0,
        resumed: socket.isSessionReused() && !byPsk.has(socket),
    })
    socket.on("error", () => {}) // a client that goes to sleep may reset
    socket.once("data", (first: Buffer) => {
        socket.pause()
        socket.unshift(first)
        if (first[0] === MQTT_CONNECT) broker.handle(socket)
        else web.emit("connection", socket)
        socket.resume()
    })
}

/** One life of the server, from a start to the next: keys for its tickets, and the sessions that it has kept. */
class Life {
    readonly #server: tls.Server

    constructor(config: ServerConfig, onSecure: (socket: tls.TLSSocket) => void) {
        const clients = { requestCert: config.clientCa !== "", rejectUnauthorized: false }
        this.#server = tls.createServer({ ...contextOf(config), ...clients, ...pskOptions(config) })
        new Sessions(config.singleUse).attach(this.#server)
        this.#server.on("secureConnection", onSecure)
        this.#server.on("tlsClientError", () => {}) // what went wrong is the client's to tell
    }

    renew(config: ServerConfig): void {
        this.#server.setSecureContext({ ...contextOf(config), ticketKeys: this.#server.getTicketKeys() })
    }

    accept(tcp: net.Socket): void {
        this.#server.emit("connection", tcp)
    }
}

let life: Life | undefined

async function listen(): Promise<(socket: tls.TLSSocket) => void> {
    const web = answerHttp()
    const broker = await Aedes.createBroker()
    const front = net.createServer((tcp) => life?.accept(tcp))
    front.listen(0, "127.0.0.1", () => {
        const address = front.address()
        tell({ type: "listening", port: typeof address === "object" ? (address?.port ?? 0) : 0 })
    })
    return (socket) => serve(socket, web, broker)
}

let running: Promise<(socket: tls.TLSSocket) => void> | undefined

async function obey(message: unknown): Promise<void> {
    const order = serverOrderSchema.parse(message)
    if (order.type === "serve") {
        running ??= listen()
        life = new Life(order.config, await running)
    } else if (order.type === "renew") {
        await running
        life?.renew(order.config)
    } else {
        await running
        tell({ type: "synced" })
    }
}

process.on("message", (message) => void obey(message))
process.on("disconnect", () => process.exit())

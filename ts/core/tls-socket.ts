import { EventEmitter } from "node:events"
import net from "node:net"
import { coreError, type ErrorCode, WarmhelloError } from "../errors.js"
import type { Client } from "./client.js"
import { Connection } from "./connection.js"
import type { Outcome } from "./outcome.js"

export interface TlsSocketOptions {
    /** Where TCP goes; the name in the certificate is the client's. */
    host: string
    port: number
    /** One deadline for everything that a connect tries, a second attempt included, in milliseconds. */
    connectTimeoutMs: number
}

interface TlsSocketEvents {
    /** The handshake is done: data may be written. */
    open: []
    data: [Buffer]
    /** The peer has closed properly. Nothing follows. */
    end: []
    /** The connection has failed. Nothing follows. */
    error: [WarmhelloError]
    /** The connection is gone, whoever ended it; the client may be disposed of. Comes before `end` and `error`. */
    closed: []
}

/** Node's network errors as ours. */
const networkErrors: Record<string, ErrorCode> = {
    ENOTFOUND: "unknown-host",
    EAI_AGAIN: "unknown-host",
    ECONNREFUSED: "connection-refused",
    ETIMEDOUT: "connect-timeout",
    EHOSTUNREACH: "unknown-host",
    ENETUNREACH: "unknown-host",
}

const networkMessages: Partial<Record<ErrorCode, string>> = {
    "unknown-host": "the host is unknown or cannot be reached",
    "connection-refused": "the server refuses connections on this port",
    "connect-timeout": "the server did not answer in time",
    "connection-lost": "the connection broke off",
}

/** How long a peer may take to close its side as well. */
const LINGER_MS = 1000

/** Closes a TCP connection that nobody listens to any more, and keeps no process waiting for its peer. */
function letGo(tcp: net.Socket): void {
    tcp.removeAllListeners()
    tcp.on("error", () => {}) // the peer may reset what it no longer reads
    if (tcp.connecting) {
        tcp.destroy()
        return
    }
    // To destroy it at once, with bytes unread, would reset the connection under what was just sent.
    tcp.end()
    tcp.resume()
    const lingering = setTimeout(() => tcp.destroy(), LINGER_MS)
    tcp.on("close", () => clearTimeout(lingering))
}

/** A TLS connection over TCP through the C core, with the core's one fall-back to a full handshake. */
export class TlsSocket extends EventEmitter<TlsSocketEvents> {
    readonly #client: Client
    readonly #options: TlsSocketOptions
    #tcp: net.Socket | undefined
    #connection: Connection | undefined
    #outcome: Outcome | undefined
    #arrived: Buffer[] = []
    #toWrite: Buffer[] = []
    #opened = false
    #finished = false
    #deadline: NodeJS.Timeout | undefined
    #deadlineAt = 0
    /** Ends an attempt with a session early enough for another one without. */
    #patience: NodeJS.Timeout | undefined
    /** TCP connections made: 2 after a fall-back. */
    attempts = 0
    /** Our side's TCP port, by which a server can tell which connection this is. */
    localPort: number | undefined

    constructor(client: Client, options: TlsSocketOptions) {
        super()
        this.#client = client
        this.#options = options
    }

    /** What the connect did so far; undefined while TCP is not up. */
    get outcome(): Outcome | undefined {
        return this.#connection?.outcome ?? this.#outcome
    }

    connect(): void {
        this.#deadlineAt = performance.now() + this.#options.connectTimeoutMs
        this.#deadline = setTimeout(() => this.#timedOut(), this.#options.connectTimeoutMs)
        this.#connectTcp()
    }

    /** Sends plaintext, in order, once the connection is open. False if it never will be. */
    write(bytes: Buffer): boolean {
        if (this.#finished) return false
        this.#toWrite.push(bytes)
        this.#pump()
        return true
    }

    /** Closes with close_notify. No event follows. */
    close(): void {
        if (this.#finished) return
        if (this.#opened) this.#connection?.close()
        this.#finish()
    }

    #connectTcp(): void {
        this.attempts++
        const tcp = net.connect({ host: this.#options.host, port: this.#options.port, noDelay: true })
        this.#tcp = tcp
        tcp.on("connect", () => {
            this.localPort = tcp.localPort
            this.#connection = new Connection(this.#client)
            if (this.#connection.outcome.kind !== null) this.#limitPatience(this.#connection)
            this.#pump()
        })
        tcp.on("data", (bytes) => {
            this.#arrived.push(bytes)
            this.#pump()
        })
        tcp.on("end", () => this.#tcpEnded())
        tcp.on("error", (error: NodeJS.ErrnoException) => this.#tcpFailed(error))
    }

    /** A server, or something on the way to it, may answer a session with silence. */
    #limitPatience(connection: Connection): void {
        const halfOfTheRest = (this.#deadlineAt - performance.now()) / 2
        this.#patience = setTimeout(() => {
            connection.eof()
            this.#pump()
        }, halfOfTheRest)
    }

    #timedOut(): void {
        // The silence may be the server's answer to the session: the core forgets it, so that the next wake goes in full.
        this.#connection?.eof()
        this.#fail(this.#networkError("connect-timeout"))
    }

    #tcpEnded(): void {
        this.#connection?.eof()
        this.#pump()
    }

    #tcpFailed(error: NodeJS.ErrnoException): void {
        const code = networkErrors[error.code ?? ""] ?? "connection-lost"
        // A reset in the middle of a handshake may be the server's answer to the session.
        this.#connection?.eof()
        if (this.#connection?.fallbackDue) this.#pump()
        else this.#fail(this.#networkError(code, error))
    }

    #networkError(code: ErrorCode, cause?: Error): WarmhelloError {
        const { host, port } = this.#options
        return new WarmhelloError(code, `${host}:${port}: ${networkMessages[code]}`, { cause })
    }

    /** Moves bytes between TCP, the connection and the user until nothing moves any more. */
    #pump(): void {
        while (!this.#finished && this.#connection !== undefined && this.#step(this.#connection)) {}
    }

    #step(connection: Connection): boolean {
        const fed = this.#feed(connection)
        const drained = this.#drain(connection)
        const state = connection.state
        if (state === "failed") return this.#connectionFailed(connection)
        if (state === "handshake") return fed || drained
        this.#announceOpen()
        if (this.#finished) return false
        const written = this.#writeSome(connection)
        const read = this.#readSome(connection)
        return fed || drained || written || read
    }

    #feed(connection: Connection): boolean {
        const bytes = this.#arrived[0]
        if (bytes === undefined) return false
        const taken = connection.feed(bytes)
        if (taken === bytes.length) this.#arrived.shift()
        else this.#arrived[0] = bytes.subarray(taken)
        return taken > 0
    }

    #drain(connection: Connection): boolean {
        const bytes = connection.drain()
        if (bytes !== undefined) this.#tcp?.write(bytes)
        return bytes !== undefined
    }

    #announceOpen(): void {
        if (this.#opened) return
        this.#opened = true
        clearTimeout(this.#deadline)
        clearTimeout(this.#patience)
        this.emit("open")
    }

    #writeSome(connection: Connection): boolean {
        const bytes = this.#toWrite[0]
        if (bytes === undefined || connection.state !== "open") return false
        const taken = connection.write(bytes)
        if (taken === bytes.length) this.#toWrite.shift()
        else this.#toWrite[0] = bytes.subarray(taken)
        return taken > 0
    }

    #readSome(connection: Connection): boolean {
        const got = connection.read()
        if (typeof got === "string") {
            this.#fail(coreError(got))
        } else if (got !== undefined) {
            this.emit("data", got)
        } else if (connection.state === "closed") {
            connection.close()
            this.#finish()
            this.emit("end")
        }
        return got instanceof Buffer
    }

    #connectionFailed(connection: Connection): boolean {
        if (connection.fallbackDue) {
            this.#dropConnection()
            this.#arrived = []
            this.#connectTcp()
        } else {
            const error = connection.outcome.error ?? "protocol"
            this.#fail(coreError(error, `${this.#options.host}:${this.#options.port}: `))
        }
        return false
    }

    #fail(error: WarmhelloError): void {
        if (this.#finished) return
        this.#finish()
        this.emit("error", error)
    }

    #finish(): void {
        this.#finished = true
        clearTimeout(this.#deadline)
        this.#dropConnection()
        this.emit("closed")
    }

    /** Sends what is left, an alert or close_notify, and frees the connection. */
    #dropConnection(): void {
        clearTimeout(this.#patience)
        const connection = this.#connection
        if (connection !== undefined) {
            while (this.#drain(connection)) {}
            this.#outcome = connection.outcome
            connection[Symbol.dispose]()
            this.#connection = undefined
        }
        if (this.#tcp !== undefined) letGo(this.#tcp)
        this.#tcp = undefined
    }
}

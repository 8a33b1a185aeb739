import net from "node:net"
import type { Client } from "./client.js"
import { Connection } from "./connection.js"
import type { Outcome } from "./outcome.js"
import type { CoreErrorWord } from "./words.js"

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

export interface AttemptEvents {
    /** TCP is up and the ClientHello on its way. */
    started: () => void
    /** Something may have changed: call `pump`. */
    moved: () => void
    tcpFailed: (error: NodeJS.ErrnoException) => void
}

/** One TCP connection, and the core's connection on top of it. */
export class Attempt {
    readonly #tcp: net.Socket
    #connection: Connection | undefined
    #outcome: Outcome | undefined
    #arrived: Buffer[] = []
    /** Our side's TCP port, by which a server can tell which connection this is. */
    localPort: number | undefined

    constructor(client: Client, peer: { host: string; port: number }, events: AttemptEvents) {
        this.#tcp = net.connect({ host: peer.host, port: peer.port, noDelay: true })
        this.#tcp.on("connect", () => {
            this.localPort = this.#tcp.localPort
            this.#connection = new Connection(client)
            events.started()
            events.moved()
        })
        this.#tcp.on("data", (bytes) => {
            this.#arrived.push(bytes)
            events.moved()
        })
        this.#tcp.on("end", () => {
            this.#connection?.eof()
            events.moved()
        })
        this.#tcp.on("error", (error: NodeJS.ErrnoException) => {
            // A reset in the middle of a handshake may be the server's answer to the session.
            this.#connection?.eof()
            events.tcpFailed(error)
        })
    }

    /** Undefined while TCP is not up, and after `drop`. */
    get connection(): Connection | undefined {
        return this.#connection
    }

    /** What it did so far; undefined while TCP is not up. */
    get outcome(): Outcome | undefined {
        return this.#connection?.outcome ?? this.#outcome
    }

    /** Moves wire bytes both ways. True if any moved. */
    pump(): boolean {
        const fed = this.#feed()
        const drained = this.#drain()
        return fed || drained
    }

    /** Plaintext that arrived, undefined when there is none now, or the error that ended the connection. */
    read(): Buffer | undefined | CoreErrorWord {
        return this.#connection?.read()
    }

    /** The silence has lasted too long. */
    giveUp(): void {
        this.#connection?.eof()
    }

    /** Sends what is left, an alert or close_notify, and gives TCP up. */
    hangUp(): void {
        while (this.#connection !== undefined && this.#drain()) {}
        letGo(this.#tcp)
    }

    /** The same, and frees the connection. */
    drop(): void {
        this.hangUp()
        this.#outcome = this.#connection?.outcome ?? this.#outcome
        this.#connection?.[Symbol.dispose]()
        this.#connection = undefined
    }

    #feed(): boolean {
        const bytes = this.#arrived[0]
        if (bytes === undefined || this.#connection === undefined) return false
        const taken = this.#connection.feed(bytes)
        if (taken === bytes.length) this.#arrived.shift()
        else this.#arrived[0] = bytes.subarray(taken)
        return taken > 0
    }

    #drain(): boolean {
        const bytes = this.#connection?.drain()
        if (bytes !== undefined) this.#tcp.write(bytes)
        return bytes !== undefined
    }
}

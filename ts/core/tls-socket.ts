import { EventEmitter } from "node:events"
import { coreError, type ErrorCode, WarmhelloError } from "../errors.js"
import { alertName } from "./alerts.js"
import { Attempt } from "./attempt.js"
import type { Client } from "./client.js"
import type { Connection } from "./connection.js"
import type { Outcome } from "./outcome.js"

export interface TlsSocketOptions {
    /** Where TCP goes; the name in the certificate is the client's. */
    host: string
    port: number
    /** One deadline for everything that a connect tries, a second attempt included, in milliseconds. */
    connectTimeoutMs: number
    observer?: ConnectObserver | undefined
}

/** Hears of a connect; nothing waits for it. */
export interface ConnectObserver {
    /** Returns the name of this connect that `closed` wants. */
    connecting(): number
    /** All that the connect tried is over, with success or without. */
    connected(connection: Connection): void
    /** The same when there was no TLS, with the advice how long to leave the server alone. */
    unreachable(backoffS: number): void
    /** The connection has closed; its outcome is final. Comes last, and always after `connecting`; the connection is
     * undefined when there was no TLS. */
    closed(connect: number, connection: Connection | undefined): void
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

/** Failures of the server itself, before TLS. */
const unreachable: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["connection-refused", "connect-timeout"])

/** A TLS connection over TCP through the C core.
 *
 * An attempt with a session that fails is followed by one in full. One that meets silence is not ended for it, since
 * the server may be slow: at half of the deadline the attempt in full joins it, and the first to open is used. */
export class TlsSocket extends EventEmitter<TlsSocketEvents> {
    readonly #client: Client
    readonly #options: TlsSocketOptions
    /** All that were made, in order. */
    readonly #attempts: Attempt[] = []
    /** Those that may still come to something. */
    #running: Attempt[] = []
    /** The one that opened, or else the last one. */
    #chosen: Attempt | undefined
    #toWrite: Buffer[] = []
    #opened = false
    /** The user has closed it, and hears no more than `closed`. */
    #closing = false
    #finished = false
    #timers: NodeJS.Timeout[] = []
    #startedAt = 0
    #backoffS = 0
    /** The observer's name of this connect. */
    #name = 0
    /** From `connect` to `open`, with all that was tried, in milliseconds; undefined before. */
    connectMs: number | undefined

    constructor(client: Client, options: TlsSocketOptions) {
        super()
        this.#client = client
        this.#options = options
    }

    /** After repeated failures of the server: how long to leave it alone, in seconds. */
    get backoffS(): number {
        return this.#backoffS
    }

    /** TCP connections made: 2 with a second attempt. */
    get attempts(): number {
        return this.#attempts.length
    }

    /** What the connection did so far; undefined while TCP is not up. */
    get outcome(): Outcome | undefined {
        return this.#chosen?.outcome
    }

    /** The same of every attempt, in order. */
    get outcomes(): Outcome[] {
        return this.#attempts.map((attempt) => attempt.outcome).filter((outcome) => outcome !== undefined)
    }

    /** Our side's TCP port, by which a server can tell which connection this is. */
    get localPort(): number | undefined {
        return this.#chosen?.localPort
    }

    connect(): void {
        const { connectTimeoutMs } = this.#options
        this.#name = this.#options.observer?.connecting() ?? 0
        this.#startedAt = performance.now()
        this.#timers = [
            setTimeout(() => this.#timedOut(), connectTimeoutMs),
            setTimeout(() => this.#hedge(), connectTimeoutMs / 2),
        ]
        this.#attempt()
    }

    /** Sends plaintext, in order, once the connection is open. False if it never will be. */
    write(bytes: Buffer): boolean {
        if (this.#finished || this.#closing) return false
        this.#toWrite.push(bytes)
        this.#pump(this.#chosen)
        return true
    }

    /** Closes with close_notify, once a ticket has come that is worth waiting for. Only `closed` follows. */
    close(): void {
        if (this.#finished || this.#closing) return
        this.#closing = true
        const ticketWaitMs = this.#chosen?.connection?.ticketWaitMs ?? 0
        if (this.#opened && ticketWaitMs > 0) this.#timers = [setTimeout(() => this.#closeNow(), ticketWaitMs)]
        else this.#closeNow()
    }

    #closeNow(): void {
        if (this.#opened) this.#chosen?.connection?.close()
        this.#finish()
    }

    #attempt(): void {
        const attempt = new Attempt(this.#client, this.#options, {
            started: () => {
                this.#chosen = attempt
            },
            moved: () => this.#pump(attempt),
            tcpFailed: (error) => this.#tcpFailed(attempt, error),
        })
        this.#attempts.push(attempt)
        this.#running.push(attempt)
    }

    /** The silence may be the server's answer to the session. */
    #hedge(): void {
        if (this.#running.some((attempt) => attempt.connection?.hedge())) this.#attempt()
    }

    #timedOut(): void {
        // The core forgets a session that nothing came of, so that the next wake goes in full.
        for (const attempt of this.#running) attempt.giveUp()
        this.#fail(this.#networkError("connect-timeout"))
    }

    #tcpFailed(attempt: Attempt, error: NodeJS.ErrnoException): void {
        if (attempt.connection?.fallbackDue) this.#pump(attempt)
        else this.#lost(attempt, this.#networkError(networkErrors[error.code ?? ""] ?? "connection-lost", error))
    }

    #networkError(code: ErrorCode, cause?: Error): WarmhelloError {
        const { host, port } = this.#options
        return new WarmhelloError(code, `${host}:${port}: ${networkMessages[code]}`, { cause })
    }

    /** Moves bytes between TCP, the connection and the user until nothing moves any more. */
    #pump(attempt: Attempt | undefined): void {
        while (attempt !== undefined && this.#running.includes(attempt) && this.#step(attempt)) {}
    }

    #step(attempt: Attempt): boolean {
        const moved = attempt.pump()
        const state = attempt.connection?.state ?? "idle"
        if (state === "failed") {
            this.#failed(attempt)
            return false
        }
        if (state === "handshake" || state === "idle") return moved
        this.#choose(attempt)
        if (this.#finished) return false
        const written = this.#writeSome(attempt)
        const read = this.#readSome(attempt)
        if (this.#closing && attempt.connection?.ticketWaitMs === 0) this.#closeNow()
        return !this.#finished && (moved || written || read)
    }

    /** This attempt has opened: any other one is not needed. */
    #choose(attempt: Attempt): void {
        if (this.#opened) return
        this.#opened = true
        this.connectMs = performance.now() - this.#startedAt
        this.#stopTimers()
        for (const other of this.#running) if (other !== attempt) other.drop()
        this.#running = [attempt]
        this.#chosen = attempt
        if (attempt.connection !== undefined) this.#options.observer?.connected(attempt.connection)
        this.emit("open")
    }

    #writeSome(attempt: Attempt): boolean {
        const bytes = this.#toWrite[0]
        const connection = attempt.connection
        if (bytes === undefined || connection?.state !== "open") return false
        const taken = connection.write(bytes)
        if (taken === bytes.length) this.#toWrite.shift()
        else this.#toWrite[0] = bytes.subarray(taken)
        return taken > 0
    }

    #readSome(attempt: Attempt): boolean {
        const got = attempt.read()
        if (typeof got === "string") {
            this.#fail(coreError(got))
        } else if (got !== undefined) {
            if (!this.#closing) this.emit("data", got)
        } else if (attempt.connection?.state === "closed") {
            attempt.connection.close()
            this.#finish()
            if (!this.#closing) this.emit("end")
        }
        return got instanceof Buffer
    }

    #failed(attempt: Attempt): void {
        const inFullNext = attempt.connection?.fallbackDue === true && this.#attempts.length === 1
        if (inFullNext) {
            this.#retire(attempt)
            this.#attempt()
        } else {
            const { error = null, alert = -1 } = attempt.outcome ?? {}
            const { message, code } = coreError(error ?? "protocol")
            const which = alert >= 0 ? `, alert ${alertName(alert)}` : ""
            const { host, port } = this.#options
            this.#lost(attempt, new WarmhelloError(code, `${host}:${port}: ${message}${which}`))
        }
    }

    /** This attempt comes to nothing. Another one may. */
    #lost(attempt: Attempt, error: WarmhelloError): void {
        if (this.#running.length === 1 || this.#opened) this.#fail(error)
        else this.#retire(attempt)
    }

    /** Its connection stays until the end: should no other come about, it is the one to tell of. */
    #retire(attempt: Attempt): void {
        attempt.hangUp()
        this.#running = this.#running.filter((other) => other !== attempt)
    }

    #fail(error: WarmhelloError): void {
        if (this.#finished) return
        this.#chosen?.connection?.noFallback()
        if (unreachable.has(error.code) && this.outcome === undefined) this.#backoffS = this.#client.unreachable()
        else this.#backoffS = this.outcome?.backoffS ?? 0
        if (!this.#opened) this.#tellFailed(this.#chosen?.connection)
        this.#finish()
        if (!this.#closing) this.emit("error", error)
    }

    #tellFailed(connection: Connection | undefined): void {
        if (connection === undefined) this.#options.observer?.unreachable(this.#backoffS)
        else this.#options.observer?.connected(connection)
    }

    #finish(): void {
        this.#finished = true
        this.#stopTimers()
        this.#chosen?.connection?.close() // settles the outcome of one that is open still
        this.#options.observer?.closed(this.#name, this.#chosen?.connection)
        for (const attempt of this.#attempts) attempt.drop()
        this.#running = []
        this.emit("closed")
    }

    #stopTimers(): void {
        for (const timer of this.#timers) clearTimeout(timer)
    }
}

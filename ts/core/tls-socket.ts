import dns, { type LookupAddress } from "node:dns"
import { EventEmitter } from "node:events"
import type { CoreErrorWord } from "../base/core-codes.js"
import { coreError, WarmhelloError } from "../base/errors.js"
import type { Outcome } from "../base/outcome.js"
import { alertName } from "./alerts.js"
import type { Client } from "./client.js"
import { CoreConnect, type Step } from "./connect.js"
import { TcpLine } from "./tcp-line.js"
import { waitFor } from "./waiting.js"

export interface TlsSocketOptions {
    /** Where TCP goes; the name in the certificate is the client's. */
    host: string
    port: number
    /** One deadline for everything that a connect tries, in milliseconds. */
    connectTimeoutMs: number
    observer?: ConnectObserver | undefined
}

/** Hears of a connect; nothing waits for it. */
export interface ConnectObserver {
    /** Returns the name of this connect that `closed` wants. */
    connecting(): number
    /** All that the connect tried is over, with success or without. Of one that the user has closed before it comes with
     * the end, if its handshake was done for what was written early, and else not. */
    connected(connect: CoreConnect): void
    /** The connection has closed; its outcome is final. Comes last, and always after `connecting`. */
    closed(name: number, connect: CoreConnect): void
}

interface TlsSocketEvents {
    /** Data may be written: the handshake is done, or waits for what can leave before. Never from within `connect`. */
    open: []
    /** The handshake is done, and the outcome says how it went. With `open` or after it, and before any data. */
    secured: []
    data: [Buffer]
    /** The peer has closed properly. Nothing follows. */
    end: []
    /** The connection has failed. Nothing follows. */
    error: [WarmhelloError]
    /** The connection is gone, whoever ended it; the client may be disposed of. Comes before `end` and `error`. */
    closed: []
}

/** So many bytes that the app writes piece by piece, head and body of a request above all, leave as one record, as on a
 * board. */
const JOINED_MAX = 1024

/** A connection through the C core over Node's TCP, with TLS, or without a client plain: does what the core's connect
 * asks for. */
export class TlsSocket extends EventEmitter<TlsSocketEvents> {
    readonly #client: Client | undefined
    readonly #options: TlsSocketOptions
    /** Undefined before `connect`, and when it is over. */
    #connect: CoreConnect | undefined
    /** The last words of the connect that is over. */
    #told: { outcome: Outcome; outcomes: Outcome[] } | undefined
    #addresses: LookupAddress[] = []
    /** By the core's numbers. */
    readonly #lines: (TcpLine | undefined)[] = []
    #attempts = 0
    #toWrite: Buffer[] = []
    /** The user has closed it, and hears no more than `closed`. */
    #closing = false
    #finished = false
    #isPumping = false
    #stopWaiting = () => {}
    #startedAt = 0
    #localPort: number | undefined
    /** The observer's name of this connect. */
    #name = 0
    #isSecured = false
    /** Why the handshake never came to its end, or what was written is lost, which one who has closed is not told. */
    failure: WarmhelloError | undefined
    /** From `connect` to `open`, with all that was tried until then, in milliseconds; undefined before. */
    connectMs: number | undefined

    constructor(client: Client | undefined, options: TlsSocketOptions) {
        super()
        this.#client = client
        this.#options = options
    }

    /** TCP connections made: 2 with a second attempt. */
    get attempts(): number {
        return this.#attempts
    }

    /** What the connect did so far; undefined before `connect`. Without any TLS its `totalTx` is 0. */
    get outcome(): Outcome | undefined {
        return this.#connect?.outcome ?? this.#told?.outcome
    }

    /** The same of every TCP connection that TLS has used. */
    get outcomes(): Outcome[] {
        return this.#connect?.outcomes ?? this.#told?.outcomes ?? []
    }

    /** Our side's TCP port, by which a server can tell which connection this is. */
    get localPort(): number | undefined {
        return this.#lines.find((line) => line !== undefined)?.localPort ?? this.#localPort
    }

    connect(): void {
        this.#connect = new CoreConnect(this.#client, this.#options.connectTimeoutMs)
        this.#name = this.#options.observer?.connecting() ?? 0
        this.#startedAt = performance.now()
        queueMicrotask(() => this.#pump())
    }

    /** Sends plaintext, in order, once the connection is open. False if it never will be. Bytes leave when the caller has
     * had its turn, so that what it writes in one leaves together. */
    write(bytes: Buffer): boolean {
        if (this.#finished || this.#closing) return false
        const last = this.#toWrite.at(-1)
        if (last !== undefined && last.length + bytes.length <= JOINED_MAX) {
            this.#toWrite.splice(-1, 1, Buffer.concat([last, bytes]))
        } else {
            this.#toWrite.push(bytes)
        }
        queueMicrotask(() => this.#pump())
        return true
    }

    /** Closes as wh_connect_close() does, after what was written. Only `closed` follows, and before it `secured` where the
     * handshake was done for what was written early. */
    close(): void {
        if (this.#finished || this.#closing) return
        this.#closing = true
        this.#connect?.close(this.#toWrite.length === 0)
        this.#pump()
    }

    /** Does what the core asks for until it is to wait. What happens on the way is seen to in the same loop. */
    #pump(): void {
        if (this.#isPumping) return
        this.#isPumping = true
        this.#stopWaiting()
        try {
            while (this.#connect !== undefined && this.#step(this.#connect)) {}
        } finally {
            this.#isPumping = false
        }
    }

    /** False: it is to wait, or over. */
    #step(connect: CoreConnect): boolean {
        for (const line of this.#lines) line?.feed()
        this.#writeSome(connect)
        const step = connect.next()
        this.#perform(connect, step)
        return step.do !== "wait" && step.do !== "over"
    }

    #perform(connect: CoreConnect, step: Step): void {
        switch (step.do) {
            case "resolve":
                this.#resolve(connect)
                break
            case "open":
                this.#open(connect, step.tcp)
                break
            case "send":
                connect.sent(step.tcp, this.#lines[step.tcp]?.send(step.bytes) ?? 0)
                break
            case "shut":
                this.#lines[step.tcp]?.shut()
                break
            case "close":
                this.#drop(step.tcp)
                break
            case "opened":
                this.#opened(connect)
                break
            case "secured":
                this.#secured(connect)
                break
            case "read":
                for (let got = connect.read(); got !== undefined; got = connect.read()) this.emit("data", got)
                break
            case "wait":
                this.#wait(step.waitMs)
                break
            case "over":
                this.#over(connect)
        }
    }

    #resolve(connect: CoreConnect): void {
        dns.lookup(this.#options.host, { all: true }, (error, addresses) => {
            if (this.#connect !== connect) return
            this.#addresses = addresses
            connect.resolved(error === null && addresses.length > 0)
            this.#pump()
        })
    }

    #open(connect: CoreConnect, tcp: number): void {
        this.#attempts++
        const to = { port: this.#options.port, addresses: this.#addresses }
        try {
            this.#lines[tcp] = new TcpLine(connect, tcp, to, () => this.#pump())
        } catch {
            connect.failed(tcp, "host-unreachable") // a port that is none
        }
    }

    #drop(tcp: number): void {
        this.#localPort = this.#lines[tcp]?.localPort ?? this.#localPort
        this.#lines[tcp]?.close()
        this.#lines[tcp] = undefined
    }

    #opened(connect: CoreConnect): void {
        this.connectMs = performance.now() - this.#startedAt
        this.emit("open")
        if (connect.outcome.result !== "pending") this.#secured(connect)
    }

    #secured(connect: CoreConnect): void {
        this.#isSecured = true
        this.#options.observer?.connected(connect)
        this.emit("secured")
    }

    #wait(waitMs: number | undefined): void {
        if (waitMs !== undefined) this.#stopWaiting = waitFor(waitMs, () => this.#pump())
    }

    #writeSome(connect: CoreConnect): void {
        for (let bytes = this.#toWrite[0]; bytes !== undefined; bytes = this.#toWrite[0]) {
            const taken = connect.write(bytes)
            if (taken < bytes.length) {
                this.#toWrite[0] = bytes.subarray(taken)
                return
            }
            this.#toWrite.shift()
            if (this.#closing) connect.close(this.#toWrite.length === 0)
        }
    }

    #over(connect: CoreConnect): void {
        this.#finished = true
        const { error, outcome, outcomes } = connect
        this.#told = { outcome, outcomes }
        const wasSecured = this.#isSecured
        const isDone = outcome.result === "full" || outcome.result === "resumed"
        if (!wasSecured && isDone) this.#secured(connect)
        else if (!wasSecured && error !== undefined) this.#options.observer?.connected(connect)
        this.#options.observer?.closed(this.#name, connect)
        this.#connect = undefined
        connect[Symbol.dispose]()
        const failed = error === undefined ? undefined : this.#error(error, outcome)
        if (!wasSecured || this.#closing) this.failure = failed
        this.emit("closed")
        if (this.#closing) return
        if (failed === undefined) this.emit("end")
        else this.emit("error", failed)
    }

    #error(word: CoreErrorWord, { alert }: Outcome): WarmhelloError {
        const { host, port } = this.#options
        const { code, message } = coreError(word)
        const which = alert >= 0 ? `, alert ${alertName(alert)}` : ""
        return new WarmhelloError(code, `${host}:${port}: ${message}${which}`)
    }
}

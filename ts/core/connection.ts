import { WarmhelloError } from "../errors.js"
import type { Client } from "./client.js"
import { errorWord, native } from "./library.js"
import { type Outcome, outcomeSchema } from "./outcome.js"
import type { CoreErrorWord } from "./words.js"

/** wh_conn_state of conn.h, in its order. */
export const connectionStates = ["idle", "handshake", "open", "closed", "failed"] as const
export type ConnectionState = (typeof connectionStates)[number]

/** A record's plaintext has at most 16 KB (RFC 8446 5.1). */
const CHUNK_SIZE = 16384

/** One TLS connection without I/O (firmware/core/include/warmhello/conn.h): the caller carries the wire bytes.
 *
 * It offers the stored session when it is made, and stores the one that it is given. Dispose of it before its
 * client; whatever is called afterwards throws `use-after-dispose`. */
export class Connection implements Disposable {
    #handle: unknown
    readonly #chunk = Buffer.alloc(CHUNK_SIZE)

    /** Makes the ClientHello: call it when TCP is up. Throws `memory` only; see the state for the rest. */
    constructor(client: Client) {
        this.#handle = native().connNew(client.handle)
        if (!this.#handle) throw new WarmhelloError("memory", "no memory for a connection")
    }

    get #native(): unknown {
        if (!this.#handle) throw new WarmhelloError("use-after-dispose", "this connection was disposed of")
        return this.#handle
    }

    get state(): ConnectionState {
        return connectionStates[native().connState(this.#native) as number] ?? "failed"
    }

    /** The native outcome, for Service. Valid until the connection is disposed of. */
    get outcomeHandle(): unknown {
        return native().connOutcome(this.#native)
    }

    get outcome(): Outcome {
        const text = Buffer.alloc(native().outcomeJsonSize())
        const length: number = native().outcomeJson(this.outcomeHandle, text, text.length)
        return outcomeSchema.parse(JSON.parse(text.toString("utf8", 0, length)))
    }

    /** True when the handshake failed because of the stored session: connect again, and it goes in full. */
    get fallbackDue(): boolean {
        return native().connFallbackDue(this.#native)
    }

    /** Tells that this second connection could not be made. */
    noFallback(): void {
        native().connNoFallback(this.#native)
    }

    /** Asks for the attempt in full while this one still waits. True if that gains something. */
    hedge(): boolean {
        return native().connHedge(this.#native)
    }

    /** Takes bytes that arrived and returns how many; read plaintext and drain before giving it the rest. */
    feed(bytes: Uint8Array): number {
        const taken: number = native().connFeed(this.#native, bytes, bytes.length)
        return taken >= 0 ? taken : bytes.length
    }

    /** Tells that TCP has closed. */
    eof(): void {
        native().connEof(this.#native)
    }

    /** Bytes to send, or undefined when there are none now. */
    drain(): Buffer | undefined {
        const size: number = native().connDrain(this.#native, this.#chunk, this.#chunk.length)
        return size > 0 ? Buffer.from(this.#chunk.subarray(0, size)) : undefined
    }

    /** Encrypts plaintext and returns how many bytes it took; 0 means: drain, then write the same bytes again. */
    write(bytes: Uint8Array): number {
        const taken: number = native().connWrite(this.#native, bytes, bytes.length)
        if (taken < 0) throw new WarmhelloError(errorWord(taken), "nothing can be written to this connection")
        return taken
    }

    /** Plaintext that arrived, undefined when there is none now, or the error that ended the connection. */
    read(): Buffer | undefined | CoreErrorWord {
        const size: number = native().connRead(this.#native, this.#chunk, this.#chunk.length)
        if (size < 0) return errorWord(size)
        return size > 0 ? Buffer.from(this.#chunk.subarray(0, size)) : undefined
    }

    /** How long it is worth to go on reading before `close`, for a ticket that has not come yet; 0 when none will. */
    get ticketWaitMs(): number {
        return native().connTicketWaitMs(this.#native)
    }

    /** Leaves close_notify to be drained. */
    close(): void {
        native().connClose(this.#native)
    }

    [Symbol.dispose](): void {
        if (this.#handle) native().connFree(this.#handle)
        this.#handle = null
    }
}

import { type CoreErrorWord, coreErrors } from "../base/core-codes.js"
import { WarmhelloError } from "../base/errors.js"
import { type Outcome, outcomeSchema } from "../base/outcome.js"
import type { Client } from "./client.js"
import { errorWord, native } from "./library.js"

/** wh_step_kind of connect.h, in its order. */
export const stepKinds = [
    ...([
        "wait",
        "renew-network",
        "resolve",
        "open",
        "send",
        "shut",
        "close",
        "opened",
        "secured",
        "read",
        "over",
    ] as const),
] as const

/** What the core wants done next; what it means is said in connect.h. */
export type Step =
    | { do: "resolve" | "renew-network" | "opened" | "secured" | "read" | "over" }
    | { do: "open" | "shut" | "close"; tcp: number }
    | { do: "send"; tcp: number; bytes: Buffer }
    /** Undefined for as long as it takes. */
    | { do: "wait"; waitMs: number | undefined }

/** wh_ffi_step of ffi_connect.h */
interface NativeStep {
    kind: number
    tcp: number
    size: number
    wait_ms: number
}

/** UINT32_MAX of wh_ffi_step */
const FOREVER_MS = 2 ** 32 - 1
/** WH_CONNECT_TCPS */
const TCPS = 2
/** WH_FFI_CONNECT_ROOM, which is more than a record's plaintext. */
const ROOM = 18432

/** One connect without I/O (firmware/core/include/warmhello/connect.h): the caller does what `next` says, and tells what
 * came of it. Dispose of it before its client; whatever is called afterwards throws `use-after-dispose`. */
export class CoreConnect implements Disposable {
    #handle: unknown
    readonly #bytes = Buffer.alloc(ROOM)

    /** Without a client it is plain TCP. Throws `memory` only. */
    constructor(client: Client | undefined, timeoutMs: number) {
        this.#handle = native().connectNew(client?.handle ?? null, Math.max(1, Math.round(timeoutMs)))
        if (!this.#handle) throw new WarmhelloError("memory", "no memory for a connection")
    }

    get #native(): unknown {
        if (!this.#handle) throw new WarmhelloError("use-after-dispose", "this connect was disposed of")
        return this.#handle
    }

    next(): Step {
        const out: [NativeStep | null] = [null]
        native().connectNext(this.#native, out, this.#bytes)
        const { kind = 0, tcp = 0, size = 0, wait_ms = 0 } = out[0] ?? {}
        const what = stepKinds[kind] ?? "over"
        switch (what) {
            case "wait":
                return { do: what, waitMs: wait_ms === FOREVER_MS ? undefined : wait_ms }
            case "send":
                return { do: what, tcp, bytes: this.#copy(size) }
            case "open":
            case "shut":
            case "close":
                return { do: what, tcp }
            default:
                return { do: what }
        }
    }

    resolved(hasAddress: boolean): void {
        native().connectResolved(this.#native, hasAddress)
    }

    ready(tcp: number): void {
        native().connectReady(this.#native, tcp)
    }

    failed(tcp: number, error: CoreErrorWord): void {
        native().connectFailed(this.#native, tcp, coreErrors[error].value)
    }

    /** As many of these bytes as there is room for have arrived; returns how many. None at all are the end. */
    received(tcp: number, bytes: Uint8Array): number {
        return native().connectReceived(this.#native, tcp, bytes, bytes.length)
    }

    sent(tcp: number, size: number): void {
        native().connectSent(this.#native, tcp, size)
    }

    /** Returns how many bytes it took: for the others, come again after the next step. */
    write(bytes: Uint8Array): number {
        return Math.max(0, native().connectWrite(this.#native, bytes, bytes.length))
    }

    /** Plaintext that arrived, undefined when there is none now. */
    read(): Buffer | undefined {
        const size: number = native().connectRead(this.#native, this.#bytes, this.#bytes.length)
        return size > 0 ? this.#copy(size) : undefined
    }

    close(isWritten: boolean): void {
        native().connectClose(this.#native, isWritten)
    }

    /** Why it is over; undefined for a proper close, and before. */
    get error(): CoreErrorWord | undefined {
        const error: number = native().connectError(this.#native)
        return error === 0 ? undefined : errorWord(error)
    }

    /** The native outcome, for Service. Valid until the connect is disposed of. */
    get outcomeHandle(): unknown {
        return native().connectOutcome(this.#native)
    }

    get outcome(): Outcome {
        return readOutcome(this.outcomeHandle)
    }

    /** The same of each TCP connection that TLS has used. */
    get outcomes(): Outcome[] {
        const handles = Array.from({ length: TCPS }, (_, tcp) => native().connectOutcomeOf(this.#native, tcp))
        return handles.filter((handle) => handle).map(readOutcome)
    }

    #copy(size: number): Buffer {
        return Buffer.from(this.#bytes.subarray(0, size))
    }

    [Symbol.dispose](): void {
        if (this.#handle) native().connectFree(this.#handle)
        this.#handle = null
    }
}

function readOutcome(handle: unknown): Outcome {
    const text = Buffer.alloc(native().outcomeJsonSize())
    const length: number = native().outcomeJson(handle, text, text.length)
    return outcomeSchema.parse(JSON.parse(text.toString("utf8", 0, length)))
}

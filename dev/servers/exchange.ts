// What is said over a connection, and what came of it.
import type { ErrorCode } from "../../ts/base/errors.js"
import type { Outcome } from "../../ts/base/outcome.js"

/** What to say and how many bytes of answer to have, all in all, before going on; "end" waits until the server closes. */
export type Exchange = { send: Uint8Array; until: number | "end" }[]

export function httpGet(path: string): Exchange {
    return [{ send: Buffer.from(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`), until: "end" }]
}

export interface Visit {
    outcome: Outcome | undefined
    /** TCP connections made. */
    attempts: number
    opened: boolean
    /** The device's TCP port of the connection that opened. */
    openedPort: number | undefined
    /** With close_notify. */
    closedByServer: boolean
    reply: Buffer
    /** Sizes of the pieces in which the reply came. */
    pieces: number[]
    error: ErrorCode | null
    /** From the call to the end, the error or the last answer. */
    durationMs: number
}

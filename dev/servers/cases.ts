// The words of the interop matrix.
import type { Kind } from "../../ts/base/outcome.js"

/** What happens to a device and a server, and what a table calls it. */
export const cases = {
    full: "a device that has no session connects",
    "same-process": "the next wake, in the same process",
    "new-process": "a wake in a new process that has nothing but the flash, RTC RAM being lost",
    restart: "the server was restarted and has other keys",
    expired:
        "the device sleeps beyond the session's lifetime by its own clock; " +
        "and the server forgets the session before the device thinks so",
    "another-server": "on the host and port that the device knows answers another process, with other keys",
    "client-certificate": "the server wants a client certificate, and the session belongs to it",
} as const satisfies Record<string, string>
export type Case = keyof typeof cases
export const allCases = Object.keys(cases) as Case[]

/** Cells that are otherwise than one would expect, and the reason. */
export interface Known {
    kinds: readonly Kind[]
    cases: readonly Case[]
    /** A sentence. */
    why: string
}

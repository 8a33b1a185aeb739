import { z } from "zod"
import { coreErrors, reasons, ticketWaits } from "./core-codes.js"

/** The kinds of session: TLS 1.2 by session ID, by ticket, and the PSK of TLS 1.3. */
export const kinds = ["id", "ticket", "psk"] as const
export type Kind = (typeof kinds)[number]

/** How a handshake came about: by a session of one of these kinds, or in full by the provisioned key. */
export const outcomeKinds = [...kinds, "external-psk"] as const

const words = <T extends string>(table: Record<T, unknown>) => z.enum(Object.keys(table) as [T, ...T[]])

/** What a connect did and why: the JSON of wh_outcome_json() (firmware/core/include/warmhello/outcome.h). */
export const outcomeSchema = z.object({
    result: z.enum(["pending", "full", "resumed", "failed"]),
    reason: words(reasons),
    error: words(coreErrors).nullable(),
    /** The alert that the server sent (RFC 8446 6), or -1. */
    alert: z.int(),
    wolfsslError: z.int(),
    protocol: z.enum(["TLS1.2", "TLS1.3"]).nullable(),
    /** Null: no session was offered, and certificates told who the server is. */
    kind: z.enum(outcomeKinds).nullable(),
    cipher: z.string().nullable(),
    group: z.string().nullable(),
    handshakeUs: z.int(),
    /** TLS bytes on the wire until application data could be sent. */
    bytesTx: z.int(),
    bytesRx: z.int(),
    flights: z.int(),
    /** TCP connections that were begun. Lines of firmware before this have none of it. */
    attempts: z.int().default(0),
    totalTx: z.int(),
    totalRx: z.int(),
    /** Of the session that was offered; null when none was, or its age is unknown. */
    sessionAgeS: z.int().nullable(),
    /** What the server promised for it; 0 when none was offered. */
    sessionLifetimeS: z.int(),
    /** Where a session is that the next connect can offer. */
    stored: z.enum(["rtc", "flash", "both"]).nullable(),
    /** Why none was stored, or not in flash where it was wanted. */
    storeError: words(coreErrors).nullable(),
    /** Whether a ticket that had not come was waited for when the app closed, and for how long at most; null where none was
     * to be expected. */
    ticketWait: words(ticketWaits).nullable().default(null),
    ticketWaitMs: z.int().default(0),
    /** After repeated failures of the server: how long to leave it alone. */
    backoffS: z.int(),
    /** Lines of firmware before these have none of them. CAs given, those within their dates, and those of them that end within 60 days. */
    cas: z.int().default(0),
    casUsable: z.int().default(0),
    casEnding: z.int().default(0),
    /** In doubt when by it everything has ended or has not begun: ask for the time again. */
    clock: z.enum(["unknown", "known", "suspect"]).default("unknown"),
    /** What the server did with the app's first bytes, which left with the hello; null when none were offered to it. And how
     * many these were. */
    earlyData: z.enum(["offered", "accepted", "refused"]).nullable().default(null),
    earlyBytes: z.int().default(0),
})

export type Outcome = z.infer<typeof outcomeSchema>

/** False for a connect that ended before its ClientHello. */
export const hasTls = (outcome: Outcome | undefined): outcome is Outcome => (outcome?.totalTx ?? 0) > 0

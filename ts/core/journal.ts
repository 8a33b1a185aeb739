// What an image of the journal's flash holds (firmware/port/host/include/warmhello/inspect.h).

import { z } from "zod"
import { coreError } from "../base/errors.js"
import { kinds } from "../base/outcome.js"
import { errorWord, native } from "./library.js"

/* Numbers of a header that nobody has checked may be anything. */
const instantSchema = z.object({
    /** Which run of the elapsed clock. */
    epoch: z.string(),
    elapsedS: z.number(),
    /** Seconds since 1970-01-01 UTC, 0 when unknown. */
    wallS: z.number(),
})

const sectorSchema = z.discriminatedUnion("valid", [
    z.object({ index: z.int(), valid: z.literal(false) }),
    z.object({
        index: z.int(),
        valid: z.literal(true),
        /** Times it was erased. */
        erased: z.int(),
        sequence: z.int(),
        forgotten: z.boolean(),
    }),
])

/** What was remembered of the peer when the session was stored (firmware/core/src/peer.h). */
const peerSchema = z.object({
    /** Bits. */
    lacks: z.int(),
    /** That the server chose, as the low byte of IANA's number; 0 for the first of the hello's, or none. */
    group: z.int(),
    /** Full handshakes until both are asked for anew, and how often that was done. */
    left: z.int(),
    level: z.int(),
    /** 0 for what was not seen. */
    fullMs: z.int(),
    resumedMs: z.int(),
    ticketMs: z.int(),
    intervalMin: z.int(),
})

const recordSchema = z.discriminatedUnion("sound", [
    /** Not a record of this version. */
    z.object({ at: z.int(), size: z.int(), spent: z.boolean(), sound: z.literal(false) }),
    z.object({
        at: z.int(),
        size: z.int(),
        spent: z.boolean(),
        sound: z.literal(true),
        /** Whether its seal opens; null without the device's key. */
        opens: z.boolean().nullable(),
        generation: z.int(),
        protocol: z.enum(["TLS1.2", "TLS1.3"]),
        kind: z.enum(kinds),
        singleUse: z.boolean(),
        pinned: z.boolean(),
        /** Losses of power since the last full handshake, and minutes that are known to have gone by before the last one. */
        losses: z.int(),
        agedMin: z.int(),
        /** The peer's, when it was stored: connects broken off with a session, and those to come that offer none. */
        breaks: z.int(),
        rest: z.int(),
        /** A resumption since the last full handshake had no key exchange: only the frugal profile offers it. */
        withoutExchange: z.boolean(),
        /** Bytes of early data that the server takes with it. */
        earlyDataMax: z.int(),
        peer: peerSchema,
        lifetimeS: z.int(),
        /** Seconds since 1970-01-01 UTC, 0 when unknown. */
        notAfterS: z.number(),
        captured: instantSchema,
        authenticated: instantSchema,
        build: z.string(),
        binding: z.string(),
    }),
])

const journalSchema = z.object({ sectors: z.array(sectorSchema), records: z.array(recordSchema) })

export type Learned = z.infer<typeof peerSchema>
export type JournalRecord = z.infer<typeof recordSchema>
export type Journal = z.infer<typeof journalSchema>

const SECTOR_SIZE = 4096
/** WH_INSPECT_SECTOR_SIZE */
const JSON_PER_SECTOR = 16384

/** Reads an image. `hasKey`: the platform's device key is that of the image. Throws `argument` for less than two
 * sectors. */
export function readJournal(image: Buffer, hasKey: boolean): Journal {
    const text = Buffer.alloc(Math.ceil(image.length / SECTOR_SIZE) * JSON_PER_SECTOR + 256)
    const length: number = native().inspect(image, image.length, hasKey ? 1 : 0, text, text.length)
    if (length < 0) throw coreError(errorWord(length))
    return journalSchema.parse(JSON.parse(text.toString("utf8", 0, length)))
}

const PEER_JSON_SIZE = 256

/** What the device in use remembers of the peer that it met last. */
export function learnedOfPeer(): Learned | null {
    const text = Buffer.alloc(PEER_JSON_SIZE)
    const length: number = native().inspectPeer(text, text.length)
    if (length < 0) throw coreError(errorWord(length))
    return peerSchema.nullable().parse(JSON.parse(text.toString("utf8", 0, length)))
}

const LACKS = [
    "tickets after a full handshake",
    "tickets after a resumption",
    "cipher suites with SHA-256",
    undefined,
    "psk_ke",
    "early data",
    "the external key",
]
const HAS_PSK_KE = 7
const GROUPS = new Map([
    [23, "secp256r1"],
    [24, "secp384r1"],
])

const hasBit = (bits: number, bit: number) => ((bits >> bit) & 1) === 1

export const avoidsEarlyData = ({ lacks }: Learned): boolean => hasBit(lacks, LACKS.indexOf("early data"))

/** The same in words, one for each thing that the next hello or the next wait goes by. */
export function learnedInWords({ lacks, group }: Learned): string[] {
    const missing = LACKS.flatMap((what, bit) => (what !== undefined && hasBit(lacks, bit) ? [`no ${what}`] : []))
    const key = GROUPS.get(group)
    return [
        ...missing,
        ...(hasBit(lacks, HAS_PSK_KE) ? ["takes psk_ke"] : []),
        ...(key === undefined ? [] : [`wants a key of ${key}`]),
    ]
}

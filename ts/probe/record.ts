// What a probe knows at any moment, as it is kept in its state file: sessions are secrets.
import { z } from "zod"
import { languages } from "./target.js"
import { type Way, ways } from "./ways.js"

const byteString = z.base64()

/** Why a session is redeemed. */
const purposes = [
    /** Once, at its age. */
    "once",
    /** The session of each resumption is used for the next one. */
    "chain",
    /** At another address than it is from. */
    "cross",
    /** At once, for the figures. */
    "run",
    /** At once, and offered again thereafter. */
    "twice",
    /** The second time. */
    "again",
    /** At once, by a client that would do without a new key exchange. */
    "psk_ke",
] as const
export type Purpose = (typeof purposes)[number]

const wantSchema = z.object({
    purpose: z.enum(purposes),
    way: z.enum(ways),
    /** Addresses that the session is from, and that it is offered to. */
    from: z.string(),
    to: z.string(),
    ageMs: z.number().min(0),
})
/** A redemption that still needs its session. */
export type Want = z.infer<typeof wantSchema>

const dueSchema = wantSchema.extend({
    session: byteString,
    /** Which one of its full handshake, as not every server knows all of them again. */
    ticket: z.int().min(0),
    obtainedAt: z.number(),
    /** Of a chain: when its first session was given, and how often it has resumed since. */
    firstAt: z.number(),
    hops: z.int().min(0),
})
export type Due = z.infer<typeof dueSchema>

export const dueAt = ({ firstAt, ageMs }: Due): number => firstAt + ageMs

/** `broken`: the server broke the handshake off, as it does not without a session. `not-offered`: Node's TLS leaves a
 * ticket aside that has outlived what its server promised. `failed`: it was not reached. */
const outcomes = ["resumed", "full", "broken", "not-offered", "failed", "no-session"] as const

const redemptionSchema = wantSchema.extend({
    outcome: z.enum(outcomes),
    ticket: z.int().min(0),
    /** How old the session was when it was offered. Null where there was none. */
    actualAgeMs: z.number().nullable(),
    /** Of a chain: how old its first one was. */
    chainAgeMs: z.number().nullable(),
    at: z.number(),
    hops: z.int(),
    /** The server gave another session in its place. */
    renewed: z.boolean(),
    /** For `failed`. */
    why: z.string().nullable(),
})
export type Redemption = z.infer<typeof redemptionSchema>

const sampleSchema = z.object({
    way: z.enum(ways),
    address: z.string(),
    resumed: z.boolean(),
    tcpMs: z.number(),
    tlsMs: z.number(),
    bytesTx: z.number(),
    bytesRx: z.number(),
    flights: z.number(),
})
/** The figures of one handshake. */
export type Sample = z.infer<typeof sampleSchema>

const wayFactsSchema = z.object({
    way: z.enum(ways),
    /** Null: spoken. Otherwise why not. */
    refusal: z.string().nullable(),
    cipher: z.string(),
    group: z.string().nullable(),
    hasRetry: z.boolean(),
    extendedMasterSecret: z.boolean(),
    asksForCertificate: z.boolean(),
    /** Of the ServerHello, in order. */
    helloExtensions: z.array(z.number()),
    /** Sessions of one full handshake. */
    sessions: z.array(
        z.object({
            sessionIdBytes: z.number(),
            ticketBytes: z.number(),
            lifetimeS: z.number().nullable(),
            maxEarlyData: z.number(),
        }),
    ),
    /** Selected by a server that may choose; null where it is not known. */
    takesPskKe: z.boolean().nullable(),
})
export type WayFacts = z.infer<typeof wayFactsSchema>

const addressSchema = z.object({
    address: z.string(),
    family: z.union([z.literal(4), z.literal(6), z.literal(0)]),
    /** Null: reached. */
    error: z.string().nullable(),
    /** Of the ways that it was asked, as not every machine of a name is set alike. */
    speaks: z.array(z.enum(ways)),
    lacks: z.array(z.object({ way: z.enum(ways), why: z.string() })),
})
export type Address = z.infer<typeof addressSchema>

const targetSchema = z.object({
    host: z.string(),
    port: z.number(),
    serverName: z.string(),
    language: z.enum(languages),
})

export const RECORD_VERSION = 3

export const recordSchema = z.object({
    schema: z.literal("warmhello.probe-state"),
    version: z.literal(RECORD_VERSION),
    target: targetSchema,
    sleepMs: z.number(),
    agesMs: z.array(z.number()),
    startedAt: z.number(),
    addresses: z.array(addressSchema),
    ways: z.array(wayFactsSchema),
    /** The groups that were offered alone, whether each was taken, and the flights of that full handshake. */
    groups: z.array(z.object({ group: z.string(), taken: z.boolean(), flights: z.number().nullable() })),
    /** DER as it was sent. */
    certificates: z.array(byteString),
    software: z.string().nullable(),
    isSurveyed: z.boolean(),
    wants: z.array(wantSchema),
    due: z.array(dueSchema),
    redemptions: z.array(redemptionSchema),
    samples: z.array(sampleSchema),
})
/** All that is known. */
export type ProbeRecord = z.infer<typeof recordSchema>

/** The ways that the server speaks and gives sessions for. */
export const openWays = ({ ways: all }: Pick<ProbeRecord, "ways">): WayFacts[] =>
    all.filter(({ refusal }) => refusal === null)

/** What a device that speaks both versions ends up with: the higher version, and in TLS 1.2 a ticket where there is
 * one. */
export function deviceWay(record: Pick<ProbeRecord, "ways">): WayFacts | undefined {
    const open = openWays(record)
    return open.find(({ way, sessions }) => way !== "TLS1.2 ticket" || sessions.length > 0) ?? open[0]
}

export const reached = ({ addresses }: Pick<ProbeRecord, "addresses">): Address[] =>
    addresses.filter(({ error }) => error === null)

/** The address whose sessions of this way get the whole curve: the first that speaks it. */
export const frontFor = (record: Pick<ProbeRecord, "addresses">, way: Way): Address | undefined =>
    reached(record).find(({ lacks }) => lacks.every((lack) => lack.way !== way))

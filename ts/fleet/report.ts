// One report of a device: what a connect did and why, in the words of the core.
import { z } from "zod"

/** Words of the core, and those of a firmware that is newer than this program: bounded, so that nobody can fill it. */
const word = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/)
/** What people name: a device, its server, its firmware. Nothing that moves a terminal's cursor. */
export const nameSchema = z
    .string()
    .min(1)
    .max(128)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, "a name has no control characters")

/** No device counts further. One absurd figure would be all that sums and means still tell. */
const MOST = 2 ** 32
const count = z.int().min(0).max(MOST)
const quantity = z.number().min(0).max(MOST)

const results = ["full", "resumed", "failed"] as const
export type Result = (typeof results)[number]

export const reportSchema = z.object({
    device: nameSchema,
    /** The server that the device connects to, where the topic, the path or the report names it. */
    server: nameSchema.nullable().default(null),
    /** When it came, or when a file says that it was; milliseconds of Unix time. */
    atMs: z.number().min(0).refine(Number.isFinite, "not a finite number"),
    result: z.enum(results),
    reason: word.nullable().default(null),
    error: word.nullable().default(null),
    kind: word.nullable().default(null),
    protocol: word.nullable().default(null),
    /** TCP connections that it took: 2 after a fall-back. */
    attempts: count.nullable().default(null),
    handshakeMs: quantity.nullable().default(null),
    /** TLS bytes on the wire until then, both ways. */
    handshakeBytes: count.nullable().default(null),
    sessionAgeS: quantity.nullable().default(null),
    firmware: nameSchema.nullable().default(null),
    /** A CA that the device trusts ends within 60 days. */
    caEndsSoon: z.boolean().default(false),
    energyMj: quantity.nullable().default(null),
    /** A broker sent it again, since nobody had acknowledged it: it may have been counted. */
    again: z.boolean().optional(),
    /** CRC-32 of the message and its device, by which one that was sent again is known. */
    digest: z.int().optional(),
})

export type Report = z.infer<typeof reportSchema>

/** What a device says of itself: all but who it is, and when. */
export type Told = Partial<Pick<Report, "device" | "server" | "atMs">> & Omit<Report, "device" | "server" | "atMs">

/** Why something that came is no report. */
export const refusals = {
    "not-cbor": "neither JSON nor a compact outcome",
    "not-an-outcome": "JSON without the fields of an outcome",
    "too-long": "longer than a report may be",
    "no-device": "nothing names the device by 1 to 128 characters, none of them of control",
} as const
export type Refusal = keyof typeof refusals

/** What came, as a report or as what is wrong with it. */
export type Read = { told: Told } | { refused: Refusal }

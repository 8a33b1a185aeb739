// A recording: what a server sent in its connections, so that they can be had again to the bit. The microcontroller's
// part is not in it but follows from it: seed, clocks and bytes are the same each time.
import { readFileSync } from "node:fs"
import { z } from "zod"
import type { ClientOptions } from "../../ts/core/client.js"
import { profiles } from "../../ts/core/kinds.js"

const base64 = z.base64()

/** What happens on the wire, in order. */
const stepSchema = z.union([
    /** The client sends exactly this. */
    z.object({ sends: base64 }),
    /** The server sends this. */
    z.object({ gets: base64 }),
])

const connectionSchema = z.object({
    /** Up to the moment that the connection is open. */
    handshake: z.array(stepSchema),
    /** A line to the server, its answer, tickets on the way, and the close. */
    after: z.array(stepSchema),
})

const recordingSchema = z.object({
    format: z.literal(1),
    name: z.string(),
    title: z.string(),
    version: z.enum(["1.2", "1.3"]),
    tickets: z.boolean(),
    /** The device's external pre-shared key, which the server knows; in hexadecimal digits. */
    psk: z.object({ identity: z.string(), key: z.string() }).optional(),
    /** Balanced unless told. */
    profile: z.enum(profiles).optional(),
    /** The line leaves with the hello where it may. */
    earlyData: z.literal(true).optional(),
    /** PEM of the CA. */
    ca: z.string(),
    seed: z.int(),
    /** Seconds since 1970-01-01 UTC at the first connection. */
    wallS: z.int(),
    /** OpenSSL's version. */
    server: z.string(),
    /** In full, and then resumed, each after ten minutes of sleep; by a pre-shared key in TLS 1.3, which keeps no
     * session, in full each time. The last one is measured. */
    connections: z.array(connectionSchema).min(2),
})

export type Step = z.infer<typeof stepSchema>
export type Recording = z.infer<typeof recordingSchema>

const SLEEP_MS = 600_000

/** A server judges early data by the ticket's age, and its clock is not moved on. */
export const sleepMsOf = ({ earlyData }: Pick<Recording, "earlyData">): number => (earlyData === true ? 0 : SLEEP_MS)

/** In the server's certificate. */
export const HOST = "warmhello.test"
const PORT = 8883
/** What the client sends once it may. */
export const LINE = "celsius 21\n"

/** A server that takes early data speaks HTTP. */
export const lineOf = ({ earlyData }: Pick<Recording, "earlyData">): string =>
    earlyData === true ? "GET / HTTP/1.0\r\n\r\n" : LINE

/** The client that makes such connections, and makes them again. */
export function clientOptions(
    {
        version,
        tickets,
        psk,
        profile,
        earlyData,
    }: Pick<Recording, "version" | "tickets" | "psk" | "profile" | "earlyData">,
    ca: string,
): ClientOptions {
    return {
        ...{ host: HOST, port: PORT, ca: Buffer.from(ca), minVersion: version, maxVersion: version, tickets },
        psk: psk && { identity: psk.identity, key: Buffer.from(psk.key, "hex") },
        policy: (profile ?? earlyData) && { profile, earlyData },
    }
}

export function readRecording(file: string): Recording {
    return recordingSchema.parse(JSON.parse(readFileSync(file, "utf8")))
}

// What `npm run storm` writes: many devices at one server. docs/FLEET.md explains each member.
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { problemOf } from "../base/json.js"

const count = z.int().min(0)
const seconds = z.number()
const counts = z.record(z.string(), count)

const outcomes = {
    wakes: count,
    full: count,
    resumed: count,
    failures: count,
    undelivered: count,
    reasons: counts,
    errors: counts,
    protocols: counts,
    kinds: counts,
    tcpConnections: count,
    bytesTx: count,
    bytesRx: count,
    powerLosses: count,
    backoff: z.object({ advisedS: counts, sleptLongerS: seconds }),
    shareResumed: z.number().nullable(),
}

const spread = z.object({
    windows: count,
    connects: count,
    leastS: seconds,
    p10S: seconds,
    medianS: seconds,
    p90S: seconds,
    mostS: seconds,
})

const ofEachSort = <T extends z.ZodType>(value: T) => z.object({ full: value.nullable(), resumed: value.nullable() })

const stormSchema = z.object({
    storm: z.literal(1),
    scenario: z.string(),
    devices: count,
    workers: count,
    lengthS: seconds,
    ...outcomes,
    reports: z.object({
        made: count,
        acknowledged: count,
        arrived: count.nullable(),
        arrivedTwice: count.nullable(),
        lost: count,
    }),
    serverCpuS: ofEachSort(seconds),
    serverCpuSpread: ofEachSort(spread),
    phases: z.array(
        z.object({
            name: z.string(),
            lengthS: seconds,
            allServedS: seconds.nullable(),
            ...outcomes,
            connectsPerS: z.number().nullable(),
            mostConnectsPerS: z.number(),
            serverCpuTotalS: seconds.nullable(),
        }),
    ),
    latencies: z.array(
        z.object({
            what: z.string(),
            protocol: z.string(),
            count,
            medianMs: z.number(),
            p95Ms: z.number(),
            mostMs: z.number(),
        }),
    ),
    windows: z.array(
        z.object({
            phase: z.string(),
            atS: seconds,
            lengthS: seconds,
            full: count,
            resumed: count,
            failed: count,
            serverCpuS: seconds.nullable(),
        }),
    ),
    memory: z.object({ perDeviceBytes: z.int().nullable(), stateBytes: count }),
    load: z.array(z.object({ devices: count, cpuS: seconds, lateMs: z.number(), full: count, resumed: count })),
    server: z.object({
        name: z.string(),
        version: z.string().nullable(),
        count,
        sharedKeys: z.boolean().nullable(),
        ticketKeys: z.boolean(),
        certificate: z.string().nullable(),
    }),
    machine: z.object({ processors: count, model: z.string(), system: z.string(), openssl: z.string() }),
    sTime: z
        .array(
            z.object({
                protocol: z.string(),
                way: z.enum(["new", "reuse"]),
                connections: count,
                resumed: count,
                connectionsPerS: z.number(),
                serverCpuS: seconds.nullable(),
            }),
        )
        .nullable(),
})

export type StormResult = z.infer<typeof stormSchema>
export type StormPhase = StormResult["phases"][number]

/** Whether this is what `npm run storm` writes, whole or not. */
export const isStorm = (value: unknown): boolean =>
    typeof value === "object" && value !== null && "storm" in value && "windows" in value

/** Throws `run-unreadable`. */
export function parseStorm(value: unknown, name: string): StormResult {
    const { success, data, error } = stormSchema.safeParse(value)
    if (success) return data
    throw new WarmhelloError("run-unreadable", `${name}: ${problemOf(error)}`)
}

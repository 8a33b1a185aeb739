// What a full and a resumed handshake ask of a processor and of the wire: from the figures that
// `npm run bench:mcu` keeps, or from a run of `warmhello simulate --mcu rv32 --json`.

import { readFileSync } from "node:fs"
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { problemOf, readJson } from "../base/json.js"
import { type Kind, outcomeKinds } from "../base/outcome.js"
import { checkoutPath } from "../base/paths.js"
import { median } from "../base/statistics.js"

/** Where `npm run bench:mcu` keeps its figures. */
export const FIGURES = "boards/emulated-handshakes.json"

/** What ran on the emulated microcontroller, compiled for size and for speed. */
export const mcuStacks = ["warmhello", "mbedTLS", "BearSSL", "picotls"] as const
export type McuStack = (typeof mcuStacks)[number]
export const mcuBuilds = ["size", "speed"] as const
export type McuBuild = (typeof mcuBuilds)[number]

/** The emulated microcontroller takes a millisecond for a million instructions. */
const INSTRUCTIONS_PER_MS = 1e6

export interface Handshake {
    /** Until application data may be sent, the client's making included. */
    instructions: number
    /** Of them, those for the ClientHello, which needs nothing from the server and is made while TCP comes up. */
    preparedInstructions: number
    /** A line of data, its answer, what tickets bring, the close. */
    afterInstructions: number
    bytesTx: number
    bytesRx: number
    /** That the client waits for. */
    roundTrips: number
}

type Protocol = "TLS1.2" | "TLS1.3"

export interface Handshakes {
    /** Where the numbers come from, for people. */
    source: string
    protocol: Protocol
    kind: Kind
    full: Handshake
    resumed: Handshake
}

export const certificates = ["ecdsa", "rsa", "ecdsa-p384"] as const
export type Certificate = (typeof certificates)[number]

const caseSchema = z.object({
    name: z.string(),
    title: z.string(),
    stack: z.enum(mcuStacks),
    build: z.enum(mcuBuilds),
    result: z.enum(["full", "resumed"]),
    instructions: z.number(),
    afterInstructions: z.number(),
    preparedInstructions: z.number(),
    clientInstructions: z.number(),
    bytesTx: z.number(),
    bytesRx: z.number(),
})
type Case = z.infer<typeof caseSchema>

/** The recordings by protocol, kind and certificate. */
const recordings: Record<string, string> = {
    "TLS1.2 id ecdsa": "tls12-id",
    "TLS1.2 ticket ecdsa": "tls12-ticket",
    "TLS1.2 ticket rsa": "tls12-ticket-rsa",
    "TLS1.3 psk ecdsa": "tls13-x25519",
    "TLS1.3 psk ecdsa-p384": "tls13-x25519-p384",
}

/** RFC 5246 7.3 and RFC 8446 2: a full handshake of TLS 1.2 takes two, everything else one. */
const roundTripsOf = (protocol: Protocol, result: "full" | "resumed") =>
    protocol === "TLS1.2" && result === "full" ? 2 : 1

function fromCase(one: Case, protocol: Protocol): Handshake {
    return {
        instructions: one.clientInstructions + one.instructions,
        preparedInstructions: one.stack === "warmhello" ? one.preparedInstructions : 0,
        afterInstructions: one.afterInstructions,
        bytesTx: one.bytesTx,
        bytesRx: one.bytesRx,
        roundTrips: roundTripsOf(protocol, one.result),
    }
}

export interface FiguresChoice {
    protocol: Protocol
    kind: Kind
    certificate: Certificate
    build: McuBuild
    /** Ours, unless it is to be held against what others measured with theirs. */
    stack?: McuStack
}

const recordingOf = ({ protocol, kind, certificate }: Pick<FiguresChoice, "protocol" | "kind" | "certificate">) =>
    recordings[`${protocol} ${kind} ${certificate}`]

export const hasFigures = (choice: Parameters<typeof recordingOf>[0]): boolean => recordingOf(choice) !== undefined

export function handshakesFromFigures({
    protocol,
    kind,
    certificate,
    build,
    stack = "warmhello",
}: FiguresChoice): Handshakes {
    const name = recordingOf({ protocol, kind, certificate })
    if (name === undefined) {
        const known = Object.keys(recordings).join("; ")
        const asked = `${protocol} ${kind} ${certificate}`
        throw new WarmhelloError("bad-option", `there are no figures of ${asked}; there are those of ${known}`)
    }
    const cases = z.array(caseSchema).parse(JSON.parse(readFileSync(checkoutPath(FIGURES), "utf8")))
    const find = (result: Case["result"]) =>
        cases.find((one) => one.stack === stack && one.name === name && one.build === build && one.result === result)
    const [full, resumed] = [find("full"), find("resumed")]
    if (full === undefined || resumed === undefined)
        throw new WarmhelloError("bench-not-ready", `${FIGURES} has no ${name} of the ${build} build`)
    return {
        source: `${FIGURES}: ${full.title}, ${build} build`,
        protocol,
        kind,
        full: fromCase(full, protocol),
        resumed: fromCase(resumed, protocol),
    }
}

// ---- From a simulation -----------------------------------------------------------------------------

const ofSession = (kind: (typeof outcomeKinds)[number]): Kind | null => (kind === "external-psk" ? null : kind)

const simulatedWake = z.object({
    result: z.enum(["full", "resumed", "failed"]),
    protocol: z.enum(["TLS1.2", "TLS1.3"]).nullable(),
    /** Null in a full handshake, also in one by the external pre-shared key. */
    kind: z.enum(outcomeKinds).transform(ofSession).nullable(),
    handshakeMs: z.number().min(0).nullable(),
    bytesTx: z.number().min(0),
    bytesRx: z.number().min(0),
})
const simulationSchema = z.object({ mcu: z.string().nullable(), wakes: z.array(simulatedWake) })
type SimulatedWake = z.infer<typeof simulatedWake>

/** A wake's time begins when TCP is up, so what was prepared is not in it. */
function medianWake(wakes: SimulatedWake[], base: Handshake): Handshake {
    const computed = median(wakes.map((wake) => (wake.handshakeMs ?? 0) * INSTRUCTIONS_PER_MS))
    return {
        ...base,
        instructions: base.preparedInstructions + computed,
        bytesTx: median(wakes.map((wake) => wake.bytesTx)),
        bytesRx: median(wakes.map((wake) => wake.bytesRx)),
    }
}

function readSimulation(path: string): z.infer<typeof simulationSchema> {
    const parsed = simulationSchema.safeParse(readJson(path, "bad-option"))
    if (parsed.success) return parsed.data
    const message = `${path} is no JSON of warmhello simulate --mcu: ${problemOf(parsed.error)}`
    throw new WarmhelloError("bad-option", message)
}

/** `file` is what `warmhello simulate --mcu rv32 --json file` wrote, with full and resumed wakes in it. */
export function handshakesFromSimulation(path: string): Handshakes {
    const { mcu, wakes } = readSimulation(path)
    if (mcu === null) {
        const message = `${path} tells this machine's time, not a microcontroller's: simulate with --mcu rv32`
        throw new WarmhelloError("bad-option", message)
    }
    const full = wakes.filter((wake) => wake.result === "full")
    const resumed = wakes.filter((wake) => wake.result === "resumed")
    const kind = resumed[0]?.kind ?? null
    const protocol = resumed[0]?.protocol ?? null
    if (full.length === 0 || kind === null || protocol === null) {
        const counts = `${full.length} full and ${resumed.length} resumed`
        throw new WarmhelloError("bad-option", `${path} has ${counts} wakes; an estimate needs one of each`)
    }
    // The simulation does not tell what comes after the handshake: that is the benchmark's.
    const base = handshakesFromFigures({ protocol, kind, certificate: "ecdsa", build: "size" })
    return {
        source: `${path}: ${wakes.length} simulated wakes on ${mcu}`,
        protocol,
        kind,
        full: medianWake(full, base.full),
        resumed: medianWake(resumed, base.resumed),
    }
}

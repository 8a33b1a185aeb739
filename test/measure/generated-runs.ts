// Runs of a device that nobody has, by a seed: what each wake is, when it begins and ends, is known beforehand.

import { Random } from "#warmhello/base/random.js"
import type { RawEvent } from "#warmhello/measure/raw.js"
import type { SampleChunk } from "#warmhello/measure/source.js"
import { phases } from "#warmhello/run/phases-and-causes.js"
import type { RunWake } from "#warmhello/run/run.js"
import { acquisition } from "./support.js"

type Result = RunWake["result"]

interface TrueWake {
    startUs: number
    endUs: number
    /** What the pins and lines that there are can tell of it. */
    result: Result
}

export interface GeneratedRun {
    events: RawEvent[]
    wakes: TrueWake[]
    /** What the test sums up by itself. */
    samples: { startUs: number; durationUs: number; currentUa: number; voltageMv: number }[]
    /** The longest of a sample. */
    stepUs: number
    hasBursts: boolean
    by: "channels" | "log" | "current"
    /** For a message. */
    about: string
}

interface Stretch {
    endUs: number
    currentUa: number
    levels: number
}

/** On top of what the device draws. */
interface Pulse {
    startUs: number
    endUs: number
    currentUa: number
}

/** Pins that show something else for a while. */
interface Glitch {
    startUs: number
    endUs: number
    flips: number
}

interface Meter {
    name: string
    stepUs: number
    isUneven: boolean
    hasVoltage: boolean
    /** Makes a device slower, for a meter that is. */
    scale: number
}

const FINE_US = 20
const RESUMED = 1 << 6
const VOLTAGE_MV = 3300
const CHUNK = 997

const meters: [Meter, ...Meter[]] = [
    { name: "100 kHz", stepUs: 10, isUneven: false, hasVoltage: false, scale: 0.6 },
    { name: "50 kHz", stepUs: 20, isUneven: false, hasVoltage: true, scale: 0.6 },
    ...Array<Meter>(4).fill({ name: "4 kHz", stepUs: 250, isUneven: false, hasVoltage: false, scale: 1 }),
    ...Array<Meter>(4).fill({ name: "1 kHz", stepUs: 1000, isUneven: false, hasVoltage: true, scale: 1 }),
    ...Array<Meter>(4).fill({ name: "about 700 Hz", stepUs: 1400, isUneven: true, hasVoltage: true, scale: 1.5 }),
    ...Array<Meter>(3).fill({ name: "100 Hz", stepUs: 10_000, isUneven: false, hasVoltage: false, scale: 15 }),
    ...Array<Meter>(3).fill({ name: "10 Hz", stepUs: 100_000, isUneven: true, hasVoltage: false, scale: 60 }),
]

type Scripted = [name: keyof typeof phases, leastMs: number, mostMs: number, ma: number]

const closing: Scripted = ["closing", 6, 10, 40]
/** Phases of a wake: how long at least and at most (ms), and its current (mA). */
const script: Scripted[] = [
    ["boot", 20, 40, 28],
    ["wifi", 30, 90, 95],
    ["ip", 6, 10, 75],
    ["dns", 6, 12, 80],
    ["tcp", 6, 15, 82],
    ["tls", 10, 20, 88],
    ["application", 8, 20, 84],
    closing,
]

class Device {
    readonly random: Random
    readonly meter: Meter
    readonly by: GeneratedRun["by"]
    readonly stretches: Stretch[] = []
    readonly pulses: Pulse[] = []
    readonly glitches: Glitch[] = []
    readonly lines: { atUs: number; text: string }[] = []
    readonly wakes: (TrueWake & { levels: number })[] = []
    readonly wired: number
    readonly sleepUa: number
    readonly lightUa: number
    readonly has: Record<"spikes" | "bursts" | "glitches" | "light", boolean>
    nowUs = 0

    constructor(seed: number) {
        this.random = new Random(seed)
        const { random } = this
        this.meter = random.pick(meters)
        this.by = random.pick(["channels", "log", "current"])
        this.wired = this.#wiring()
        this.sleepUa = random.between(5, 40)
        this.has = {
            ...{ spikes: random.once(2), bursts: random.once(3) },
            ...{ glitches: random.once(2) && this.meter.stepUs <= FINE_US, light: random.once(3) },
        }
        this.lightUa = this.has.bursts ? random.between(1300, 1600) : random.between(250, 1500)
    }

    #wiring(): number {
        if (this.by !== "channels") return 0
        let wired = 0xff
        const missing = this.random.pick([0, 0, 1, 2, 3])
        for (let n = 0; n < missing; n++) wired &= ~(1 << this.random.between(1, 7))
        return this.random.once(10) ? wired & ~1 : wired
    }

    run(): void {
        const count = this.random.between(3, 8)
        this.#sleep()
        for (let n = 1; n <= count; n++) {
            this.#wake(n, this.random.pick(["full", "resumed", "resumed", "full", "failed"]))
            this.#sleep()
        }
        if (this.has.bursts) {
            for (let atUs = 3000; atUs < this.nowUs; atUs += 18_000) this.#pulse(atUs, 50, 80_000)
        }
    }

    /** Milliseconds of this device, in µs. */
    #some(leastMs: number, mostMs: number): number {
        return this.random.between(Math.round(1000 * leastMs), Math.round(1000 * mostMs)) * this.meter.scale
    }

    #go(durationUs: number, currentUa: number, levels = 0): void {
        this.nowUs += durationUs
        this.stretches.push({ endUs: this.nowUs, currentUa, levels: levels & this.wired })
    }

    #pulse(startUs: number, durationUs: number, currentUa: number): void {
        this.pulses.push({ startUs, endUs: startUs + durationUs, currentUa })
    }

    #sleep(): void {
        const durationUs = this.#some(60, 200)
        if (this.has.spikes) {
            const spikes = this.random.between(1, 3)
            for (let n = 0; n < spikes; n++) {
                // Not where it would be taken for the edge, which it then is.
                const atUs = this.nowUs + durationUs * (0.1 + (0.8 * this.random.between(0, 1000)) / 1000)
                this.#pulse(atUs, 10, this.random.between(50_000, 400_000))
            }
        }
        if (this.has.glitches) this.#glitch(this.nowUs + 0.3 * durationUs, this.random.between(0, 7))
        this.#go(durationUs, this.sleepUa)
    }

    #glitch(startUs: number, channel: number): void {
        const flips = (1 << channel) & this.wired
        if (flips !== 0) this.glitches.push({ startUs, endUs: startUs + this.random.between(10, 60), flips })
    }

    #wake(n: number, result: "full" | "resumed" | "failed"): void {
        const startUs = this.nowUs
        const { levels, marksUs } = this.#phases(result)
        const hasLine = this.by === "log" && !this.random.once(8)
        if (hasLine) {
            const atUs = this.nowUs + this.random.between(0, 8000)
            this.lines.push({ atUs, text: line(n, result, marksUs) })
        }
        const known = hasLine ? result : "unknown"
        this.wakes.push({ startUs, endUs: this.nowUs, result: known, levels: levels & this.wired })
    }

    #phases(result: "full" | "resumed" | "failed"): { levels: number; marksUs: Record<string, number> } {
        const taken = result === "failed" ? [...script.slice(0, this.random.pick([2, 5])), closing] : script
        const startUs = this.nowUs
        const marksUs: Record<string, number> = {}
        let levels = 0
        for (const [phase, leastMs, mostMs, ma] of taken) {
            const full = phase === "tls" && result === "full"
            this.#phase(phase, this.#some(leastMs, mostMs) * (full ? 5 : 1), 1000 * ma, levels)
            marksUs[phase] = Math.round(this.nowUs - startUs)
            const { channel } = phases[phase]
            if (channel !== null) levels |= 1 << channel
            if (phase === "tls" && result === "resumed") levels |= RESUMED
        }
        return { levels, marksUs }
    }

    #phase(phase: keyof typeof phases, durationUs: number, currentUa: number, levels: number): void {
        if (this.has.glitches && phase === "tls") this.#glitch(this.nowUs + durationUs / 2, this.random.between(0, 7))
        this.#go(durationUs, currentUa, levels)
        if (this.has.light && phase === "tcp") this.#lightSleep(levels)
    }

    #lightSleep(levels: number): void {
        const durationUs = Math.min(1_500_000, this.#some(30, 150))
        this.#go(durationUs, this.lightUa, levels)
        this.#go(this.#some(6, 10), 70_000, levels)
    }
}

function line(wake: number, result: "full" | "resumed" | "failed", marksUs: Record<string, number>): string {
    const full = result === "full"
    const connect = {
        ...{ result, reason: full ? "disabled" : "accepted", error: null, alert: -1, wolfsslError: 0 },
        ...{ protocol: "TLS1.3", kind: full ? null : "psk", cipher: "TLS_AES_128_GCM_SHA256", group: "x25519" },
        ...{ handshakeUs: 1000, bytesTx: 259, bytesRx: 751, flights: 3, totalTx: 900, totalRx: 1200 },
        ...{ sessionAgeS: full ? null : 60, sessionLifetimeS: 7200, stored: "rtc", storeError: null, backoffS: 0 },
    }
    const told = { v: 1, wake, cause: "deep-sleep", sleptMs: 1000, forcedFull: full, marksUs }
    return `warmhello-wake ${JSON.stringify({ ...told, connect: result === "failed" ? null : connect })}`
}

/** What pins can tell, from which of them rose in any wake of the run. */
function withPins(device: Device): TrueWake[] {
    const tls = 1 << phases.tls.channel
    const driven = device.wakes.reduce((bits, { levels }) => bits | levels, 0)
    const resultOf = (levels: number): Result => {
        if ((driven & 1) === 0 || (driven & tls) === 0) return "unknown"
        if ((levels & tls) === 0) return "failed"
        if ((driven & RESUMED) === 0) return "unknown"
        return (levels & RESUMED) === 0 ? "full" : "resumed"
    }
    return device.wakes.map(({ startUs, endUs, result, levels }) => ({
        ...{ startUs, endUs, result: device.by === "channels" ? resultOf(levels) : result },
    }))
}

/** Numbers that look random, quickly. */
function noise(seed: number): () => number {
    let state = seed + 1
    return () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        return state / 2 ** 31 - 1
    }
}

/** Things with an end, one after the other; looked at from times that only rise. */
class Following<T extends { endUs: number }> {
    readonly #all: readonly T[]
    #first = 0

    constructor(all: readonly T[]) {
        this.#all = all
    }

    /** The first that has not ended at this time, or those after it. */
    at(atUs: number, after = 0): T | undefined {
        while ((this.#all[this.#first]?.endUs ?? Number.POSITIVE_INFINITY) <= atUs) this.#first++
        return this.#all[this.#first + after]
    }
}

function stretchCharge(stretches: Following<Stretch>, startUs: number, endUs: number): number {
    let charge = 0
    let fromUs = startUs
    for (let after = 0; fromUs < endUs; after++) {
        const part = stretches.at(startUs, after)
        if (part === undefined) break
        const untilUs = Math.min(endUs, part.endUs)
        charge += part.currentUa * (untilUs - fromUs)
        fromUs = untilUs
    }
    return charge
}

function pulseCharge(pulses: Following<Pulse>, startUs: number, endUs: number): number {
    let charge = 0
    for (let after = 0; ; after++) {
        const one = pulses.at(startUs, after)
        if (one === undefined || one.startUs >= endUs) return charge
        charge += one.currentUa * (Math.min(endUs, one.endUs) - Math.max(startUs, one.startUs))
    }
}

function levelsAt(stretches: Following<Stretch>, glitches: Following<Glitch>, atUs: number): number {
    const levels = stretches.at(atUs)?.levels ?? 0
    const glitch = glitches.at(atUs)
    return glitch !== undefined && glitch.startUs <= atUs ? levels ^ glitch.flips : levels
}

/** What a meter makes of it: the mean current of each sample's time, and the pins as they are when it begins. */
function* sampled(device: Device, seed: number): Generator<GeneratedRun["samples"][number] & { levels: number }> {
    const { meter } = device
    const random = noise(seed)
    const inOrder = <T extends { startUs: number }>(all: T[]) => all.sort((a, b) => a.startUs - b.startUs)
    const stretches = new Following(device.stretches)
    const pulses = new Following(inOrder(device.pulses))
    const glitches = new Following(inOrder(device.glitches))
    let startUs = 0
    while (startUs < device.nowUs) {
        const durationUs = meter.isUneven ? Math.round(meter.stepUs * (1 + 0.3 * random())) : meter.stepUs
        const endUs = startUs + durationUs
        const charge = stretchCharge(stretches, startUs, endUs) + pulseCharge(pulses, startUs, endUs)
        const currentUa = Math.fround((charge / durationUs) * (1 + 0.02 * random()) + 2 * random())
        const voltageMv = meter.hasVoltage ? Math.fround(VOLTAGE_MV - 100 * random()) : VOLTAGE_MV
        yield { startUs, durationUs, currentUa, voltageMv, levels: levelsAt(stretches, glitches, startUs) }
        startUs = endUs
    }
}

function chunkOf(
    part: (GeneratedRun["samples"][number] & { levels: number })[],
    { meter, by }: Pick<Device, "meter" | "by">,
): SampleChunk {
    const { isUneven, hasVoltage, stepUs } = meter
    return {
        ...{ kind: "samples", startUs: part[0]?.startUs ?? 0, stepUs: isUneven ? 0 : stepUs },
        durationsUs: isUneven ? Float64Array.from(part, ({ durationUs }) => durationUs) : null,
        currentUa: Float32Array.from(part, ({ currentUa }) => currentUa),
        voltageMv: hasVoltage ? Float32Array.from(part, ({ voltageMv }) => voltageMv) : null,
        channels: by === "channels" ? Uint8Array.from(part, ({ levels }) => levels) : null,
    }
}

/** What the run can be told by. */
function tellsBy({ by, wired, lines }: Device): GeneratedRun["by"] {
    if ((wired & 1) === 1) return "channels"
    return by === "log" && lines.length > 0 ? "log" : "current"
}

export function generatedRun(seed: number): GeneratedRun {
    const device = new Device(seed)
    device.run()
    const { meter, by } = device
    const samples = [...sampled(device, seed)]
    const info = { kind: "csv", name: meter.name, sampleRateHz: 1e6 / meter.stepUs } as const
    const events: RawEvent[] = [{ kind: "acquisition", acquisition: { ...acquisition, meter: info, metadata: null } }]
    for (const { atUs, text } of device.lines) events.push({ kind: "raw-log-line", atUs, text })
    for (let index = 0; index < samples.length; index += CHUNK) {
        events.push(chunkOf(samples.slice(index, index + CHUNK), device))
    }
    events.push({ kind: "end", why: "done", detail: "" })
    const what = Object.entries(device.has).flatMap(([name, has]) => (has ? [name] : []))
    return {
        ...{ events, samples, wakes: withPins(device), by: tellsBy(device) },
        stepUs: meter.stepUs * (meter.isUneven ? 1.3 : 1),
        hasBursts: device.has.bursts,
        about: `seed ${seed}, ${meter.name}, ${by}, pins ${device.wired.toString(2)}, ${what.join(" ")}`,
    }
}

// Rows as chunks of samples: even ones as a step, uneven ones with a duration each. What is no number, what
// cannot be read, and time that jumps, becomes a gap.
import { WarmhelloError } from "../../base/errors.js"
import { median } from "../../base/statistics.js"
import type { Gap, SampleChunk } from "../source.js"
import type { CsvHeader } from "./header.js"
import type { Row } from "./rows.js"

const CHUNK = 1 << 14
/** The step is what most of these first rows have. */
const LEARNED = 64
/** Times are rounded when they are written: a step may be off by this share of itself. */
const TOLERANCE = 0.5
/** A meter that is read at uneven times (INA226 by a loop) pauses; a longer pause than this is a hole. */
const LONGEST_UNEVEN_STEPS = 100

export class SampleCollector {
    readonly hasVoltage: boolean
    readonly #hasChannels: boolean
    readonly #events: (SampleChunk | Gap)[] = []
    readonly #times = new Float64Array(CHUNK)
    readonly #current = new Float32Array(CHUNK)
    readonly #voltage = new Float32Array(CHUNK)
    readonly #channels = new Uint8Array(CHUNK)
    #count = 0
    #firstUs = Number.NaN
    /** 0 until it is known. */
    #stepUs = 0
    #even = true
    /** Where the samples so far end, in this source's own time. */
    #endUs = 0
    #bad: { count: number; startUs: number } | undefined
    /** Rows that may still stand right behind a line that could not be read: one is held back before it. */
    #behindUnreadable = 0
    #holeBefore: "unreadable" | "time-jump" = "time-jump"

    constructor({ columns }: CsvHeader) {
        this.hasVoltage = columns.some(({ role }) => role === "voltage")
        this.#hasChannels = columns.some(({ role }) => role.startsWith("channel"))
    }

    /** 0 while it is not known. */
    get sampleRateHz(): number {
        return this.#stepUs > 0 ? 1e6 / this.#stepUs : 0
    }

    /** Rows come in the order of their times. */
    add({ timeUs, currentUa, voltageMv, channels }: Row): void {
        if (Number.isNaN(this.#firstUs)) this.#firstUs = timeUs
        const atUs = timeUs - this.#firstUs
        if (!Number.isFinite(currentUa) || (this.hasVoltage && !Number.isFinite(voltageMv))) {
            this.#flush(atUs)
            this.#bad ??= { count: 0, startUs: atUs }
            this.#bad.count++
            return
        }
        this.#endBad(atUs)
        if (this.#stepUs > 0 && this.#count > 0 && this.#jumps(atUs)) this.#flush(undefined)
        if (this.#count === CHUNK) this.#flush(atUs)
        if (this.#count === 0) this.#holeBefore = this.#behindUnreadable > 0 ? "unreadable" : "time-jump"
        if (this.#behindUnreadable > 0) this.#behindUnreadable--
        const index = this.#count++
        this.#times[index] = atUs
        this.#current[index] = currentUa
        this.#voltage[index] = voltageMv
        this.#channels[index] = channels
        if (this.#stepUs === 0 && this.#count === LEARNED) this.#learn()
    }

    /** A line that stands before the next row could not be read. */
    markUnreadable(): void {
        this.#behindUnreadable = 2
    }

    /** The chunks that are whole, or all that there is. */
    take(all = false): (SampleChunk | Gap)[] {
        if (all && this.#count > 1) this.#flush(undefined)
        return this.#events.splice(0)
    }

    end(): (SampleChunk | Gap)[] {
        if (this.#stepUs === 0) this.#learn()
        if (this.#count === 1 && this.#stepUs === 0) {
            throw new WarmhelloError("input-empty", "there is a single sample in it, which lasts nobody knows how long")
        }
        this.#flush(undefined)
        return this.take()
    }

    #learn(): void {
        const steps = Array.from({ length: Math.max(0, this.#count - 1) }, (_, index) => this.#stepAfter(index))
        if (steps.length === 0) return
        this.#stepUs = median(steps)
        this.#even = steps.every((step) => Math.abs(step - this.#stepUs) <= TOLERANCE * this.#stepUs)
    }

    #stepAfter(index: number): number {
        return (this.#times[index + 1] as number) - (this.#times[index] as number)
    }

    #jumps(atUs: number): boolean {
        const expectedUs = this.#even
            ? (this.#times[0] as number) + this.#count * this.#stepUs
            : (this.#times[this.#count - 1] as number) + LONGEST_UNEVEN_STEPS * this.#stepUs
        const offUs = atUs - expectedUs
        return (this.#even ? Math.abs(offUs) : offUs) > TOLERANCE * this.#stepUs
    }

    #endBad(atUs: number): void {
        const bad = this.#bad
        if (bad === undefined) return
        this.#bad = undefined
        const startUs = Math.min(bad.startUs, this.#endUs)
        this.#events.push({ kind: "gap", startUs, durationUs: atUs - startUs, samples: bad.count, why: "not-a-number" })
        this.#endUs = atUs
    }

    /** Closes a chunk; its last sample lasts until `nextUs`, or a step. */
    #flush(nextUs: number | undefined): void {
        const count = this.#count
        if (count === 0) return
        if (this.#stepUs === 0) this.#learn()
        const startUs = this.#times[0] as number
        const missingUs = startUs - this.#endUs
        if (missingUs > TOLERANCE * this.#stepUs && this.#endUs > 0) {
            const samples = this.#stepUs > 0 ? Math.round(missingUs / this.#stepUs) : 0
            const why = this.#holeBefore
            this.#events.push({ kind: "gap", startUs: this.#endUs, durationUs: missingUs, samples, why })
        }
        const chunk = this.#chunk(startUs, nextUs)
        this.#events.push(chunk)
        this.#count = 0
    }

    #chunk(startUs: number, nextUs: number | undefined): SampleChunk {
        const count = this.#count
        const lastUs = this.#times[count - 1] as number
        const durationsUs = this.#even ? null : new Float64Array(count)
        for (let index = 0; durationsUs !== null && index < count - 1; index++) {
            durationsUs[index] = this.#stepAfter(index)
        }
        if (durationsUs !== null) durationsUs[count - 1] = nextUs === undefined ? this.#stepUs : nextUs - lastUs
        this.#endUs = this.#even ? startUs + count * this.#stepUs : lastUs + (durationsUs?.[count - 1] ?? 0)
        return {
            kind: "samples",
            startUs,
            stepUs: this.#even ? this.#stepUs : 0,
            durationsUs,
            currentUa: this.#current.slice(0, count),
            voltageMv: this.hasVoltage ? this.#voltage.slice(0, count) : null,
            channels: this.#hasChannels ? this.#channels.slice(0, count) : null,
        }
    }
}

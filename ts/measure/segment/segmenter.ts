// Cuts a stream of samples into wakes. A wake begins where the current rises out of sleep. Where the
// firmware's pins are wired, it ends when D0 falls, and each pin's rise ends a phase; otherwise it ends when
// the current has stayed low for a while.
import type { Gap, SampleChunk, SourceEvent } from "../source.js"
import { type PhaseCut, PhaseMarks } from "./phase-marks.js"
import { Sums } from "./sums.js"
import { SLICE_US, WakeSlices } from "./wake-slices.js"

export interface Thresholds {
    /** A sleeping device has woken when its current reaches this. */
    awakeUa: number
    /** It sleeps again when the current has stayed below this ... */
    asleepUa: number
    /** ... for this long. */
    asleepForUs: number
}

export const standardThresholds: Thresholds = { awakeUa: 5000, asleepUa: 2000, asleepForUs: 20_000 }

export interface SegmenterOptions extends Thresholds {
    /** Where the source does not measure it. */
    voltageMv: number
    useChannels: boolean
    /** Keep each wake in fine slices, for phases that a log line tells. */
    keepSlices: boolean
}

/** A wake as the current and the pins show it. */
export interface CutWake {
    startUs: number
    /** Without the sleep that follows. */
    sums: Sums
    /** None where no pin tells. */
    phases: PhaseCut[]
    by: "channels" | "current"
    /** All channels that were up at any time. */
    levels: number
    /** Pins rose in an order that no firmware has: they are wired wrongly. */
    outOfOrder: boolean
    /** Its reset was seen in the current; otherwise it begins where D0 rises. */
    bootSeen: boolean
    /** The samples begin in the middle of it. */
    cutAtStart: boolean
    profile: WakeSlices | null
    /** The sleep after it; null until it has ended. */
    sleep: Sums | null
}

const AWAKE_BIT = 1
/** D0 is never up for a shorter time in a wake: an open pin is. */
const SHORTEST_WAKE_US = 1000

type State = "unarmed" | "asleep" | "high" | "low" | "marked"

interface OpenWake {
    startUs: number
    marks: PhaseMarks
    levels: number
    bootSeen: boolean
    cutAtStart: boolean
    profile: WakeSlices | null
    /** Below the threshold, and maybe asleep already. */
    tail: Sums
}

export interface SegmenterStats {
    /** The samples begin in the middle of a wake, as the current tells. */
    startedAwake: boolean
    glitches: number
    lowestUa: number
    highestUa: number
    /** The run ended in the middle of a wake. */
    cutAtEnd: boolean
}

export class Segmenter {
    readonly #options: SegmenterOptions
    readonly #onWake: (wake: CutWake) => void
    readonly stats: SegmenterStats = {
        startedAwake: false,
        glitches: 0,
        lowestUa: Number.POSITIVE_INFINITY,
        highestUa: Number.NEGATIVE_INFINITY,
        cutAtEnd: false,
    }
    #state: State
    #wake: OpenWake | undefined
    #last: CutWake | undefined
    #sleep = new Sums()
    #channels = -1
    #channelsSeen = false
    #lastUa = Number.NaN
    /** Made once, for each stretch anew. */
    readonly #stretch = new Sums()
    #pendingGap: Gap | undefined

    /** `onWake` is called when a wake has ended, and again, with its sleep, when the next one begins. */
    constructor(options: SegmenterOptions, onWake: (wake: CutWake) => void) {
        this.#options = options
        this.#onWake = onWake
        this.#state = "unarmed"
    }

    add(event: SourceEvent): void {
        if (event.kind === "samples") this.#addChunk(event)
        else if (event.kind === "gap") this.#pendingGap = merged(this.#pendingGap, event)
    }

    /** Nothing more comes. A wake in progress is not counted; nor is the sleep, which has not ended. */
    end(): void {
        if (this.#wake !== undefined && this.#state === "low") this.#endWake(this.#wake.tail)
        this.stats.cutAtEnd = this.#wake !== undefined
        this.#wake = undefined
    }

    /** The samples break off and go on later: no wake and no sleep crosses that. */
    interrupt(): void {
        this.end()
        this.stats.cutAtEnd = false
        this.#last = undefined
        this.#sleep = new Sums()
        this.#state = "unarmed"
        this.#channels = -1
        this.#pendingGap = undefined
        this.#lastUa = Number.NaN
    }

    #addChunk(chunk: SampleChunk): void {
        if (chunk.currentUa.length === 0) return
        this.#fillGap(chunk)
        const { currentUa } = chunk
        const useChannels = this.#options.useChannels && chunk.channels !== null
        const noChannels = chunk.channels === null || !useChannels
        let atUs = chunk.startUs
        let index = 0
        while (index < currentUa.length) {
            const levels = noChannels ? 0 : ((chunk.channels as Uint8Array)[index] as number)
            if (levels !== this.#channels) this.#changeChannels(levels, atUs)
            this.#changeCurrent(currentUa[index] as number, atUs)
            const end = this.#findEnd(chunk, index, noChannels ? null : chunk.channels)
            atUs += this.#sum(chunk, index, end)
            index = end
            this.#fallAsleep()
        }
        this.#lastUa = currentUa[currentUa.length - 1] as number
    }

    /** Up to where nothing happens that this state would look at. */
    #findEnd(chunk: SampleChunk, start: number, channels: Uint8Array | null): number {
        const { currentUa } = chunk
        const end = Math.min(currentUa.length, start + this.#longest(chunk))
        const [low, high] = this.#bounds()
        const level = this.#channels
        let index = start + 1
        if (channels === null) {
            while (index < end && (currentUa[index] as number) >= low && (currentUa[index] as number) < high) index++
            return index
        }
        while (
            index < end &&
            (currentUa[index] as number) >= low &&
            (currentUa[index] as number) < high &&
            channels[index] === level
        ) {
            index++
        }
        return index
    }

    /** Counts these samples to what is going on. Returns how long they take. */
    #sum(chunk: SampleChunk, start: number, end: number): number {
        const { currentUa } = chunk
        let sum = 0
        let peakUa = Number.NEGATIVE_INFINITY
        let lowestUa = Number.POSITIVE_INFINITY
        for (let index = start; index < end; index++) {
            const value = currentUa[index] as number
            sum += value
            if (value > peakUa) peakUa = value
            if (value < lowestUa) lowestUa = value
        }
        const { stats } = this
        if (lowestUa < stats.lowestUa) stats.lowestUa = lowestUa
        if (peakUa > stats.highestUa) stats.highestUa = peakUa
        const stretch = this.#stretch
        stretch.peakUa = peakUa
        stretch.samples = end - start
        if (chunk.durationsUs === null && chunk.voltageMv === null) {
            stretch.charge = sum * chunk.stepUs
            stretch.energy = stretch.charge * this.#options.voltageMv
            stretch.durationUs = (end - start) * chunk.stepUs
        } else this.#sumUneven(chunk, start, end)
        this.#target().add(stretch)
        this.#wake?.profile?.add(stretch)
        return stretch.durationUs
    }

    #sumUneven(chunk: SampleChunk, start: number, end: number): void {
        const stretch = this.#stretch
        stretch.charge = 0
        stretch.energy = 0
        stretch.durationUs = 0
        for (let index = start; index < end; index++) {
            const durationUs = chunk.durationsUs?.[index] ?? chunk.stepUs
            const charge = (chunk.currentUa[index] as number) * durationUs
            stretch.charge += charge
            stretch.energy += charge * (chunk.voltageMv?.[index] ?? this.#options.voltageMv)
            stretch.durationUs += durationUs
        }
    }

    #target(): Sums {
        const wake = this.#wake
        if (wake === undefined) return this.#sleep
        return this.#state === "low" ? wake.tail : wake.marks.open
    }

    /** The currents between which nothing changes. */
    #bounds(): [number, number] {
        const { awakeUa, asleepUa } = this.#options
        switch (this.#state) {
            case "unarmed":
            case "high":
                return [asleepUa, Number.POSITIVE_INFINITY]
            case "asleep":
            case "low":
                return [Number.NEGATIVE_INFINITY, awakeUa]
            case "marked":
                return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
        }
    }

    /** Samples after which to look up: when a low current has lasted, or a slice of a profile is full. */
    #longest(chunk: SampleChunk): number {
        let longestUs = Number.POSITIVE_INFINITY
        if (this.#state === "low") longestUs = this.#options.asleepForUs - (this.#wake?.tail.durationUs ?? 0)
        if (this.#wake?.profile) longestUs = Math.min(longestUs, SLICE_US)
        if (longestUs === Number.POSITIVE_INFINITY) return chunk.currentUa.length
        return chunk.durationsUs === null ? Math.max(1, Math.ceil(longestUs / chunk.stepUs)) : 1
    }

    #changeCurrent(currentUa: number, atUs: number): void {
        const { awakeUa, asleepUa } = this.#options
        switch (this.#state) {
            case "unarmed":
                if (Number.isNaN(this.#lastUa) && currentUa >= awakeUa) this.stats.startedAwake = true
                if (currentUa < asleepUa) this.#state = "asleep"
                break
            case "asleep":
                if (currentUa >= awakeUa) this.#begin(atUs, true, false)
                break
            case "high":
                if (currentUa < asleepUa) this.#state = "low"
                break
            case "low":
                if (currentUa >= awakeUa) this.#wakeAgain()
                break
            case "marked":
                break
        }
    }

    #begin(atUs: number, bootSeen: boolean, cutAtStart: boolean): void {
        this.#state = "high"
        this.#wake = {
            startUs: atUs,
            marks: new PhaseMarks(atUs),
            levels: 0,
            bootSeen,
            cutAtStart,
            profile: this.#options.keepSlices ? new WakeSlices() : null,
            tail: new Sums(),
        }
    }

    /** It was a pause, not sleep. */
    #wakeAgain(): void {
        const wake = this.#wake
        if (wake === undefined) return
        wake.marks.open.add(wake.tail)
        wake.tail = new Sums()
        this.#state = "high"
    }

    /** The current has been low for long enough. */
    #fallAsleep(): void {
        const wake = this.#wake
        if (this.#state === "low" && wake !== undefined && wake.tail.durationUs >= this.#options.asleepForUs) {
            this.#endWake(wake.tail)
        }
    }

    #changeChannels(levels: number, atUs: number): void {
        const before = this.#channels
        this.#channels = levels
        const first = before < 0
        const rose = levels & ~(first ? 0 : before)
        if ((rose & AWAKE_BIT) !== 0) this.#markAwake(atUs, first)
        const wake = this.#wake
        if (wake === undefined || this.#state !== "marked") return
        wake.levels |= levels
        if (!first) wake.marks.rise(rose, atUs)
        if ((levels & AWAKE_BIT) === 0) this.#fall(wake, atUs)
    }

    /** D0 is up: from here on the pins tell. */
    #markAwake(atUs: number, first: boolean): void {
        this.#channelsSeen = true
        if (this.#wake === undefined) this.#begin(atUs, false, first)
        else if (this.#state === "low") this.#wakeAgain()
        if (this.#wake !== undefined) this.#wake.profile = null // nobody needs it where pins tell
        this.#state = "marked"
    }

    #fall(wake: OpenWake, atUs: number): void {
        if (wake.marks.open.durationUs < SHORTEST_WAKE_US && wake.levels === AWAKE_BIT) {
            this.stats.glitches++
            this.#fold(wake, new Sums())
            return
        }
        wake.marks.close(atUs)
        this.#finish(wake, "channels", new Sums())
        this.#state = "unarmed"
    }

    /** Not a wake after all: what it took belongs to the sleep. */
    #fold(wake: OpenWake, rest: Sums): void {
        this.#sleep.add(wake.marks.total())
        this.#sleep.add(rest)
        this.#wake = undefined
        this.#state = rest.durationUs > 0 ? "asleep" : "unarmed"
    }

    #endWake(tail: Sums): void {
        const wake = this.#wake
        if (wake === undefined) return
        if (this.#channelsSeen) {
            this.#fold(wake, tail)
            return
        }
        this.#finish(wake, "current", tail)
        this.#state = "asleep"
    }

    #finish(wake: OpenWake, by: CutWake["by"], sleepSoFar: Sums): void {
        this.#passOnSleep()
        const { startUs, marks, levels, bootSeen, cutAtStart, profile } = wake
        const phases = by === "channels" ? marks.phases(bootSeen) : []
        this.#last = {
            ...{ startUs, sums: marks.total(), phases, by, levels, bootSeen, cutAtStart, profile },
            ...{ outOfOrder: marks.outOfOrder, sleep: null },
        }
        this.#onWake(this.#last)
        this.#sleep = new Sums()
        this.#sleep.add(sleepSoFar)
        this.#wake = undefined
    }

    /** The sleep after the wake before has ended. */
    #passOnSleep(): void {
        if (this.#last === undefined) return
        this.#last.sleep = this.#sleep
        this.#onWake(this.#last)
    }

    /** Missing samples count as the mean of those beside them, and as lost. */
    #fillGap(next: SampleChunk): void {
        const gap = this.#pendingGap
        if (gap === undefined) return
        this.#pendingGap = undefined
        const after = next.currentUa[0] as number
        const before = Number.isNaN(this.#lastUa) ? after : this.#lastUa
        const voltageMv = next.voltageMv?.[0] ?? this.#options.voltageMv
        const mean = (before + after) / 2
        const stretch = new Sums()
        stretch.charge = mean * gap.durationUs
        stretch.energy = stretch.charge * voltageMv
        stretch.durationUs = gap.durationUs
        stretch.lostSamples = gap.samples
        stretch.peakUa = mean
        this.#target().add(stretch)
        this.#wake?.profile?.add(stretch)
    }
}

function merged(before: Gap | undefined, gap: Gap): Gap {
    if (before === undefined) return gap
    return { ...before, durationUs: before.durationUs + gap.durationUs, samples: before.samples + gap.samples }
}

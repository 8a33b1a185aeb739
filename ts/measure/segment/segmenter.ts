// Cuts a stream of samples into wakes. A wake begins where the current rises out of sleep and stays up. Where the
// firmware's pins are wired, it ends when D0 falls, and each pin's rise ends a phase; otherwise it ends when the
// current has stayed low for a while. Both are known only later: what came since then is held, and booked once.
import type { SourceEvent } from "../source.js"
import { Debouncer } from "./debouncer.js"
import { type PhaseCut, PhaseMarks } from "./phase-marks.js"
import { Cutter, type Piece } from "./pieces.js"
import { Quiet } from "./quiet.js"
import type { Sums } from "./sums.js"
import { SLICE_US, WakeSlices } from "./wake-slices.js"
import { indexOfFall, indexOfRise, WINDOW_US, Window } from "./window.js"

export interface Thresholds {
    /** A sleeping device has woken when its mean current reaches this ... */
    awakeUa: number
    /** ... and stays above `asleepUa` for this long. */
    awakeForUs: number
    /** It sleeps again when the mean current has stayed below this ... */
    asleepUa: number
    /** ... for this long, but for bursts shorter than a wake. */
    asleepForUs: number
}

export const standardThresholds: Thresholds = {
    ...{ awakeUa: 5000, awakeForUs: 5000 },
    ...{ asleepUa: 2000, asleepForUs: 20_000 },
}

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
    /** All channels that rose. */
    levels: number
    /** Pins rose in an order that no firmware has: they are wired wrongly. */
    outOfOrder: boolean
    /** The current was low until it began; otherwise it begins where D0 rises, and what came before is not known. */
    bootSeen: boolean
    profile: WakeSlices | null
    /** The sleep after it; null until it has ended. */
    sleep: Sums | null
}

const AWAKE_BIT = 1
/** A pause in a wake draws more than this many times the current of deep sleep ... */
const LIGHT_SLEEP_FACTOR = 3
/** ... and this much more, */
const LIGHT_SLEEP_MORE_UA = 50
/** and a radio that listens to an access point wakes more often than this. */
const LONGEST_LIGHT_SLEEP_US = 2_000_000
/** Before the first wake the device may have had no power yet. */
const POWERED_UA = 1
/** Where nothing but an edge of a pin matters. */
const LONGEST_PIECE_US = 10_000

interface OpenWake {
    startUs: number
    marks: PhaseMarks
    levels: number
    /** It began as the current rose, before any pin did. */
    byRise: boolean
    bootSeen: boolean
    profile: WakeSlices | null
    /** Since the current fell: maybe the sleep already. */
    tail: Quiet | undefined
}

export interface SegmenterStats {
    /** The samples begin in the middle of a wake. */
    startedAwake: boolean
    /** Levels of pins that lasted too shortly. */
    glitches: number
    /** The pins that rose at any time, a bit each. */
    risen: number
    /** The current rose as in a wake, but D0, which tells in others, did not. */
    unmarkedRises: number
    lowestUa: number
    highestUa: number
    /** The run ended in the middle of a wake. */
    cutAtEnd: boolean
}

export class Segmenter {
    readonly #options: SegmenterOptions
    readonly #onWake: (wake: CutWake) => void
    readonly #cutter: Cutter
    readonly #debouncer = new Debouncer((piece) => this.#take(piece))
    #window = new Window()
    /** Of the window before the open one: not booked yet, since a rise or a fall may have begun in it. */
    #before: Piece[] = []
    /** Since the current rose out of the quiet: not booked until it is known to be a wake. */
    #rise: Piece[] | undefined
    #riseUs = 0
    /** The mean current is low; a rise ends that. */
    #isQuiet = false
    /** The last window was as low as in sleep. */
    #wasLow = false
    /** D0 is up, and tells instead of the current. */
    #isMarked = false
    #wake: OpenWake | undefined
    #last: CutWake | undefined
    #sleep: Quiet
    /** Of the last deep sleep. */
    #sleepUa = Number.NaN
    #levels = -1
    #channelsTell = false
    #isFirstWindow = true
    #cutAtEnd = false
    #startedAwake = false
    #glitches = 0
    #unmarkedRises = 0
    #risen = 0

    /** `onWake` is called when a wake has ended, and again, with its sleep, when the next one has ended. */
    constructor(options: SegmenterOptions, onWake: (wake: CutWake) => void) {
        this.#options = options
        this.#onWake = onWake
        this.#sleep = this.#newQuiet()
        this.#cutter = new Cutter(options, WINDOW_US, (piece) => this.#debouncer.add(piece))
    }

    get stats(): SegmenterStats {
        return {
            startedAwake: this.#startedAwake,
            glitches: this.#glitches + this.#debouncer.glitches,
            risen: this.#risen,
            unmarkedRises: this.#unmarkedRises,
            lowestUa: this.#cutter.lowestUa,
            highestUa: this.#cutter.highestUa,
            cutAtEnd: this.#cutAtEnd,
        }
    }

    add(event: SourceEvent): void {
        if (event.kind === "samples") this.#cutter.addSamples(event)
        else if (event.kind === "gap") this.#cutter.addGap(event)
    }

    /** Nothing more comes. A wake in progress is not counted; nor is the sleep, which has not ended. */
    end(): void {
        this.#cutter.flush()
        this.#debouncer.interrupt()
        this.#judge()
        const isRising = this.#rise !== undefined
        if (this.#wake?.tail !== undefined && !isRising) this.#endWake(this.#wake, this.#wake.tail)
        this.#cutAtEnd = this.#wake !== undefined || isRising
        this.#wake = undefined
    }

    /** The samples break off and go on later: no wake and no sleep crosses that. */
    interrupt(): void {
        this.#cutter.interrupt()
        this.end()
        this.#cutAtEnd = false
        this.#last = undefined
        this.#sleep = this.#newQuiet()
        this.#before = []
        this.#rise = undefined
        this.#isQuiet = false
        this.#wasLow = false
        this.#isMarked = false
        this.#isFirstWindow = true
        this.#levels = -1
    }

    #take(piece: Piece): void {
        const { levels } = piece
        if (levels !== this.#levels) this.#changeLevels(levels, piece.startUs)
        if (this.#isMarked) {
            this.#book(piece)
            return
        }
        this.#window.add(piece)
        if (this.#window.isFull) this.#judge()
    }

    #changeLevels(levels: number, atUs: number): void {
        const before = this.#levels
        this.#levels = levels
        if (before < 0) return
        const rose = levels & ~before
        this.#risen |= rose
        if ((rose & AWAKE_BIT) !== 0) this.#markAwake(atUs)
        const wake = this.#wake
        if (wake !== undefined && this.#isMarked) {
            wake.levels |= rose
            wake.marks.rise(rose, atUs)
            if ((levels & AWAKE_BIT) === 0) this.#fallOfD0(wake, atUs)
        } else if ((before & ~levels & AWAKE_BIT) !== 0) this.#fallOfFirst()
    }

    /** D0 was up when the samples began: what they show of that wake is not whole. */
    #fallOfFirst(): void {
        this.#startedAwake = true
        this.#judge()
        if (this.#rise !== undefined) this.#bookAll(this.#rise)
        this.#rise = undefined
        this.#bookAll(this.#before)
        this.#before = []
        if (this.#wake !== undefined) this.#fold(this.#wake)
        this.#isQuiet = false
    }

    /** Looks at the mean of the window that is full, or that something else ends. */
    #judge(): void {
        const window = this.#window
        if (window.pieces.length === 0) return
        this.#window = new Window()
        const { awakeUa, asleepUa } = this.#options
        const { meanUa } = window
        if (this.#isFirstWindow && meanUa >= awakeUa) this.#startedAwake = true
        this.#isFirstWindow = false
        this.#wasLow = meanUa < asleepUa
        if (!this.#isQuiet) this.#judgeBusy(window, this.#wasLow)
        else if (this.#rise !== undefined) this.#judgeRise(this.#rise, window, this.#wasLow)
        else this.#judgeQuiet(window, meanUa >= awakeUa)
        this.#fallAsleep()
    }

    #judgeBusy({ pieces }: Window, isLow: boolean): void {
        if (!isLow) {
            this.#bookAll(this.#before)
            this.#before = pieces
            return
        }
        const both = [...this.#before, ...pieces]
        const fall = indexOfFall(both)
        this.#bookAll(both.slice(0, fall))
        this.#isQuiet = true
        if (this.#wake !== undefined) this.#wake.tail = this.#newQuiet()
        this.#before = both.slice(fall)
    }

    #judgeQuiet({ pieces }: Window, isHigh: boolean): void {
        if (!isHigh) {
            this.#bookAll(this.#before)
            this.#before = pieces
            return
        }
        const both = [...this.#before, ...pieces]
        const start = indexOfRise(both, this.#before.length)
        this.#bookAll(both.slice(0, start))
        this.#before = []
        this.#rise = []
        this.#riseUs = 0
        this.#goOnRising(this.#rise, both.slice(start))
    }

    #judgeRise(rise: Piece[], window: Window, isLow: boolean): void {
        if (!isLow) {
            this.#goOnRising(rise, window.pieces)
            return
        }
        this.#rise = undefined
        this.#bookAll(rise)
        this.#before = window.pieces
    }

    #goOnRising(rise: Piece[], pieces: readonly Piece[]): void {
        for (const piece of pieces) {
            rise.push(piece)
            if (!piece.isGap) this.#riseUs += piece.durationUs
        }
        if (this.#riseUs >= this.#options.awakeForUs) this.#awake(rise)
    }

    /** The rise was that of a wake, or the end of a pause in one. */
    #awake(rise: readonly Piece[]): void {
        this.#rise = undefined
        this.#isQuiet = false
        if (this.#wake === undefined) this.#begin(rise[0]?.startUs ?? 0, { byRise: true, bootSeen: true })
        else this.#wakeAgain(this.#wake)
        this.#bookAll(rise)
    }

    #begin(startUs: number, told: Pick<OpenWake, "byRise" | "bootSeen">): void {
        this.#learnSleep()
        const profile = this.#options.keepSlices ? new WakeSlices() : null
        const marks = new PhaseMarks(startUs)
        this.#wake = { startUs, marks, levels: 0, ...told, profile, tail: undefined }
        this.#cutter.longestUs = profile === null ? WINDOW_US : SLICE_US
    }

    /** It was a pause, not sleep. */
    #wakeAgain(wake: OpenWake): void {
        if (wake.tail !== undefined) wake.marks.open.add(wake.tail.sums)
        wake.tail = undefined
    }

    /** D0 is up: from here on the pins tell. */
    #markAwake(atUs: number): void {
        this.#judge()
        if (this.#rise !== undefined) this.#awake(this.#rise)
        else {
            if (this.#wake !== undefined) this.#wakeAgain(this.#wake)
            this.#bookAll(this.#before)
            if (this.#wake === undefined) this.#begin(atUs, { byRise: false, bootSeen: this.#wasLow })
        }
        this.#before = []
        this.#isQuiet = false
        this.#wasLow = false
        this.#isMarked = true
    }

    #fallOfD0(wake: OpenWake, atUs: number): void {
        this.#isMarked = false
        const isTooShort = wake.marks.open.durationUs < this.#options.awakeForUs && wake.levels === AWAKE_BIT
        if (!isTooShort) {
            wake.marks.close(atUs)
            this.#channelsTell = true
            this.#finish(wake, "channels", this.#newQuiet())
            return
        }
        this.#glitches++
        if (wake.byRise) wake.marks.forget()
        else this.#fold(wake)
    }

    /** Not a wake after all: what it took belongs to the sleep. */
    #fold({ marks, tail }: OpenWake): void {
        this.#sleep.sums.add(marks.total())
        if (tail !== undefined) this.#sleep.sums.add(tail.sums)
        this.#closeWake()
    }

    /** The current has been low for long enough. */
    #fallAsleep(): void {
        const wake = this.#wake
        if (wake?.tail === undefined || this.#rise !== undefined) return
        if (wake.tail.sums.durationUs < this.#options.asleepForUs || this.#isLightSleep(wake.tail)) return
        this.#endWake(wake, wake.tail)
    }

    /** A pause in a wake draws more than the sleep between wakes. Of the first wake's that is known only if the
     * device slept before it. */
    #isLightSleep({ sums, lowestUa }: Quiet): boolean {
        const sleepUa = this.#sleepUa
        if (sums.durationUs >= LONGEST_LIGHT_SLEEP_US) return false
        return lowestUa > Math.max(LIGHT_SLEEP_FACTOR * sleepUa, sleepUa + LIGHT_SLEEP_MORE_UA)
    }

    #newQuiet(): Quiet {
        return new Quiet(this.#options.awakeForUs)
    }

    #learnSleep(): void {
        const { sums, usualUa } = this.#sleep
        const isSure = this.#last !== undefined || usualUa >= POWERED_UA
        if (isSure && sums.durationUs >= this.#options.asleepForUs) this.#sleepUa = usualUa
    }

    #endWake(wake: OpenWake, tail: Quiet): void {
        if (!this.#channelsTell) {
            this.#finish(wake, "current", tail)
            return
        }
        this.#unmarkedRises++
        this.#fold(wake)
    }

    #finish(wake: OpenWake, by: CutWake["by"], sleepSoFar: Quiet): void {
        this.#passOnSleep()
        const { startUs, marks, levels, bootSeen, profile } = wake
        const phases = by === "channels" ? marks.phases(bootSeen) : []
        const { outOfOrder } = marks
        this.#last = {
            ...{ startUs, sums: marks.total(), phases, by, levels, outOfOrder, bootSeen },
            ...{ profile: by === "channels" ? null : profile, sleep: null },
        }
        this.#onWake(this.#last)
        this.#sleep = sleepSoFar
        this.#closeWake()
    }

    #closeWake(): void {
        this.#wake = undefined
        this.#cutter.longestUs = WINDOW_US
    }

    /** The sleep after the wake before has ended. */
    #passOnSleep(): void {
        if (this.#last === undefined) return
        this.#last.sleep = this.#sleep.sums
        this.#onWake(this.#last)
    }

    #bookAll(pieces: readonly Piece[]): void {
        for (const piece of pieces) this.#book(piece)
    }

    /** Counts a piece to what is going on: from here on that is settled. */
    #book(piece: Piece): void {
        const wake = this.#wake
        if (wake === undefined) {
            this.#sleep.add(piece)
            return
        }
        if (wake.tail === undefined) wake.marks.open.add(piece)
        else wake.tail.add(piece)
        if (wake.profile === null) return
        wake.profile.add(piece)
        if (this.#isMarked && wake.marks.open.durationUs > this.#options.awakeForUs) this.#dropProfile(wake)
    }

    /** Nobody needs it where pins tell. */
    #dropProfile(wake: OpenWake): void {
        wake.profile = null
        this.#cutter.longestUs = LONGEST_PIECE_US
    }
}

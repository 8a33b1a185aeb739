// Wakes as run.json has them, from what the current and the pins show and what the log says.

import { WarmhelloError } from "../../base/errors.js"
import { phases as allPhases } from "../../run/phases-and-causes.js"
import type { RunPhase, RunWake } from "../../run/run.js"
import { parseWakeLine, phaseWords, type WakeLine } from "../../run/wake-line.js"
import type { CutWake } from "../segment/segmenter.js"
import { costsOf } from "../segment/sums.js"
import type { LogLine } from "../source.js"
import { LogAlignment } from "./log-alignment.js"
import { resultByLine, resultByPins, told, type WakeResult } from "./results.js"

export interface BookOptions {
    /** What the wakes are in turn, where nothing else tells: as the operator was told. */
    results: WakeResult[]
    /** A wake is known; again with the same `n` when a later wake tells more about it. */
    onWake: (wake: RunWake) => void
}

/** What was come upon, wake by wake; the warnings are made of it. */
export interface BookStats {
    bootNotSeen: number
    outOfOrder: number
    unmarked: number
    unreadableLines: number
    unmatchedLines: number
    withLine: number
    /** Wakes of which pins and log say different things. */
    disagreeing: number[]
    /** Wakes that are not what the operator was told to make them. */
    otherThanTold: number[]
    byChannels: number
    byLog: number
    /** The pins that rose in any wake, a bit each. */
    driven: number
}

interface Line {
    atUs: number
    line: WakeLine
}

interface Entry {
    cut: CutWake
    line: WakeLine | undefined
}

/** Alignment wants to have seen a few wakes before the first is cut by it. */
const ALIGNED_WAKES = 5
/** The pins of phases that end in a wake; D0's alone tell nothing but that there was one. */
const PHASE_BITS = phaseWords.reduce((bits, phase) => {
    const { channel } = allPhases[phase]
    return channel === null || phase === "boot" ? bits : bits | (1 << channel)
}, 0)
const ms = (us: number) => Number((us / 1000).toFixed(3))

export class WakeBook {
    readonly wakes: RunWake[] = []
    readonly alignment = new LogAlignment()
    readonly #options: BookOptions
    #lines: Line[] = []
    #open: CutWake | undefined
    #waiting: Entry[] = []
    /** Of `wakes`, each in its place. */
    readonly #entries: Entry[] = []
    #driven = 0
    #unreadableLines = 0
    #unmatchedLines = 0

    constructor(options: BookOptions) {
        this.#options = options
    }

    /** Comes twice for each wake: when it has ended, and again with its sleep. */
    addWake(cut: CutWake): void {
        if (cut.sleep === null) {
            this.#open = cut
            return
        }
        this.#settle(cut.startUs + cut.sums.durationUs + cut.sleep.durationUs)
    }

    addLine({ atUs, text }: LogLine): void {
        try {
            const line = parseWakeLine(text)
            if (line !== undefined) this.#lines.push({ atUs, line })
        } catch (error) {
            if (!(error instanceof WarmhelloError)) throw error
            this.#unreadableLines++
        }
    }

    /** Nothing more comes, for now: the last wake goes without its sleep. */
    end(): void {
        this.#settle(Number.POSITIVE_INFINITY)
        this.#writeAll()
    }

    get stats(): BookStats {
        const numbersOf = (test: (entry: Entry, n: number) => boolean) =>
            this.#entries.flatMap((entry, index) => (test(entry, index + 1) ? [index + 1] : []))
        const countOf = (test: (entry: Entry) => boolean) => numbersOf(test).length
        return {
            bootNotSeen: countOf(({ cut }) => !cut.bootSeen),
            outOfOrder: countOf(({ cut }) => cut.outOfOrder),
            unmarked: this.wakes.filter(
                ({ phases }, index) =>
                    phases.every(({ phase }) => phase === "sleep") && this.#entries[index]?.cut.outOfOrder === false,
            ).length,
            unreadableLines: this.#unreadableLines,
            unmatchedLines: this.#unmatchedLines,
            withLine: countOf(({ line }) => line !== undefined),
            disagreeing: numbersOf(({ cut, line }) => {
                const byPins = resultByPins(cut, this.#driven)
                return line !== undefined && byPins !== "unknown" && byPins !== resultByLine(line)
            }),
            otherThanTold: numbersOf((entry, n) => {
                const [known, wanted] = [this.#known(entry), this.#told(n)]
                return wanted !== undefined && known !== "unknown" && known !== "failed" && known !== wanted
            }),
            byChannels: countOf(({ cut }) => cut.by === "channels"),
            byLog: countOf(({ cut, line }) => cut.by !== "channels" && line !== undefined),
            driven: this.#driven,
        }
    }

    /** The open wake and the lines up to `untilUs`, where the next one begins. */
    #settle(untilUs: number): void {
        const cut = this.#open
        this.#open = undefined
        if (cut === undefined) return
        const mine = this.#lines.filter(({ atUs }) => atUs >= cut.startUs && atUs < untilUs)
        this.#unmatchedLines += this.#lines.filter(({ atUs }) => atUs < cut.startUs).length
        this.#lines = this.#lines.filter(({ atUs }) => atUs >= untilUs)
        this.#unmatchedLines += Math.max(0, mine.length - 1)
        this.#enter(cut, mine[0])
    }

    #enter(cut: CutWake, line: Line | undefined): void {
        const closingUs = line?.line.marksUs.closing
        if (cut.by === "current" && line !== undefined && closingUs !== undefined) {
            const { startUs, sums } = cut
            this.alignment.add({ startUs, durationUs: sums.durationUs, closingUs, lineAtUs: line.atUs })
        }
        this.#waiting.push({ cut, line: line?.line })
        const needsMore = cut.profile !== null && this.wakes.length === 0 && this.#waiting.length < ALIGNED_WAKES
        if (!needsMore) this.#writeAll()
    }

    #writeAll(): void {
        for (const entry of this.#waiting.splice(0)) this.#write(entry)
    }

    #write(entry: Entry): void {
        const { cut } = entry
        const driven = this.#driven
        if (cut.by === "channels") this.#driven |= cut.levels
        if (this.#driven !== driven) this.#tellAgain()
        const costs = costsOf(cut.sums)
        const phases = this.#phasesOf(cut, entry.line)
        cut.profile = null // it is cut, and large
        if (cut.sleep !== null) phases.push({ phase: "sleep", startMs: costs.durationMs, ...costsOf(cut.sleep) })
        const startS = Number((cut.startUs / 1e6).toFixed(6))
        const n = this.wakes.length + 1
        const wake: RunWake = {
            ...{ n, startS, ...told(this.#resultOf(entry, n), entry.line), ...costs, phases },
            lostSamples: cut.sums.lostSamples,
            ...(cut.by === "channels" && !cut.bootSeen ? { bootSeen: false } : {}),
        }
        this.#entries.push(entry)
        this.wakes.push(wake)
        this.#options.onWake(wake)
    }

    /** A pin has risen for the first time, so it is wired: that it did not rise before tells something, too. */
    #tellAgain(): void {
        this.#entries.forEach((entry, index) => {
            const before = this.wakes[index]
            if (before === undefined) return
            const result = this.#resultOf(entry, before.n)
            const sleep = before.phases.filter(({ phase }) => phase === "sleep")
            const phases = entry.cut.by === "channels" ? [...this.#phasesByPins(entry.cut), ...sleep] : before.phases
            const wake = { ...before, result, phases }
            this.wakes[index] = wake
            if (result !== before.result) this.#options.onWake(wake)
        })
    }

    /** As the log says, or the pins. */
    #known({ cut, line }: Entry): WakeResult {
        return resultByLine(line) ?? resultByPins(cut, this.#driven)
    }

    /** What the operator was told to make of this wake. */
    #told(n: number): WakeResult | undefined {
        const { results } = this.#options
        return results[(n - 1) % results.length]
    }

    #resultOf(entry: Entry, n: number): WakeResult {
        const known = this.#known(entry)
        return known === "unknown" ? (this.#told(n) ?? known) : known
    }

    #phasesOf(cut: CutWake, line: WakeLine | undefined): RunPhase[] {
        if (cut.by === "channels") return this.#phasesByPins(cut)
        return line === undefined || cut.profile === null ? [] : this.#phasesByLog(cut, line)
    }

    #phasesByPins(cut: CutWake): RunPhase[] {
        if ((this.#driven & PHASE_BITS) === 0) return []
        return cut.phases.map(({ phase, startUs, sums }) => ({
            phase,
            startMs: ms(startUs - cut.startUs),
            ...costsOf(sums),
        }))
    }

    #phasesByLog({ profile, sums }: CutWake, { marksUs }: WakeLine): RunPhase[] {
        const reached = phaseWords.filter((phase) => phase !== "closing" && marksUs[phase] !== undefined)
        const ends = reached.map((phase) => Math.min(sums.durationUs, this.alignment.offsetUs + (marksUs[phase] ?? 0)))
        const parts = profile?.cut([...ends, sums.durationUs]) ?? []
        return [...reached, "closing" as const].flatMap((phase, index) => {
            const part = parts[index]
            if (part === undefined || part.durationUs === 0) return []
            return [{ phase, startMs: ms(index === 0 ? 0 : (ends[index - 1] ?? 0)), ...costsOf(part) }]
        })
    }
}

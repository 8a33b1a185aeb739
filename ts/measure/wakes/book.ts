// Wakes as run.json has them, from what the current and the pins show and what the log says.

import { WarmhelloError } from "../../base/errors.js"
import type { RunPhase, RunWake } from "../../run/run.js"
import { parseWakeLine, phaseWords, type WakeLine } from "../../run/wake-line.js"
import type { CutWake } from "../segment/segmenter.js"
import { costsOf } from "../segment/sums.js"
import type { LogLine } from "../source.js"
import { LogAlignment } from "./log-alignment.js"
import { resultByPins, told, type WakeResult } from "./results.js"

export interface BookOptions {
    /** What the wakes are in turn, where nothing else tells: as the operator was told. */
    results: WakeResult[]
    onWake: (wake: RunWake) => void
}

export interface BookStats {
    cutAtStart: number
    bootNotSeen: number
    outOfOrder: number
    unmarked: number
    unreadableLines: number
    unmatchedLines: number
    withLine: number
    disagreeing: number[]
    byChannels: number
    byLog: number
}

interface Line {
    atUs: number
    line: WakeLine
}

interface Entry {
    cut: CutWake
    line: Line | undefined
}

/** Alignment wants to have seen a few wakes before the first is cut by it. */
const ALIGNED_WAKES = 5
const ms = (us: number) => Number((us / 1000).toFixed(3))

export class WakeBook {
    readonly wakes: RunWake[] = []
    readonly alignment = new LogAlignment()
    readonly stats: BookStats = {
        cutAtStart: 0,
        bootNotSeen: 0,
        outOfOrder: 0,
        unmarked: 0,
        unreadableLines: 0,
        unmatchedLines: 0,
        withLine: 0,
        disagreeing: [],
        byChannels: 0,
        byLog: 0,
    }
    readonly #options: BookOptions
    #lines: Line[] = []
    #open: CutWake | undefined
    #waiting: Entry[] = []

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
            this.stats.unreadableLines++
        }
    }

    /** Nothing more comes, for now: the last wake goes without its sleep. */
    end(): void {
        this.#settle(Number.POSITIVE_INFINITY)
        this.#writeAll()
    }

    /** The open wake and the lines up to `untilUs`, where the next one begins. */
    #settle(untilUs: number): void {
        const cut = this.#open
        this.#open = undefined
        if (cut === undefined) return
        const mine = this.#lines.filter(({ atUs }) => atUs >= cut.startUs && atUs < untilUs)
        this.stats.unmatchedLines += this.#lines.filter(({ atUs }) => atUs < cut.startUs).length
        this.#lines = this.#lines.filter(({ atUs }) => atUs >= untilUs)
        this.stats.unmatchedLines += Math.max(0, mine.length - 1)
        if (cut.cutAtStart) {
            this.stats.cutAtStart++
            return
        }
        this.#enter({ cut, line: mine[0] })
    }

    #enter(entry: Entry): void {
        const { cut, line } = entry
        const closingUs = line?.line.marksUs.closing
        if (cut.by === "current" && line !== undefined && closingUs !== undefined) {
            const { startUs, sums } = cut
            this.alignment.add({ startUs, durationUs: sums.durationUs, closingUs, lineAtUs: line.atUs })
        }
        this.#waiting.push(entry)
        const needsMore = cut.profile !== null && this.wakes.length === 0 && this.#waiting.length < ALIGNED_WAKES
        if (!needsMore) this.#writeAll()
    }

    #writeAll(): void {
        for (const entry of this.#waiting.splice(0)) this.#write(entry)
    }

    #write({ cut, line }: Entry): void {
        const n = this.wakes.length + 1
        const result = this.#resultOf(cut, line?.line, n)
        const phases = this.#phasesOf(cut, line?.line)
        const costs = costsOf(cut.sums)
        if (cut.sleep !== null) phases.push({ phase: "sleep", startMs: costs.durationMs, ...costsOf(cut.sleep) })
        const startS = Number((cut.startUs / 1e6).toFixed(6))
        const lostSamples = cut.sums.lostSamples
        const wake: RunWake = { n, startS, ...told(result, line?.line), ...costs, phases, lostSamples }
        this.#countStats(cut, line)
        this.wakes.push(wake)
        this.#options.onWake(wake)
    }

    #countStats(cut: CutWake, line: Line | undefined): void {
        const { stats } = this
        if (cut.by === "channels") stats.byChannels++
        else if (line !== undefined) stats.byLog++
        else stats.unmarked++
        if (line !== undefined) stats.withLine++
        if (cut.by === "channels" && !cut.bootSeen) stats.bootNotSeen++
        if (cut.outOfOrder) stats.outOfOrder++
    }

    #resultOf(cut: CutWake, line: WakeLine | undefined, n: number): WakeResult {
        const byPins = resultByPins(cut)
        const connect = line?.connect
        if (connect && byPins !== "unknown" && connect.result !== byPins) this.stats.disagreeing.push(n)
        if (byPins !== "unknown") return byPins
        const { results } = this.#options
        return results[(n - 1) % results.length] ?? "unknown"
    }

    #phasesOf(cut: CutWake, line: WakeLine | undefined): RunPhase[] {
        if (cut.by === "channels") {
            return cut.phases.map(({ phase, startUs, sums }) => ({
                phase,
                startMs: ms(startUs - cut.startUs),
                ...costsOf(sums),
            }))
        }
        return line === undefined || cut.profile === null ? [] : this.#phasesByLog(cut, line)
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

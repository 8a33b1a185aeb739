// A measurement from its first raw event to run.json: decoded, cut into wakes, compared, doubted.
import { mean } from "../base/statistics.js"
import { averageOf, sleepCurrentOf } from "../run/currents.js"
import type { Run, RunWake, SleepCurrent } from "../run/run.js"
import { RUN_SCHEMA, RUN_VERSION } from "../run/run.js"
import { compare, pairUp } from "./compare/compare.js"
import { Decimator } from "./decimate.js"
import { Decoder } from "./decode.js"
import {
    doubtsAboutAcquisition,
    doubtsAboutAnalyser,
    doubtsAboutComparison,
    doubtsAboutEnd,
    doubtsAboutPlausibility,
    doubtsAboutRange,
    doubtsAboutSamples,
    doubtsAboutSleep,
    doubtsAboutWakes,
} from "./doubts.js"
import type { Pins } from "./pins/shared-edge.js"
import type { Acquisition, EndEvent, RawEvent } from "./raw.js"
import { type CutWake, Segmenter, type Thresholds } from "./segment/segmenter.js"
import { WakeBook } from "./wakes/book.js"
import type { WakeResult } from "./wakes/results.js"

export type Segmentation = "auto" | "channels" | "log" | "current"

export interface MeasurementOptions {
    /** All that there are, if left out. */
    mostWakes?: number
    thresholds: Thresholds
    segmentation: Segmentation
    /** What a logic analyser saw beside the recording. */
    pins?: Pins | undefined
    /** Lines of the device's log are expected. */
    wantsLog: boolean
    results: WakeResult[]
    /** In place of what the acquisition says. */
    supply: Acquisition["supply"] | undefined
    about: Pick<Run, "tool" | "device" | "board" | "firmware" | "server">
    rawFile: string | null
    /** Only wakes that begin in this part of the recording; all, if left out. */
    between?: Run["between"]
    /** What the board's power profile says that it draws asleep. */
    expectedSleep?: SleepCurrent["expected"]
    /** Where the raw trace itself is the source. */
    fromRaw: boolean
    seed: number
    precision: number
    /** A wake has ended; its sleep goes on. */
    onCut: (wake: CutWake) => void
    /** All is known about a wake; once more when a later one tells what a pin of it meant. */
    onWake: (wake: RunWake) => void
}

/** Where each sample has its own voltage, the one that its charge was drawn at; else what was set or told. */
function voltageOf(supply: Acquisition["supply"], wakes: readonly RunWake[]): number {
    const costs = wakes.flatMap((wake) => [wake, ...wake.phases.filter(({ phase }) => phase === "sleep")])
    const chargeUc = costs.reduce((sum, one) => sum + one.chargeUc, 0)
    const energyUj = costs.reduce((sum, one) => sum + one.energyUj, 0)
    if (supply.origin !== "measured" || chargeUc <= 0 || energyUj <= 0) return supply.voltageMv / 1000
    return Number((energyUj / chargeUc).toFixed(4))
}

/** A log line is this late at most. */
const LINE_ARRIVES_US = 250_000

export class Measurement {
    readonly #options: MeasurementOptions
    readonly #decoder = new Decoder()
    readonly #decimator = new Decimator()
    readonly #book: WakeBook
    #segmenter: Segmenter | undefined
    #acquisition: Acquisition | undefined
    #end: EndEvent | undefined
    #cutWakes = 0
    #lastCutUs = 0

    constructor(options: MeasurementOptions) {
        this.#options = options
        this.#book = new WakeBook({ results: options.results, onWake: options.onWake })
    }

    /** Not more than were asked for: a meter may deliver several at once. */
    get wakes(): RunWake[] {
        const { between, mostWakes } = this.#options
        const isIn = ({ startS }: RunWake) => between === undefined || (startS >= between.fromS && startS < between.toS)
        return this.#book.wakes.filter(isIn).slice(0, mostWakes)
    }

    /** Whether so many wakes have ended, and the last one's log line had its time to arrive. */
    hasWakes(count: number): boolean {
        return this.#cutWakes >= count && this.durationUs - this.#lastCutUs >= LINE_ARRIVES_US
    }

    /** How the source ended; undefined while it goes on. */
    get end(): EndEvent | undefined {
        return this.#end
    }

    get durationUs(): number {
        return this.#decoder.stats.nowUs
    }

    /** Asleep after wakes; or all the time, if the device never woke. */
    #sleepCurrent(samples: Run["samples"]): SleepCurrent | undefined {
        const expected = this.#options.expectedSleep ?? null
        const { wakes } = this
        if (this.#book.wakes.length > 0) return sleepCurrentOf(wakes, expected)
        const highestUa = this.#segmenter?.stats.highestUa ?? Number.POSITIVE_INFINITY
        if (samples === null || highestUa >= this.#options.thresholds.awakeUa) return undefined
        return { meanUa: Number(mean(samples.meanUa).toPrecision(6)), durationS: this.durationUs / 1e6, expected }
    }

    add(raw: RawEvent): void {
        for (const event of this.#decoder.decode(raw)) {
            switch (event.kind) {
                case "acquisition":
                    this.#start(event.acquisition)
                    break
                case "end":
                    this.#end = event
                    break
                case "log-line":
                    if (this.#options.segmentation !== "current") this.#book.addLine(event)
                    break
                case "samples":
                    this.#options.pins?.apply(event)
                    this.#decimator.add(event)
                    this.#segmenter?.add(event)
                    break
                case "gap":
                    if (event.why === "break") this.#breakOff()
                    else this.#segmenter?.add(event)
            }
        }
    }

    #start(acquisition: Acquisition): void {
        const { startedAt } = this.#acquisition ?? acquisition // of the first one, if this goes on
        this.#acquisition = { ...acquisition, startedAt, supply: this.#options.supply ?? acquisition.supply }
        this.#end = undefined
        const { thresholds, segmentation } = this.#options
        this.#segmenter ??= new Segmenter(
            {
                ...thresholds,
                voltageMv: this.#acquisition.supply.voltageMv,
                useChannels: segmentation === "auto" || segmentation === "channels",
                keepSlices: segmentation === "auto" || segmentation === "log",
            },
            (wake) => {
                if (wake.sleep === null) {
                    this.#cutWakes++
                    this.#lastCutUs = wake.startUs + wake.sums.durationUs
                    this.#options.onCut(wake)
                }
                this.#book.addWake(wake)
            },
        )
    }

    /** Nothing is taken across a pause between two acquisitions. */
    #breakOff(): void {
        this.#segmenter?.interrupt()
        this.#book.end()
    }

    /** The source has no more. */
    finish(): void {
        this.#segmenter?.end()
        this.#book.end()
    }

    /** What is known so far, as run.json. In between it goes without what takes long to make: a meter whose bytes
     * are not fetched for a tenth of a second loses samples. */
    run(isLast = true): Run {
        const acquisition = this.#acquisition
        if (acquisition === undefined) throw new Error("a run before its acquisition")
        const { about, rawFile, seed, precision, between } = this.#options
        const { wakes } = this
        const { stats } = this.#decoder
        const { supply, meter } = acquisition
        const comparison = isLast ? compare(wakes, { seed, precision, sampleRateHz: meter.sampleRateHz }) : null
        const samples = isLast ? this.#decimator.result() : null
        const sleepCurrent = this.#sleepCurrent(samples)
        const run: Run = {
            ...{ schema: RUN_SCHEMA, version: RUN_VERSION, origin: "measured" },
            createdAt: acquisition.startedAt,
            ...about,
            supply: { voltageV: voltageOf(supply, wakes), origin: supply.origin },
            meter: {
                kind: this.#options.fromRaw ? "raw" : meter.kind,
                name: meter.name,
                sampleRateHz: meter.sampleRateHz,
                samples: stats.samples,
                lostSamples: stats.missingSamples,
                segmentation: this.#segmentation(),
            },
            durationS: stats.nowUs / 1e6,
            ...(between === undefined ? {} : { between }),
            ...(sleepCurrent === undefined ? {} : { sleepCurrent }),
            wakes: [...wakes],
            comparison,
            samples,
            rawFile,
            warnings: this.#doubts(acquisition, comparison, sleepCurrent),
        }
        const average = averageOf(run)
        return average === undefined ? run : { ...run, average }
    }

    #segmentation(): "channels" | "log" | "current" {
        const { byChannels, byLog } = this.#book.stats
        if (byChannels > 0) return "channels"
        return byLog > 0 ? "log" : "current"
    }

    #doubts(
        acquisition: Acquisition,
        comparison: Run["comparison"],
        sleepCurrent: SleepCurrent | undefined,
    ): Run["warnings"] {
        const { wakes } = this
        const segmenter = this.#segmenter?.stats
        if (segmenter === undefined) return []
        const paired = pairUp(wakes, acquisition.meter.sampleRateHz)
        const { meter } = acquisition
        return [
            ...doubtsAboutPlausibility(meter, this.#decoder.stats, segmenter),
            ...(this.#end === undefined ? [] : doubtsAboutEnd(this.#end)),
            ...doubtsAboutSleep(sleepCurrent, this.#options.expectedSleep ?? null, segmenter.lowestUa),
            ...doubtsAboutAcquisition(acquisition),
            ...doubtsAboutSamples(meter, this.#decoder.stats, segmenter.lowestUa),
            ...doubtsAboutRange(this.#options.between, wakes, this.#book.wakes),
            ...doubtsAboutAnalyser(this.#options.pins),
            ...doubtsAboutWakes(this.#book, segmenter, this.#options),
            ...doubtsAboutComparison(wakes, paired, comparison ?? null),
        ]
    }
}

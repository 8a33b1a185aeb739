// A measurement from its first raw event to run.json: decoded, cut into wakes, compared, doubted.
import type { Run, RunWake } from "../run/run.js"
import { RUN_SCHEMA, RUN_VERSION } from "../run/run.js"
import { compare, pairUp } from "./compare/compare.js"
import { Decimator } from "./decimate.js"
import { Decoder } from "./decode.js"
import {
    doubtsAboutComparison,
    doubtsAboutEnd,
    doubtsAboutSamples,
    doubtsAboutSession,
    doubtsAboutWakes,
} from "./doubts.js"
import type { EndEvent, RawEvent, Session } from "./raw.js"
import { type CutWake, Segmenter, type Thresholds } from "./segment/segmenter.js"
import { WakeBook } from "./wakes/book.js"
import type { WakeResult } from "./wakes/results.js"

export type Segmentation = "auto" | "channels" | "log" | "current"

export interface MeasurementOptions {
    /** All that there are, if left out. */
    mostWakes?: number
    thresholds: Thresholds
    segmentation: Segmentation
    /** Lines of the device's log are expected. */
    wantsLog: boolean
    results: WakeResult[]
    /** In place of what the session says. */
    supply: Session["supply"] | undefined
    about: Pick<Run, "tool" | "device" | "board" | "firmware" | "server">
    rawFile: string | null
    /** Where the raw trace itself is the source. */
    fromRaw: boolean
    seed: number
    precision: number
    /** A wake has ended; its sleep goes on. */
    onCut: (wake: CutWake) => void
    /** All is known about a wake. */
    onWake: (wake: RunWake) => void
}

/** Where each sample has its own voltage, the one that its charge was drawn at; else what was set or told. */
function voltageOf(supply: Session["supply"], wakes: readonly RunWake[]): number {
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
    #session: Session | undefined
    #end: EndEvent | undefined
    #cutWakes = 0
    #lastCutUs = 0

    constructor(options: MeasurementOptions) {
        this.#options = options
        this.#book = new WakeBook({ results: options.results, onWake: options.onWake })
    }

    /** Not more than were asked for: a meter may deliver several at once. */
    get wakes(): RunWake[] {
        return this.#book.wakes.slice(0, this.#options.mostWakes)
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

    add(raw: RawEvent): void {
        for (const event of this.#decoder.decode(raw)) {
            switch (event.kind) {
                case "session":
                    this.#start(event.session)
                    break
                case "end":
                    this.#end = event
                    break
                case "log-line":
                    if (this.#options.segmentation !== "current") this.#book.addLine(event)
                    break
                case "samples":
                    this.#decimator.add(event)
                    this.#segmenter?.add(event)
                    break
                case "gap":
                    if (event.why === "break") this.#breakOff()
                    else this.#segmenter?.add(event)
            }
        }
    }

    #start(session: Session): void {
        const { startedAt } = this.#session ?? session // of the first one, if this goes on
        this.#session = { ...session, startedAt, supply: this.#options.supply ?? session.supply }
        this.#end = undefined
        const { thresholds, segmentation } = this.#options
        this.#segmenter ??= new Segmenter(
            {
                ...thresholds,
                voltageMv: this.#session.supply.voltageMv,
                useChannels: segmentation === "auto" || segmentation === "channels",
                keepProfiles: segmentation === "auto" || segmentation === "log",
            },
            (wake) => {
                if (wake.sleep === null && !wake.cutAtStart) {
                    this.#cutWakes++
                    this.#lastCutUs = wake.startUs + wake.sums.durationUs
                    this.#options.onCut(wake)
                }
                this.#book.addWake(wake)
            },
        )
    }

    /** Nothing is taken across a pause between two sessions. */
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
        const session = this.#session
        if (session === undefined) throw new Error("a run before its session")
        const { about, rawFile, seed, precision } = this.#options
        const { wakes } = this
        const { stats } = this.#decoder
        const { supply, meter } = session
        const comparison = isLast ? compare(wakes, { seed, precision, sampleRateHz: meter.sampleRateHz }) : null
        return {
            ...{ schema: RUN_SCHEMA, version: RUN_VERSION, origin: "measured" },
            createdAt: session.startedAt,
            ...about,
            supply: { voltageV: voltageOf(supply, wakes), origin: supply.origin },
            meter: {
                kind: this.#options.fromRaw ? "raw" : meter.kind,
                name: meter.name,
                sampleRateHz: meter.sampleRateHz,
                samples: stats.samples,
                lostSamples: stats.lostSamples,
                segmentation: this.#segmentation(),
            },
            durationS: stats.nowUs / 1e6,
            wakes: [...wakes],
            comparison,
            samples: isLast ? this.#decimator.result() : null,
            rawFile,
            warnings: this.#doubts(session, comparison),
        }
    }

    #segmentation(): "channels" | "log" | "current" {
        const { byChannels, byLog } = this.#book.stats
        if (byChannels > 0) return "channels"
        return byLog > 0 ? "log" : "current"
    }

    #doubts(session: Session, comparison: Run["comparison"]): Run["warnings"] {
        const { wakes } = this
        const segmenter = this.#segmenter?.stats
        if (segmenter === undefined) return []
        const paired = pairUp(wakes, session.meter.sampleRateHz)
        return [
            ...(this.#end === undefined ? [] : doubtsAboutEnd(this.#end)),
            ...doubtsAboutSession(session),
            ...doubtsAboutSamples(this.#decoder.stats, segmenter.lowestUa),
            ...doubtsAboutWakes(this.#book, segmenter, this.#options.wantsLog),
            ...doubtsAboutComparison(wakes, paired, comparison ?? null),
        ]
    }
}

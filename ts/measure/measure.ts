// Runs a source through a measurement, and writes as it goes.
import { type Run, type RunWake, writeRun } from "../run/run.js"
import { Measurement, type MeasurementOptions } from "./measurement.js"
import type { RawEvent, RawSource } from "./raw.js"
import type { TraceWriter } from "./trace/writer.js"

/** The results are written anew after a wake, but not more often than this ... */
const WRITE_EVERY_MS = 10_000
/** ... nor so often that it takes more than this share of the time. */
const WRITE_SHARE = 0.005
/** A file never waits for anything: pause now and then for timers and Ctrl-C. */
const PAUSE_EVERY_MS = 50

export interface MeasureOptions extends Omit<MeasurementOptions, "onWake"> {
    source: RawSource
    trace: TraceWriter | undefined
    /** Of a trace that is continued: analysed again, but not written again. */
    before: RawSource | undefined
    out: string | undefined
    /** Ends the source. */
    stop: () => void
    mostWakes: number
    mostDurationUs: number
    onWake: (wake: RunWake) => void
    onProgress: (durationUs: number) => void
    /** Adds to the whole run what is held against it. */
    judge: (run: Run) => Run
}

class Saver {
    readonly #path: string | undefined
    #nextMs = Number.NEGATIVE_INFINITY

    constructor(path: string | undefined) {
        this.#path = path
    }

    now(run: () => Run): void {
        if (this.#path === undefined) return
        const startedMs = performance.now()
        writeRun(run(), this.#path)
        const endedMs = performance.now()
        this.#nextMs = endedMs + Math.max(WRITE_EVERY_MS, (endedMs - startedMs) / WRITE_SHARE)
    }

    ifDue(run: () => Run): void {
        if (performance.now() >= this.#nextMs) this.now(run)
    }
}

/** What was measured, however the source ended. */
export async function measure(options: MeasureOptions): Promise<{ run: Run; measurement: Measurement }> {
    const saver = new Saver(options.out)
    let fresh = false
    const measurement = new Measurement({
        ...options,
        onWake: (wake) => {
            fresh = true
            options.onWake(wake)
        },
    })
    let turnMs = performance.now()
    const take = async (event: RawEvent) => {
        measurement.add(event)
        if (fresh) saver.ifDue(() => measurement.run(false))
        fresh = false
        if (performance.now() - turnMs < PAUSE_EVERY_MS) return
        options.onProgress(measurement.durationUs)
        await new Promise((resolve) => setImmediate(resolve))
        turnMs = performance.now()
    }
    if (options.before !== undefined) for await (const event of options.before) await take(event)
    const startUs = measurement.durationUs
    try {
        for await (const event of options.source) {
            options.trace?.write(event)
            await take(event)
            const isEnough =
                measurement.hasWakes(options.mostWakes) || measurement.durationUs - startUs >= options.mostDurationUs
            if (isEnough) options.stop()
        }
    } catch (error) {
        // A full disk, or a file that is damaged further on: what came before is written all the same.
        measurement.finish()
        if (measurement.wakes.length > 0) saver.now(() => measurement.run())
        throw error
    } finally {
        options.trace?.close()
    }
    measurement.finish()
    const run = options.judge(measurement.run())
    saver.now(() => run)
    return { run, measurement }
}

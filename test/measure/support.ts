// A script, measured: its samples go through everything but the serial port.

import { Measurement, type MeasurementOptions } from "#warmhello/measure/measurement.js"
import type { Acquisition, RawEvent } from "#warmhello/measure/raw.js"
import { standardThresholds } from "#warmhello/measure/segment/segmenter.js"
import type { Run, RunWake } from "#warmhello/run/run.js"
import { checkRun } from "#warmhello/run/run.js"
import { metadataText } from "../support/ppk2/readings.mjs"
import type { Step } from "../support/ppk2/script.mjs"
import { type Faults, SampleStream } from "../support/ppk2/stream.mjs"

export const VDD_MV = 3300

export const acquisition: Acquisition = {
    meter: { kind: "ppk2", name: "PPK2", sampleRateHz: 100_000 },
    supply: { voltageMv: VDD_MV, origin: "set" },
    metadata: metadataText(),
    startedAt: "2026-11-24T12:00:00.000Z",
}

const PIECE = 1000

export interface ScriptOptions extends Partial<MeasurementOptions> {
    faults?: Faults
    /** How late samples and lines arrive, in µs, each time anew. */
    lateUs?: () => number
    acquisition?: Acquisition
    /** Samples that the script is measured for. */
    samples?: number
}

function newMeasurement(options: Partial<MeasurementOptions> = {}): Measurement {
    return new Measurement({
        thresholds: standardThresholds,
        ...{ segmentation: "auto", wantsLog: false, results: [], supply: undefined, rawFile: null, fromRaw: false },
        about: {
            tool: { name: "warmhello", version: "0.0.0", command: "test" },
            ...{ device: "device", board: "board", firmware: "firmware", server: "server" },
        },
        ...{ seed: 1, precision: 0.05, onCut: () => {}, onWake: () => {}, ...options },
    })
}

/** The raw events of a script, as a PPK2 and a log port would deliver them. */
function* eventsOf(steps: Step[], options: ScriptOptions = {}): Generator<RawEvent> {
    const { faults, lateUs = () => 100 } = options
    const stream = new SampleStream(steps, VDD_MV, faults)
    yield { kind: "acquisition", acquisition: options.acquisition ?? acquisition }
    const samples = options.samples ?? stream.samples
    while (stream.position < samples) {
        const lines: string[] = []
        const bytes = stream.next(Math.min(PIECE, samples - stream.position), ({ logLine }) => {
            if (logLine !== undefined) lines.push(logLine)
        })
        const nowUs = 10 * stream.position
        yield { kind: "bytes", atUs: nowUs + lateUs(), bytes }
        for (const text of lines) yield { kind: "raw-log-line", atUs: nowUs + lateUs(), text }
    }
    yield { kind: "end", why: "done", detail: "" }
}

/** Everything that comes out is checked against the schema. */
export function measureEvents(events: Iterable<RawEvent>, options: Partial<MeasurementOptions> = {}): Run {
    const measurement = newMeasurement(options)
    for (const event of events) measurement.add(event)
    measurement.finish()
    return checkRun(measurement.run(), "this run")
}

export const measureScript = (steps: Step[], options: ScriptOptions = {}): Run =>
    measureEvents(eventsOf(steps, options), options)

export const codesOf = (run: Run): string[] => run.warnings.map(({ code }) => code)

export const phasesOf = ({ phases }: RunWake): string[] => phases.map(({ phase }) => phase)

/** How far off a value is, as a share of what it should be. */
export const off = (found: number, wanted: number): number => Math.abs(found / wanted - 1)

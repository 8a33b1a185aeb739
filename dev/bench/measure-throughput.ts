// How fast samples go through: bytes of a PPK2 and rows of CSV, read, converted, filtered, cut into wakes.

import { readHeader } from "../../ts/measure/csv/header.js"
import { RowReader } from "../../ts/measure/csv/rows.js"
import { SampleCollector } from "../../ts/measure/csv/samples.js"
import { RowTimes } from "../../ts/measure/csv/times.js"
import { Measurement, type MeasurementOptions } from "../../ts/measure/measurement.js"
import { SAMPLE_RATE_HZ } from "../../ts/measure/ppk2/protocol.js"
import type { Acquisition, RawEvent } from "../../ts/measure/raw.js"
import { standardThresholds } from "../../ts/measure/segment/segmenter.js"

export interface BenchRow {
    name: string
    samples: number
    seconds: number
    samplesPerSecond: number
    /** How much faster than a PPK2 delivers. */
    timesRealTime: number
    wakes: number
    peakRssMb: number
}

const WAKE_EVERY = 100_000
const WAKE_SAMPLES = 30_000
const PIECE_SAMPLES = 4096
const CSV_BLOCK = 10_000

const metadata = [
    ...["R0: 1031.64", "R1: 101.65", "R2: 10.15", "R3: 0.94", "R4: 0.043", "GS0: 1", "GS1: 1", "GS2: 1", "GS3: 1"],
    ...["GS4: 1", "GI0: 1", "GI1: 1", "GI2: 1", "GI3: 1", "GI4: 1", "O0: 100", "O1: 100", "O2: 100", "O3: 100"],
    ...["O4: 100", "S0: 0", "S1: 0", "S2: 0", "S3: 0", "S4: 0", "I0: 0", "I1: 0", "I2: 0", "I3: 0", "I4: 0"],
    ...["UG0: 1", "UG1: 1", "UG2: 1", "UG3: 1", "UG4: 1", "HW: 1"],
].join("\n")

const acquisition: Acquisition = {
    meter: { kind: "ppk2", name: "bench", sampleRateHz: SAMPLE_RATE_HZ },
    supply: { voltageMv: 3300, origin: "given" },
    metadata,
    startedAt: "2026-01-01T00:00:00Z",
}

function newMeasurement(): Measurement {
    const options: MeasurementOptions = {
        thresholds: standardThresholds,
        ...{ segmentation: "auto", wantsLog: false, results: [], supply: undefined, rawFile: null, fromRaw: false },
        about: {
            tool: { name: "warmhello", version: "bench", command: "bench-measure" },
            ...{ device: "bench", board: "bench", firmware: "bench", server: "bench" },
        },
        ...{ seed: 1, precision: 0.05, onCut: () => {}, onWake: () => {} },
    }
    return new Measurement(options)
}

/** Pins rise in turn in a wake; the last step is sleep. */
const pins = [0b1, 0b11, 0b111, 0b10000111, 0b10001111, 0b10011111, 0b10111111]

function levelsAt(index: number): number {
    const inWake = index % WAKE_EVERY
    if (inWake >= WAKE_SAMPLES) return 0
    return pins[Math.floor((pins.length * inWake) / WAKE_SAMPLES)] ?? 0
}

/** A noisy reading: the current's range changes with each wake, its lowest bits with each sample. */
function wordAt(index: number): number {
    const awake = index % WAKE_EVERY < WAKE_SAMPLES
    const adc = (awake ? 1800 : 220) + ((index * 2_654_435_761) >>> 28)
    return (adc | ((awake ? 3 : 0) << 14) | ((index & 63) << 18) | (levelsAt(index) << 24)) >>> 0
}

function timed(name: string, samples: number, work: () => Measurement): BenchRow {
    const started = performance.now()
    const measurement = work()
    measurement.finish()
    const seconds = (performance.now() - started) / 1000
    const samplesPerSecond = Math.round(samples / seconds)
    return {
        ...{ name, samples, seconds: Number(seconds.toFixed(3)), samplesPerSecond },
        timesRealTime: Number((samplesPerSecond / SAMPLE_RATE_HZ).toFixed(1)),
        wakes: measurement.wakes.length,
        peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    }
}

/** The same second again and again: what is made is not what is timed. */
export function benchPpk2(samples: number): BenchRow {
    const period = 16 * WAKE_EVERY // a whole number of counters and of wakes
    const words = Uint32Array.from({ length: period }, (_, index) => wordAt(index))
    const bytes = new Uint8Array(words.buffer)
    return timed("a PPK2's bytes", samples, () => {
        const measurement = newMeasurement()
        measurement.add({ kind: "acquisition", acquisition })
        for (let done = 0; done < samples; done += PIECE_SAMPLES) {
            const start = (4 * done) % bytes.length
            const event: RawEvent = {
                kind: "bytes",
                atUs: 10 * done,
                bytes: bytes.subarray(start, start + 4 * PIECE_SAMPLES),
            }
            measurement.add(event)
        }
        return measurement
    })
}

export function benchCsv(samples: number): BenchRow {
    const header = readHeader("Timestamp(ms),Current(uA),D0-D7")
    const rows = new RowReader(header, "never", 1, acquisition.supply.voltageMv)
    const collector = new SampleCollector(header)
    const times = new RowTimes((row) => collector.add(row))
    const blocks: Buffer[] = []
    for (let done = 0; done < samples; done += CSV_BLOCK) blocks.push(csvBlock(done))
    return timed("Power Profiler's CSV", samples, () => {
        const measurement = newMeasurement()
        const meter = { kind: "power-profiler-csv", name: "bench", sampleRateHz: SAMPLE_RATE_HZ } as const
        measurement.add({ kind: "acquisition", acquisition: { ...acquisition, meter, metadata: null } })
        for (const block of blocks) {
            rows.set(block)
            while (rows.next()) times.add(rows.row, rows.line)
            for (const event of collector.take()) measurement.add(event)
        }
        for (const event of collector.end()) measurement.add(event)
        return measurement
    })
}

function csvBlock(start: number): Buffer {
    const lines: string[] = []
    for (let index = start; index < start + CSV_BLOCK; index++) {
        const awake = index % WAKE_EVERY < WAKE_SAMPLES
        const bits = levelsAt(index).toString(2).padStart(8, "0").split("").reverse().join("")
        lines.push(`${(index / 100).toFixed(2)},${awake ? "81234.567" : "8.123"},${bits}`)
    }
    return Buffer.from(`${lines.join("\n")}\n`)
}

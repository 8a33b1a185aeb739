// What every meter and every file gives: samples in order, and what is missing between them.

/** A stretch of samples without a hole. A chunk belongs to whoever receives it. */
export interface SampleChunk {
    kind: "samples"
    /** Of the first sample, since the source began. */
    startUs: number
    /** Each sample stands for the `stepUs` that begin at its time; 0 if `durationsUs` tells instead. */
    stepUs: number
    /** For samples at uneven times: how long each stands for. */
    durationsUs: Float64Array | null
    currentUa: Float32Array
    /** Null where the source does not measure it. */
    voltageMv: Float32Array | null
    /** Bit n is channel Dn; null where the source has no logic channels. */
    channels: Uint8Array | null
}

/** Time of which there is no sample. */
export interface Gap {
    kind: "gap"
    startUs: number
    durationUs: number
    /** Samples that should have been there. */
    samples: number
    why: "lost" | "damaged" | "not-a-number" | "time-jump" | "unreadable" | "break"
}

/** A line of the device's log, and when it came, by the clock of the samples. */
export interface LogLine {
    kind: "log-line"
    atUs: number
    text: string
}

export type SourceEvent = SampleChunk | Gap | LogLine

export type MeterKind = "ppk2" | "power-profiler-file" | "power-profiler-csv" | "joulescope-csv" | "jls" | "csv"

export interface MeterInfo {
    kind: MeterKind
    name: string
    /** What the samples were taken at; of uneven ones, the mean. */
    sampleRateHz: number
}

export const chunkDurationUs = (chunk: SampleChunk): number =>
    chunk.durationsUs === null
        ? chunk.stepUs * chunk.currentUa.length
        : chunk.durationsUs.reduce((sum, durationUs) => sum + durationUs, 0)

/** Evenly sampled meters mark what they missed with NaN. */
export function* splitAtNaN(chunk: SampleChunk): Generator<SampleChunk | Gap> {
    const { currentUa, voltageMv, channels, stepUs, startUs } = chunk
    const isBad = (index: number) =>
        Number.isNaN(currentUa[index] as number) || (voltageMv !== null && Number.isNaN(voltageMv[index] as number))
    let index = 0
    while (index < currentUa.length) {
        const bad = isBad(index)
        let end = index + 1
        while (end < currentUa.length && isBad(end) === bad) end++
        const atUs = startUs + index * stepUs
        if (bad) {
            const samples = end - index
            yield { kind: "gap", startUs: atUs, durationUs: samples * stepUs, samples, why: "lost" }
        } else {
            yield {
                ...chunk,
                startUs: atUs,
                currentUa: currentUa.slice(index, end),
                voltageMv: voltageMv?.slice(index, end) ?? null,
                channels: channels?.slice(index, end) ?? null,
            }
        }
        index = end
    }
}

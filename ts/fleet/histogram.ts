// Counts of values by ranges, as OpenTelemetry has them: cumulative, and kept across a restart.

export interface HistogramState {
    counts: number[]
    sum: number
    count: number
    min: number
    max: number
}

export const emptyHistogram = (bounds: readonly number[]): HistogramState => ({
    counts: new Array<number>(bounds.length + 1).fill(0),
    ...{ sum: 0, count: 0, min: Number.MAX_VALUE, max: 0 },
})

/** A value belongs to the first range whose upper bound is not below it. */
export function record(histogram: HistogramState, bounds: readonly number[], value: number): void {
    const found = bounds.findIndex((bound) => value <= bound)
    const index = found < 0 ? bounds.length : found
    histogram.counts[index] = (histogram.counts[index] ?? 0) + 1
    histogram.sum += value
    histogram.count++
    histogram.min = Math.min(histogram.min, value)
    histogram.max = Math.max(histogram.max, value)
}

// How far a mean may be off, without a guess about how the values are distributed: the studentised bootstrap
// (Efron and Tibshirani, An Introduction to the Bootstrap, 12.5), which holds for few values as well.
import { uniformInt } from "pure-rand/distribution/uniformInt"
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus"

const RESAMPLES = 5000

export const meanOf = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length

/** Of a sample: divided by one less than there are values. */
export function deviationOf(values: readonly number[]): number {
    const mean = meanOf(values)
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    return values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0
}

const errorOf = (values: readonly number[]) => deviationOf(values) / Math.sqrt(values.length)

function quantile(sorted: readonly number[], share: number): number {
    const place = share * (sorted.length - 1)
    const below = sorted[Math.floor(place)] ?? 0
    const above = sorted[Math.ceil(place)] ?? 0
    return below + (above - below) * (place - Math.floor(place))
}

/** The interval of the mean, at this confidence (0.95). The seed makes it the same each time. */
export function meanInterval(values: readonly number[], confidence: number, seed: number): [number, number] {
    const mean = meanOf(values)
    const error = errorOf(values)
    if (error === 0) return [mean, mean]
    const random = xoroshiro128plus(seed)
    const pivots: number[] = []
    for (let resample = 0; resample < RESAMPLES; resample++) {
        const drawn = values.map(() => values[uniformInt(random, 0, values.length - 1)] as number)
        const drawnError = errorOf(drawn)
        if (drawnError > 0) pivots.push((meanOf(drawn) - mean) / drawnError)
    }
    const sorted = pivots.toSorted((a, b) => a - b)
    const tail = (1 - confidence) / 2
    return [mean - quantile(sorted, 1 - tail) * error, mean - quantile(sorted, tail) * error]
}

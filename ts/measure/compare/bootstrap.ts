// How far a mean may be off, without a guess about how the values are distributed: the studentised bootstrap
// (Efron and Tibshirani, An Introduction to the Bootstrap, 12.5), which holds for few values as well.
import { Random } from "../../base/random.js"
import { deviation, mean, quantile } from "../../base/statistics.js"

const RESAMPLES = 5000

const errorOf = (values: readonly number[]) => deviation(values) / Math.sqrt(values.length)

/** The interval of the mean, at this confidence (0.95). The seed makes it the same each time. */
export function meanInterval(values: readonly number[], confidence: number, seed: number): [number, number] {
    const middle = mean(values)
    const error = errorOf(values)
    if (error === 0) return [middle, middle]
    const random = new Random(seed)
    const pivots: number[] = []
    for (let resample = 0; resample < RESAMPLES; resample++) {
        const drawn = values.map(() => values[random.between(0, values.length - 1)] as number)
        const drawnError = errorOf(drawn)
        if (drawnError > 0) pivots.push((mean(drawn) - middle) / drawnError)
    }
    const tail = (1 - confidence) / 2
    return [middle - quantile(pivots, 1 - tail) * error, middle - quantile(pivots, tail) * error]
}

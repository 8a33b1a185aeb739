// What some values have in common. Quantiles lie between two values in proportion, as spreadsheets have them
// (Hyndman and Fan's definition 7).
import * as d3 from "d3-array"

/** 0 of none. */
export const median = (values: readonly number[]): number => d3.median(values) ?? 0

/** 0 of none. */
export const quantile = (values: readonly number[], share: number): number => d3.quantile(values, share) ?? 0

/** 0 of none. */
export const mean = (values: readonly number[]): number => d3.mean(values) ?? 0

/** Of a sample: divided by one less than there are values. 0 of fewer than two. */
export const deviation = (values: readonly number[]): number => d3.deviation(values) ?? 0

export interface Spread {
    least: number
    median: number
    most: number
}

export const spreadOf = (values: readonly number[]): Spread => ({
    least: quantile(values, 0),
    median: median(values),
    most: quantile(values, 1),
})

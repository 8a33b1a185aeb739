// Numbers that are not known exactly: from data sheets with a spread, from a blog, or assumed.
import { z } from "zod"
import type { Random } from "../base/random.js"
import { quantile } from "../base/statistics.js"

/** Least, most likely, most. */
export interface Range {
    low: number
    typical: number
    high: number
}

const finite = z.number().refine(Number.isFinite, "not a finite number")
const bounds = { low: finite.min(0), typical: finite.min(0), high: finite.min(0) }
const inOrder = ({ low, typical, high }: Range) => low <= typical && typical <= high

/** A number with where it comes from. `assumed` says that nobody measured it for us. */
export const quantitySchema = z
    .strictObject({ ...bounds, source: z.string().min(5, "names no source") })
    .refine(inOrder, "low, typical and high are not in order")
export type Quantity = z.infer<typeof quantitySchema>

/** The same without a source, for results. */
export const rangeSchema = z
    .strictObject({ low: finite, typical: finite, high: finite })
    .refine(inOrder, "low, typical and high are not in order")

export const exactly = (value: number): Range => ({ low: value, typical: value, high: value })

const STEPS = 2 ** 30

/**
 * A value of the range: as often above the typical one as below it, and the more often the nearer to it. (A plain
 * triangle would pull most draws to the side of the longer end.)
 */
export function draw(random: Random, { low, typical, high }: Range): number {
    const share = random.between(0, STEPS) / STEPS
    return share < 0.5
        ? low + (typical - low) * Math.sqrt(2 * share)
        : high - (high - typical) * Math.sqrt(2 * (1 - share))
}

/** The mean of all draws. Where the longer end is the higher one, as mostly, it is more than the typical value. */
export const expectedOf = ({ low, typical, high }: Range): number => typical + (high - typical - (typical - low)) / 6

/** What nine of ten draws lie within, around the value where every input is at its mean. */
export function rangeOf(expected: number, draws: number[]): Range {
    const [low, high] = [quantile(draws, 0.05), quantile(draws, 0.95)]
    return { low: Math.min(expected, low), typical: expected, high: Math.max(expected, high) }
}

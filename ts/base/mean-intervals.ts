// Where a mean lies, without a guess about how the values are distributed. If they scatter alike to both sides of the
// true mean, as differences of pairs do whose two halves are disturbed alike, then turning any of them round about it
// changes nothing. So the true mean is as likely above the mean of any part of the values as below it, and its rank
// among the means of such parts is as likely one as another (Hartigan, Using Subsample Values as Typical Values, JASA
// 64, 1969). Both ends are such means; the confidence is exact for as few as five values, with outliers as well.
import { Random } from "./random.js"

/** Up to so many values every part of them is looked at, of more as many parts as these, by chance. */
const MOST_FOR_ALL = 12
const PARTS = 1999
const BITS = 30

export interface Interval {
    low: number
    high: number
}

/** Which values a part has, as bits from the lowest on. */
const chosenOf = (bits: number, first: number, count: number): number[] =>
    Array.from({ length: count }, (_, bit) => bit)
        .filter((bit) => ((bits >> bit) & 1) === 1)
        .map((bit) => first + bit)

function randomPart(random: Random, count: number): number[] {
    const part: number[] = []
    for (let first = 0; first < count; first += BITS) {
        part.push(...chosenOf(random.between(0, 2 ** BITS - 1), first, Math.min(BITS, count - first)))
    }
    return part
}

function partsOf(count: number, seed: number): number[][] {
    if (count <= MOST_FOR_ALL) {
        return Array.from({ length: 2 ** count - 1 }, (_, index) => chosenOf(index + 1, 0, count))
    }
    const random = new Random(seed)
    return Array.from({ length: PARTS }, () => randomPart(random, count)).filter((part) => part.length > 0)
}

function meanOf(values: readonly number[], part: readonly number[]): number {
    let sum = 0
    for (const index of part) sum += values[index] as number
    return sum / part.length
}

/** Intervals for the means of so many values each, which the seed makes the same each time. */
export class MeanIntervals {
    readonly #parts: number[][]
    readonly #outside: number

    /** `wanted` is the confidence, such as 0.95. */
    constructor(count: number, wanted: number, seed: number) {
        this.#parts = partsOf(count, seed)
        this.#outside = Math.max(1, Math.round(((1 - wanted) / 2) * (this.#parts.length + 1)))
    }

    /** As near to the wanted one as the parts allow: five values have only 31. */
    get confidence(): number {
        return 1 - (2 * this.#outside) / (this.#parts.length + 1)
    }

    of(values: readonly number[]): Interval {
        const means = Float64Array.from(this.#parts, (part) => meanOf(values, part)).sort()
        return { low: means[this.#outside - 1] as number, high: means[means.length - this.#outside] as number }
    }
}

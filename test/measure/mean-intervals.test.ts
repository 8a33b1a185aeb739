// How often the interval of a mean holds the true mean, counted: six ways in which wakes scatter, by 5 to 100 pairs.
import { describe, expect, test } from "vitest"
import { MeanIntervals } from "#warmhello/base/mean-intervals.js"
import { type Drawn, draws } from "./draws.js"

/** The fewest pairs come nearest to 93 in 100, and take no time. */
const repetitionsFor = (pairs: number) => (pairs < 10 ? 10_000 : 2000)
/** The parts of the values are drawn anew for each of these. */
const SEEDS = 10

/** What a full wake takes more than a resumed one, in mJ. */
const SAVING = 70

/** The share of experiments whose interval holds the true mean of these. */
function coverage(pairs: number, difference: (drawn: Drawn) => number, mean: number): number {
    const repetitions = repetitionsFor(pairs)
    let held = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
        const intervals = new MeanIntervals(pairs, 0.95, seed)
        const drawn = draws(100 * pairs + seed)
        for (let experiment = 0; experiment < repetitions / SEEDS; experiment++) {
            const { low, high } = intervals.of(Array.from({ length: pairs }, () => difference(drawn)))
            if (low <= mean && mean <= high) held++
        }
    }
    return held / repetitions
}

const PAIRS = [5, 8, 10, 20, 50, 100]

/** What a wake takes beside its mean. */
const scatters: [string, (drawn: Drawn) => number][] = [
    ["normal", ({ normal }) => 3 * normal()],
    ["skewed (lognormal)", ({ normal }) => 3 * Math.exp(0.8 * normal())],
    ["a retry in 8 % of wakes", ({ normal, uniform }) => 2 * normal() + (uniform() < 0.08 ? 60 : 0)],
    ["uniform", ({ uniform }) => 10 * uniform()],
    ["heavy-tailed (t with 3 degrees)", ({ normal }) => 3 * (normal() / Math.hypot(normal(), normal(), normal()))],
    ["of two kinds", ({ normal, uniform }) => normal() + (uniform() < 0.5 ? 0 : 12)],
]

describe.each(scatters)("where wakes scatter %s", (_, scatter) => {
    test.each(PAIRS)("the interval of %i pairs holds the true difference 93 to 97 times in 100", (pairs) => {
        const held = coverage(pairs, (drawn) => SAVING + scatter(drawn) - scatter(drawn), SAVING)
        expect(held).toBeGreaterThanOrEqual(0.93)
        expect(held).toBeLessThanOrEqual(0.97)
    })
})

describe("where only full wakes have retries", () => {
    const share = 0.08
    const retryMj = 60
    const difference = ({ normal, uniform }: Drawn) =>
        SAVING + 2 * normal() - 2 * normal() + (uniform() < share ? retryMj : 0)
    const mean = SAVING + share * retryMj

    test("few pairs cannot tell, as most have none of them: docs/MEASURING.md says so", () => {
        expect(coverage(5, difference, mean)).toBeLessThan(0.5)
        expect(coverage(20, difference, mean)).toBeLessThan(0.9)
    })

    test("200 can", () => {
        expect(coverage(200, difference, mean)).toBeGreaterThan(0.93)
    })
})

describe("the interval", () => {
    const values = [1, 5, 2, 8, 3, 9]

    test("of few values lies between means of some of them, at a confidence that their number allows", () => {
        // The three lowest and the three highest means of the 63 lie outside: 1, 1.5 (of 1 and 2), 2; and so above.
        const intervals = new MeanIntervals(6, 0.95, 1)
        expect(intervals.confidence).toBe(1 - 4 / 64)
        expect(intervals.of(values)).toEqual({ low: 1.5, high: 8.5 })
        expect(new MeanIntervals(5, 0.95, 1).confidence).toBe(0.9375)
        expect(new MeanIntervals(100, 0.95, 1).confidence).toBeCloseTo(0.95, 6)
    })

    test("of many values is the same for the same seed", () => {
        const many = Array.from({ length: 20 }, (_, index) => (index * 37) % 23)
        const of = (seed: number) => new MeanIntervals(20, 0.95, seed).of(many)
        expect(of(3)).toEqual(of(3))
        expect(of(3)).not.toEqual(of(4))
    })

    test("tells of Darwin's maize what Fisher found by hand", () => {
        // The Design of Experiments, 21: 15 pairs, in eighths of an inch. 863 of the 32,768 ways to turn them come to as
        // much or more, which is 2.63 % to one side: an interval of 94.7 % ends at 0.
        const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
        expect(new MeanIntervals(15, 0.93, 1).of(maize).low).toBeGreaterThan(0)
        expect(new MeanIntervals(15, 0.965, 1).of(maize).low).toBeLessThan(0)
    })

    test("of values that are all the same is that value", () => {
        expect(new MeanIntervals(5, 0.95, 1).of([4, 4, 4, 4, 4])).toEqual({ low: 4, high: 4 })
    })

    test("is about as wide as Student's where that is right", () => {
        // Of 20 normal values with this spread: 2.093 standard errors to each side.
        const drawn = draws(7)
        const intervals = new MeanIntervals(20, 0.95, 1)
        let width = 0
        for (let experiment = 0; experiment < 200; experiment++) {
            const { low, high } = intervals.of(Array.from({ length: 20 }, drawn.normal))
            width += (high - low) / 200
        }
        expect(width / ((2 * 2.093) / Math.sqrt(20))).toBeGreaterThan(0.94)
        expect(width / ((2 * 2.093) / Math.sqrt(20))).toBeLessThan(1.06)
    })
})

import { describe, expect, test } from "vitest"
import { deviation, mean } from "#warmhello/base/statistics.js"
import { compare, pairUp } from "#warmhello/measure/compare/compare.js"
import { doubtsAboutComparison } from "#warmhello/measure/doubts.js"
import type { RunWake } from "#warmhello/run/run.js"
import { draws } from "./draws.js"

const RATE_HZ = 100_000

function wake(n: number, result: RunWake["result"], energyUj: number, more: Partial<RunWake> = {}): RunWake {
    return {
        ...{ n, startS: 10 * n, result, reason: null, protocol: null, kind: null, error: null, forcedFull: false },
        ...{ bytesTx: null, bytesRx: null, durationMs: 300, chargeUc: energyUj / 3.3, energyUj },
        ...{ averageUa: 80_000, peakUa: 100_000, phases: [], lostSamples: 0, ...more },
    }
}

/** Full and resumed in turn. */
function alternating(pairs: number, fullUj: (pair: number) => number, resumedUj: (pair: number) => number): RunWake[] {
    return Array.from({ length: pairs }, (_, pair) => [
        wake(2 * pair + 1, "full", fullUj(pair)),
        wake(2 * pair + 2, "resumed", resumedUj(pair)),
    ]).flat()
}

const codes = (wakes: RunWake[]) => {
    const comparison = compare(wakes, { seed: 1, precision: 0.05, sampleRateHz: RATE_HZ })
    return doubtsAboutComparison(wakes, pairUp(wakes, RATE_HZ), comparison).map(({ code }) => code)
}

describe("wakes are paired", () => {
    test("each full one with the resumed one beside it", () => {
        const wakes = [wake(1, "full", 3), wake(2, "resumed", 1), wake(3, "full", 3), wake(4, "resumed", 1)]
        expect(pairUp(wakes, RATE_HZ).pairs.map(({ full, resumed }) => [full.n, resumed.n])).toEqual([
            [1, 2],
            [3, 4],
        ])
    })

    test("and those without a partner are left out, as failed and unknown ones are", () => {
        const wakes = [
            ...[wake(1, "full", 3), wake(2, "full", 3), wake(3, "failed", 9), wake(4, "resumed", 1)],
            ...[wake(5, "unknown", 5), wake(6, "resumed", 1)],
        ]
        const { pairs, unpaired } = pairUp(wakes, RATE_HZ)
        expect(pairs.map(({ full, resumed }) => [full.n, resumed.n])).toEqual([[2, 4]])
        expect(unpaired).toEqual([1, 6])
    })

    test("only those that were forced, where the firmware forces any", () => {
        const wakes = [
            wake(1, "full", 9), // the first of all: no session yet
            wake(2, "resumed", 1),
            wake(3, "full", 3, { forcedFull: true }),
            wake(4, "resumed", 1),
        ]
        expect(pairUp(wakes, RATE_HZ).pairs.map(({ full }) => full.n)).toEqual([3])
    })

    test("and not across the pause of a run that was continued", () => {
        const afterPause = { startS: 90_000 }
        const wakes = [
            ...[wake(1, "full", 3), wake(2, "resumed", 1), wake(3, "full", 3)],
            ...[wake(4, "resumed", 9, afterPause), wake(5, "full", 9, { startS: 90_010 })],
        ]
        const { pairs, unpaired } = pairUp(wakes, RATE_HZ)
        expect(pairs.map(({ full, resumed }) => [full.n, resumed.n])).toEqual([
            [1, 2],
            [5, 4],
        ])
        expect(unpaired).toEqual([3])
    })

    test("and one with many lost samples is left out", () => {
        const wakes = [wake(1, "full", 3, { lostSamples: 400 }), wake(2, "resumed", 1)]
        expect(pairUp(wakes, RATE_HZ)).toMatchObject({ pairs: [], lossy: [1] })
    })
})

describe("the comparison", () => {
    test("tells the difference, where it lies, and how many pairs a precision takes", () => {
        const random = draws(5).normal
        const wakes = alternating(
            30,
            () => 150_000 + 3000 * random(),
            () => 80_000 + 3000 * random(),
        )
        const found = compare(wakes, { seed: 1, precision: 0.01, sampleRateHz: RATE_HZ })
        const differences = Array.from(
            { length: 30 },
            (_, pair) => (wakes[2 * pair]?.energyUj ?? 0) - (wakes[2 * pair + 1]?.energyUj ?? 0),
        )
        expect(found?.differenceUj).toBeCloseTo(mean(differences), 3)
        const [low, high] = found?.differenceRangeUj ?? [0, 0]
        expect(low).toBeLessThan(70_000)
        expect(high).toBeGreaterThan(70_000)
        expect(high - low).toBeLessThan(5000)
        const wanted = ((1.96 * deviation(differences)) / (0.01 * mean(differences))) ** 2
        expect(found?.pairsForPrecision).toBe(Math.ceil(wanted))
    })

    test("of four pairs has no interval", () => {
        const found = compare(
            alternating(
                4,
                (n) => 3000 + n,
                () => 1000,
            ),
            { seed: 1, precision: 0.05, sampleRateHz: RATE_HZ },
        )
        expect(found).toMatchObject({ pairs: 4, differenceRangeUj: null, pairsForPrecision: null })
    })

    test("without both kinds is none", () => {
        expect(compare([wake(1, "full", 3)], { seed: 1, precision: 0.05, sampleRateHz: RATE_HZ })).toBeNull()
    })
})

describe("a claim is doubted", () => {
    const random = draws(2).normal
    const noise = (mean: number) => mean + 500 * random()

    test("not at all when the data are good", () => {
        expect(
            codes(
                alternating(
                    30,
                    () => noise(150_000),
                    () => noise(80_000),
                ),
            ),
        ).toEqual([])
    })

    test.each([
        [
            "with few pairs",
            alternating(
                4,
                () => noise(150_000),
                () => noise(80_000),
            ),
            "too-few-wakes",
        ],
        [
            "when it drifts",
            alternating(
                30,
                (n) => noise(150_000 + 900 * n),
                (n) => noise(80_000 + 900 * n),
            ),
            "drift",
        ],
        [
            "when the interval holds 0",
            alternating(
                30,
                () => noise(80_000),
                () => noise(80_000),
            ),
            "difference-unclear",
        ],
        [
            "when a few wakes of one kind have retries",
            alternating(
                60,
                (n) => noise(150_000) + (n % 10 === 3 ? 60_000 : 0),
                () => noise(80_000),
            ),
            "difference-skewed",
        ],
        [
            "when one kind is rare",
            [
                ...alternating(
                    11,
                    () => noise(150_000),
                    () => noise(80_000),
                ),
                ...[31, 32, 33, 34].map((n) => wake(n, "full", 150_000)),
            ],
            "unequal-pairs",
        ],
        [
            "when full wakes were full for reasons of their own",
            alternating(
                30,
                () => noise(150_000),
                () => noise(80_000),
            ).map((one) => ({ ...one, reason: one.result === "full" ? ("none" as const) : ("accepted" as const) })),
            "not-forced",
        ],
        [
            "when samples of a wake were lost",
            alternating(
                30,
                () => noise(150_000),
                () => noise(80_000),
            ).map((one) => (one.n === 7 ? { ...one, lostSamples: 999 } : one)),
            "wakes-lossy",
        ],
    ])("%s", (_, wakes, code) => {
        expect(codes(wakes)).toContain(code)
    })
})

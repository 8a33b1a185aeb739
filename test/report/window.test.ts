// What a part of a run took: against the samples that its blocks were made of, and against its phases.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { sumOfBlocks, sumOfWakes } from "../../ts/report/page/window.js"
import { syntheticRun } from "./synthetic.js"

const PER_BLOCK = 10
const STEP_S = 0.0001

/** Blocks of a millisecond, of ten samples each. */
function blocksOf(samples: readonly number[]) {
    const blocks = Array.from({ length: samples.length / PER_BLOCK }, (_, at) =>
        samples.slice(at * PER_BLOCK, (at + 1) * PER_BLOCK),
    )
    return {
        ...{ startS: 0, blockMs: 1 },
        meanUa: Float32Array.from(blocks, (block) => block.reduce((sum, value) => sum + value, 0) / PER_BLOCK),
        minUa: Float32Array.from(blocks, (block) => Math.min(...block)),
        maxUa: Float32Array.from(blocks, (block) => Math.max(...block)),
    }
}

const samplesOf = fc
    .array(fc.integer({ min: -50, max: 500_000 }), { minLength: 4 * PER_BLOCK, maxLength: 40 * PER_BLOCK })
    .map((values) => values.slice(0, values.length - (values.length % PER_BLOCK)))

/** 32-bit floats hold seven figures. */
const FLOATS = 1e-6

describe("a window of samples", () => {
    test("has the charge of its samples, within what it says that it may be off by", () => {
        fc.assert(
            fc.property(samplesOf, fc.nat(), fc.nat(), (samples, a, b) => {
                const [begin, end] = [a % samples.length, b % samples.length].sort((one, other) => one - other)
                fc.pre(begin !== undefined && end !== undefined && begin < end)
                const inside = samples.slice(begin, end)
                const trueUc = inside.reduce((sum, value) => sum + value, 0) * STEP_S
                const { chargeUc, offByUc } = sumOfBlocks(blocksOf(samples), begin * STEP_S, end * STEP_S)
                const slack = FLOATS * inside.reduce((sum, value) => sum + Math.abs(value), 500_000) * STEP_S
                expect(offByUc).toBeLessThanOrEqual(2 * 500_050 * 0.001) // not even the two blocks at its ends
                expect(Math.abs((chargeUc ?? Number.NaN) - trueUc)).toBeLessThanOrEqual(offByUc + slack)
            }),
            { seed: 11, numRuns: 500 },
        )
    })

    test("is exact where both ends lie between blocks", () => {
        const samples = Array.from({ length: 50 }, (_, at) => (at * 7919) % 1000)
        const { chargeUc, offByUc, knownShare } = sumOfBlocks(blocksOf(samples), 0.001, 0.003)
        expect(chargeUc).toBeCloseTo(samples.slice(10, 30).reduce((sum, value) => sum + value, 0) * STEP_S, 6)
        expect(offByUc).toBeLessThan(1e-6)
        expect(knownShare).toBeCloseTo(1, 9)
    })

    test("is exact wherever its ends lie where the current does not change within a block", () => {
        const blocks = blocksOf(Array.from({ length: 50 }, () => 40))
        const { chargeUc, offByUc } = sumOfBlocks(blocks, 0.0013, 0.0038)
        expect(chargeUc).toBeCloseTo(40 * 0.0025, 9)
        expect(offByUc).toBeLessThan(1e-9)
    })

    test("says how much of it is known, and knows nothing where there is none", () => {
        const blocks = blocksOf(Array.from({ length: 20 }, () => 5))
        expect(sumOfBlocks(blocks, 0, 0.004).knownShare).toBeCloseTo(0.5, 9)
        expect(sumOfBlocks(blocks, 1, 2).chargeUc).toBeNull()
    })
})

describe("a window of phases", () => {
    test("over a wake with its sleep has the charge of both", () => {
        const [wake, next] = syntheticRun().wakes
        if (wake === undefined || next === undefined) throw new Error("the made-up run has too few wakes")
        const phasesUc = wake.phases.reduce((sum, phase) => sum + phase.chargeUc, 0)
        expect(sumOfWakes([wake, next], wake.startS, next.startS).chargeUc).toBeCloseTo(phasesUc, 6)
    })

    test("of a wake that tells no phases has the wake's own charge", () => {
        const [wake] = syntheticRun().wakes
        if (wake === undefined) throw new Error("the made-up run has no wake")
        const bare = { ...wake, phases: [] }
        const endS = wake.startS + wake.durationMs / 1000
        expect(sumOfWakes([bare], wake.startS, endS).chargeUc).toBeCloseTo(wake.chargeUc, 6)
    })
})

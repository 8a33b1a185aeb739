// Wakes are found exactly in runs of known truth: spikes, a switching regulator's bursts, glitches, open pins,
// lines that are missing, light sleep, wakes that fail, and meters from ten samples a second up.
import { expect, test } from "vitest"
import type { Run } from "#warmhello/run/run.js"
import { type GeneratedRun, generatedRun } from "./generated-runs.js"
import { measureEvents } from "./support.js"

const RUNS = 1000
const GROUPS = 10
/** The mean is looked at over half a millisecond. */
const EDGE_US = 600

/** What is not as it should be. */
function faultsOf(run: Run, { wakes, stepUs, hasBursts, by, samples, about }: GeneratedRun): string[] {
    if (run.wakes.length !== wakes.length) return [`${about}: ${run.wakes.length} wakes of ${wakes.length}`]
    const faults: string[] = []
    // A burst just beside an edge is a part of the wake.
    const edgeUs = Math.max(EDGE_US, 1.01 * stepUs) + (hasBursts ? Math.max(500, stepUs) : 0)
    wakes.forEach((wanted, index) => {
        const { n, startS, durationMs, result } = run.wakes[index] as Run["wakes"][number]
        const startUs = 1e6 * startS
        const endUs = startUs + 1000 * durationMs
        const off = [startUs - wanted.startUs, endUs - wanted.endUs]
        if (off.some((us) => Math.abs(us) > edgeUs)) faults.push(`${about}: wake ${n} is off by ${off.join(", ")} us`)
        if (result !== wanted.result) faults.push(`${about}: wake ${n} is ${result}, not ${wanted.result}`)
    })
    if (run.meter?.segmentation !== by) faults.push(`${about}: told by ${run.meter?.segmentation}, not ${by}`)
    faults.push(...sumFaults(run, samples).map((fault) => `${about}: ${fault}`))
    return faults
}

/** All wakes and the sleeps between them, against the samples from the first wake's begin to the last one's end. */
function sumFaults(run: Run, samples: GeneratedRun["samples"]): string[] {
    const parts = run.wakes.flatMap((wake) => [wake, ...wake.phases.filter(({ phase }) => phase === "sleep")])
    const [first, last] = [run.wakes[0], run.wakes.at(-1)]
    if (first === undefined || last === undefined) return ["no wake"]
    const [fromUs, untilUs] = [1e6 * first.startS, 1e6 * last.startS + 1000 * last.durationMs]
    const inside = samples.filter(({ startUs, durationUs }) => {
        const middleUs = startUs + durationUs / 2
        return middleUs > fromUs && middleUs < untilUs
    })
    const chargeUc = inside.reduce((sum, { currentUa, durationUs }) => sum + (currentUa * durationUs) / 1e6, 0)
    const energyUj = inside.reduce(
        (sum, { currentUa, durationUs, voltageMv }) => sum + (currentUa * durationUs * voltageMv) / 1e9,
        0,
    )
    const found = [
        parts.reduce((sum, part) => sum + part.chargeUc, 0),
        parts.reduce((sum, part) => sum + part.energyUj, 0),
    ]
    return [chargeUc, energyUj].flatMap((wanted, index) => {
        const off = Math.abs((found[index] ?? 0) / wanted - 1)
        return off < 1e-4 ? [] : [`a sum is ${found[index]}, not ${wanted}`]
    })
}

test.each(Array.from({ length: GROUPS }, (_, group) => group))("runs of group %i", (group) => {
    const seeds = Array.from({ length: RUNS / GROUPS }, (_, index) => 1 + group + GROUPS * index)
    const faults = seeds.flatMap((seed) => {
        const generated = generatedRun(seed)
        return faultsOf(measureEvents(generated.events), generated)
    })
    expect(faults).toEqual([])
})

// What must not be taken for a wake, for one that connected, or for one of its phases.

import { describe, expect, test } from "vitest"
import { summaryLines } from "#warmhello/cli/measure-summary.js"
import { tlsLines } from "#warmhello/cli/run-text.js"
import type { RawEvent } from "#warmhello/measure/raw.js"
import { reportCsv } from "#warmhello/report/csv.js"
import type { Run, RunWake } from "#warmhello/run/run.js"
import { alternatingWakes, type Step } from "../support/ppk2/script.mjs"
import { acquisition, codesOf, measureEvents, measureScript, off, phasesOf } from "./support.js"

const { steps, truth } = alternatingWakes({ wakes: 20, sleepMs: 200, scale: 0.5, jitter: 0.1, seed: 8 })
const withoutPins = steps.map((step) => ({ ...step, levels: 0 }))
const bare = withoutPins.map(({ logLine: _, ...step }) => step)
const pinsOnly = steps.map(({ logLine: _, ...step }) => step)
const results = truth.map(({ result }) => result)
const resultsOf = (run: Run) => run.wakes.map(({ result }) => result)

/** Each sleep in two halves, with this between them. */
function inSleeps(all: Step[], ...between: Omit<Step, "levels">[]): Step[] {
    return all.flatMap((step) => {
        if (step.phase !== "sleep") return [step]
        const half = { ...step, durationMs: step.durationMs / 2 }
        return [half, ...between.map((one) => ({ levels: 0, ...one })), half]
    })
}

/** As a meter without a filter of its own has it. */
function recordingOf(all: Step[]): RawEvent[] {
    const samples = all.flatMap((step) => Array<Step>(Math.round(100 * step.durationMs)).fill(step))
    return [
        { kind: "acquisition", acquisition: { ...acquisition, metadata: null } },
        {
            ...{ kind: "samples", startUs: 0, stepUs: 10, durationsUs: null, voltageMv: null },
            currentUa: Float32Array.from(samples, ({ currentUa }) => currentUa),
            channels: Uint8Array.from(samples, ({ levels }) => levels),
        },
    ]
}

const only = (all: Step[], kept: number) => all.map((step) => ({ ...step, levels: step.levels & kept }))

describe("no wake is", () => {
    test("a spike of 10 us in each sleep: labels stay, and so does what resuming saves", () => {
        const spiked = inSleeps(bare, { durationMs: 0.01, currentUa: 300_000 })
        const run = measureEvents(recordingOf(spiked), { results: ["full", "resumed"] })
        expect(resultsOf(run)).toEqual(results)
        const told = measureEvents(recordingOf(pinsOnly))
        expect(off(run.comparison?.differenceUj ?? 0, told.comparison?.differenceUj ?? 1)).toBeLessThan(0.001)
        expect(codesOf(run)).not.toContain("labels-doubtful")
    })

    test("a burst of a switching regulator, nor does it lengthen one", () => {
        const bursts = Array.from({ length: 30 }, () => [
            { durationMs: 17.95, currentUa: 8 },
            { durationMs: 0.05, currentUa: 80_000 },
        ]).flat()
        const run = measureScript(inSleeps(bare, ...bursts))
        run.wakes.forEach(({ durationMs }, index) => {
            expect(off(durationMs, truth[index]?.durationMs ?? 0)).toBeLessThan(0.002)
        })
        expect(run.wakes).toHaveLength(20)
        const charged = run.wakes[0]?.phases.find(({ phase }) => phase === "sleep")?.averageUa
        expect(charged).toBeGreaterThan(80) // the bursts are the sleep's
    })

    test("the rest of one whose D0 was low for one sample", () => {
        const glitched = pinsOnly.flatMap((step) =>
            step.phase === "tls"
                ? [
                      { ...step, durationMs: 5 },
                      { ...step, durationMs: 0.01, levels: step.levels & ~1 },
                      { ...step, durationMs: step.durationMs - 5.01 },
                  ]
                : [step],
        )
        const run = measureScript(glitched)
        expect(resultsOf(run)).toEqual(results)
        expect(phasesOf(run.wakes[0] as RunWake)).toContain("tls")
        expect(codesOf(run)).toContain("channel-glitches")
        expect(codesOf(run)).not.toContain("channels-out-of-order")
    })
})

describe("labels of --results", () => {
    const busy = { durationMs: 20, currentUa: 60_000, levels: 0 }

    test("that do not come out even are said, and wakes unlike the others", () => {
        const [first, ...others] = bare
        const run = measureScript([first as Step, busy, first as Step, ...others], { results: ["full", "resumed"] })
        expect(run.wakes).toHaveLength(21)
        expect(codesOf(run)).toEqual(expect.arrayContaining(["labels-doubtful", "wakes-unlike"]))
    })

    test("that shifted against what the log says are said", () => {
        const run = measureScript(withoutPins.slice(9), { results: ["full", "resumed"], wantsLog: true })
        expect(resultsOf(run)).toEqual(results.slice(1))
        expect(run.warnings.find(({ message }) => message.includes("otherwise than --results"))?.message).toMatch(
            /^19 wakes .* the first is wake 1$/,
        )
    })
})

describe("a wake that connected to nothing", () => {
    const unconnected = (all: Step[]) =>
        all.map((step) =>
            step.logLine?.includes('"wake":3,')
                ? { ...step, logLine: step.logLine.replace(/"connect":\{.*\}\}$/, '"connect":null}') }
                : step,
        )

    test("has failed, whatever its position says", () => {
        const run = measureScript(unconnected(withoutPins), { results: ["full", "resumed"], wantsLog: true })
        expect(run.wakes[2]).toMatchObject({ result: "failed", reason: null })
        expect(resultsOf(run).filter((result) => result === "failed")).toHaveLength(1)
        expect(run.comparison?.pairs).toBe(9)
    })
})

describe("pins that are not wired", () => {
    const [tls, resumed] = [1 << 4, 1 << 6]

    test("without D4 no wake is said to have failed", () => {
        const run = measureScript(only(pinsOnly, 0xff & ~tls))
        expect(new Set(resultsOf(run))).toEqual(new Set(["unknown"]))
        expect(run.warnings.filter(({ code }) => code === "channels-not-driven").map(({ message }) => message)).toEqual(
            ["never up in a wake: D4 (tls)"],
        )
    })

    test("without D6 no wake is said to be full, and the log's word counts", () => {
        expect(new Set(resultsOf(measureScript(only(pinsOnly, 0xff & ~resumed))))).toEqual(new Set(["unknown"]))
        expect(resultsOf(measureScript(only(steps, 0xff & ~resumed), { wantsLog: true }))).toEqual(results)
    })

    test("with D0 alone there are wakes, and no phases of theirs", () => {
        const run = measureScript(only(pinsOnly, 1))
        expect(run.meter?.segmentation).toBe("channels")
        expect(run.wakes.every(({ phases }) => phases.every(({ phase }) => phase === "sleep"))).toBe(true)
    })

    test.each([
        ["low", 0],
        ["high", 1],
    ])("with a D0 that stays %s the current tells", (_, level) => {
        const run = measureScript(pinsOnly.map((step) => ({ ...step, levels: (step.levels & ~1) | level })))
        expect(run.meter?.segmentation).toBe("current")
        expect(run.wakes).toHaveLength(20)
        expect(codesOf(run)).toContain("channels-unused")
    })

    test("a pin that rises for the first time tells of the wakes before it, too", () => {
        const told: [number, string][] = []
        const run = measureScript(pinsOnly, { onWake: ({ n, result }) => told.push([n, result]) })
        expect(resultsOf(run)).toEqual(results)
        expect(told.slice(0, 4)).toEqual([
            [1, "unknown"],
            [1, "full"],
            [2, "resumed"],
            [3, "full"],
        ])
    })
})

describe("what is not known", () => {
    const run = measureScript(bare, { results: ["full", "resumed"] })

    test("of phases is unknown, and not nothing", () => {
        expect(run.comparison?.phases).toEqual([])
        expect(summaryLines(run, 100).join("\n")).toMatch(/│ phases +│ +unknown/)
        expect(tlsLines(run).join("\n")).toContain("an unknown part of a full wake")
        const [head = "", row = ""] = reportCsv([{ name: "a", run }]).split("\n")
        const column = head.split(",").indexOf("tls_uj")
        expect(row.split(",")[column]).toBe("unknown")
    })

    test("leaves a pair out of the comparison of phases, and not out of that of wakes", () => {
        const lost = steps.map((step) => (step.logLine?.includes('"wake":2,') ? { ...step, logLine: "" } : step))
        const unpinned = lost.map((step) => ({ ...step, levels: 0 }))
        const some = measureScript(unpinned, { wantsLog: true, results: ["full", "resumed"] })
        const whole = measureScript(withoutPins, { wantsLog: true })
        const tlsOf = ({ comparison }: Run) => comparison?.phases.find(({ phase }) => phase === "tls")?.resumedUj ?? 0
        expect(off(tlsOf(some), tlsOf(whole))).toBeLessThan(0.03)
    })

    test("of a wake's boot keeps it from being paired with a whole one", () => {
        // Before each resumed wake the device draws more in its sleep than --awake-ua, so that its reset is not seen.
        let sleeps = 0
        const hidden = pinsOnly.map((step) =>
            step.phase === "sleep" && ++sleeps % 2 === 0 ? { ...step, currentUa: 9000 } : step,
        )
        const half = measureScript(hidden)
        expect(half.wakes.map(({ bootSeen }) => bootSeen ?? true)).toEqual(results.map((result) => result === "full"))
        expect(half.comparison).toBeNull()
        expect(codesOf(half)).toContain("boot-not-seen")
    })
})

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { phases } from "#warmhello/run/phases-and-causes.js"
import type { Run } from "#warmhello/run/run.js"
import { steppedUa } from "../support/ppk2/readings.mjs"
import { alternatingWakes, type Step } from "../support/ppk2/script.mjs"
import { acquisition, codesOf, measureScript, off, phasesOf, VDD_MV } from "./support.js"

const awakePhases = ["boot", "wifi", "ip", "dns", "tcp", "tls", "application", "closing"]
const sleep = (durationMs: number, currentUa = 8, levels = 0): Step => ({ durationMs, currentUa, levels })
const { steps, truth } = alternatingWakes({ wakes: 6, sleepMs: 200, jitter: 0.1, seed: 3 })
const withoutPins = steps.map((step) => ({ ...step, levels: 0 }))
const withoutLog = steps.map(({ logLine: _, ...step }) => step)

function expectTruth(run: Run, tolerance: number): void {
    expect(run.wakes.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6])
    run.wakes.forEach((wake, index) => {
        const wanted = truth[index]
        expect(off(wake.durationMs, wanted?.durationMs ?? 0)).toBeLessThan(tolerance)
        expect(off(wake.chargeUc, wanted?.chargeUc ?? 0)).toBeLessThan(tolerance)
        expect(wake.energyUj).toBeCloseTo(wake.chargeUc * 3.3, 0)
    })
}

function expectPhases(run: Run, tolerance: number): void {
    run.wakes.forEach((wake, index) => {
        for (const { phase, chargeUc } of wake.phases) {
            const wanted = truth[index]?.phases[phase]
            if (wanted !== undefined) expect(off(chargeUc, wanted)).toBeLessThan(tolerance)
        }
        const parts = wake.phases.filter(({ phase }) => phase !== "sleep")
        expect(parts.reduce((sum, part) => sum + part.durationMs, 0)).toBeCloseTo(wake.durationMs, 2)
        expect(parts.reduce((sum, part) => sum + part.energyUj, 0)).toBeCloseTo(wake.energyUj, 0)
    })
}

describe("by the firmware's pins", () => {
    const run = measureScript(withoutLog)

    test("each wake has the time and the charge of the script", () => {
        expect(run.meter?.segmentation).toBe("channels")
        expectTruth(run, 0.0005)
    })

    test("and so has each phase, from the reset to deep sleep, and the sleep after it", () => {
        for (const wake of run.wakes.slice(0, -1)) expect(phasesOf(wake)).toEqual([...awakePhases, "sleep"])
        expectPhases(run, 0.005)
        const [slept] = run.wakes[0]?.phases.slice(-1) ?? []
        expect(off(slept?.durationMs ?? 0, 200)).toBeLessThan(0.001)
        // Three samples of it are the average that the meter's filter still has of the wake.
        const filterUa = (3 * 10 * 40_000) / 200_000
        expect(slept?.averageUa).toBeGreaterThan(steppedUa(8, VDD_MV))
        expect(slept?.averageUa).toBeLessThan(steppedUa(8, VDD_MV) + filterUa)
    })

    test("the last wake has no sleep: it has not ended", () => {
        expect(phasesOf(run.wakes[5] as Run["wakes"][number])).toEqual(awakePhases)
    })

    test("D6 tells full from resumed", () => {
        expect(run.wakes.map(({ result }) => result)).toEqual(truth.map(({ result }) => result))
        expect(run.comparison?.pairs).toBe(3)
    })

    test("the pins are those of the firmware's list", () => {
        expect(Object.values(phases).map(({ channel }) => channel)).toEqual([0, 1, 2, 7, 3, 4, 5, null, null])
    })

    test("phases that did not take place are left out, and a wake without TLS failed", () => {
        const boot = { durationMs: 30, currentUa: 28_000, levels: 0 }
        const wifi = { durationMs: 3000, currentUa: 90_000, levels: 1 }
        const closing = { durationMs: 10, currentUa: 40_000, levels: 0b11 }
        const run = measureScript([sleep(100), boot, wifi, closing, ...withoutLog])
        const [wake] = run.wakes
        expect(run.wakes.map(({ result }) => result)).toEqual(["failed", ...truth.map(({ result }) => result)])
        expect(wake?.phases.map(({ phase }) => phase)).toEqual(["boot", "wifi", "closing", "sleep"])
    })

    test("a wake whose reset cannot be seen begins at D0, and that is said", () => {
        const run = measureScript(
            withoutLog.map((step) => (step.phase === "sleep" ? { ...step, currentUa: 9000 } : step)),
        )
        expect(run.wakes).toHaveLength(6)
        expect(phasesOf(run.wakes[0] as Run["wakes"][number])).not.toContain("boot")
        expect(codesOf(run)).toContain("boot-not-seen")
    })

    test("D0 that rises with the current, or in the same sample, leaves nothing of the wake unseen", () => {
        const run = measureScript([
            ...withoutLog.map((step) => (step.phase === "boot" ? { ...step, levels: 1 } : step)),
            ...[sleep(50), sleep(0.5, 8, 1), sleep(50)],
        ])
        expectTruth(run, 0.0005)
        expect(run.wakes.map(({ bootSeen }) => bootSeen ?? true)).toEqual(truth.map(() => true))
        expect(codesOf(run)).not.toContain("boot-not-seen")
        expect(codesOf(run)).toContain("channel-glitches")
    })

    test("pins in an order that no firmware has make no phases", () => {
        const swapped = withoutLog.map(({ levels, ...step }) => ({
            ...step,
            levels: (levels & ~0b10010) | ((levels & 0b10) << 3) | ((levels & 0b10000) >> 3),
        }))
        const run = measureScript(swapped)
        expect(run.wakes.every((wake) => !phasesOf(wake).includes("tls"))).toBe(true)
        expect(codesOf(run)).toContain("channels-out-of-order")
    })

    test("an open pin that twitches is no wake", () => {
        const twitch = (durationMs: number) => [sleep(10), sleep(durationMs, 8, 1)]
        const run = measureScript([...twitch(0.05), ...twitch(0.5), sleep(50), ...withoutLog])
        expect(run.wakes).toHaveLength(6)
        expect(codesOf(run)).toContain("channel-glitches")
    })

    test("wakes that the samples cut into are left out", () => {
        const run = measureScript(withoutLog.slice(5, -3))
        expect(run.wakes).toHaveLength(4)
        expect(codesOf(run)).toEqual(expect.arrayContaining(["first-wake-cut", "last-wake-cut"]))
    })
})

describe("by the device's log", () => {
    /** This computer's clock began 300 ms before the samples, and all is late by up to 8 ms more, each time anew. */
    function lateness(): () => number {
        let state = 1
        return () => {
            state = (state * 48_271) % 2_147_483_647
            return 300_000 + (state % 8000)
        }
    }
    const run = measureScript(withoutPins, { wantsLog: true, lateUs: lateness() })

    test("each wake has the time and the charge of the script", () => {
        expect(run.meter?.segmentation).toBe("log")
        expectTruth(run, 0.0005)
    })

    test("phases are where the line says, though lines and samples come late", () => {
        for (const wake of run.wakes) expect(phasesOf(wake).slice(0, 8)).toEqual(awakePhases)
        run.wakes.forEach((wake, index) => {
            const tls = wake.phases.find(({ phase }) => phase === "tls")
            expect(Math.abs((tls?.durationMs ?? 0) * 88 - (truth[index]?.phases.tls ?? 0))).toBeLessThan(150)
        })
        expect(codesOf(run)).not.toContain("log-not-aligned")
    })

    test("result, reason and what was forced are the line's", () => {
        expect(run.wakes.slice(0, 2)).toMatchObject([
            { result: "full", reason: "disabled", forcedFull: true, protocol: "TLS1.3", bytesTx: 259 },
            { result: "resumed", reason: "accepted", forcedFull: false, kind: "psk", bytesRx: 241 },
        ])
    })

    test("lines that the firmware itself wrote are taken", () => {
        const fixtures = readFileSync(join(import.meta.dirname, "../vectors/wake-lines.txt"), "utf8")
            .trimEnd()
            .split("\n")
        const [, resumed = "", full = ""] = fixtures
        const awake = (logLine: string): Step[] => [
            { durationMs: 20, currentUa: 30_000, levels: 0 },
            { durationMs: 318, currentUa: 80_000, levels: 0, logLine },
            sleep(400),
        ]
        const run = measureScript([sleep(100), ...awake(full), ...awake(resumed)], { wantsLog: true })
        expect(run.wakes.map(({ result, forcedFull }) => [result, forcedFull])).toEqual([
            ["full", true],
            ["resumed", false],
        ])
        // The line says 41 ms of TLS; the boot is what the boot loader took, and 1.2 ms.
        const tls = run.wakes[1]?.phases.find(({ phase }) => phase === "tls")
        const boot = run.wakes[1]?.phases.find(({ phase }) => phase === "boot")
        expect(off(tls?.durationMs ?? 0, 41)).toBeLessThan(0.01)
        expect(Math.abs((boot?.durationMs ?? 0) - 21.2)).toBeLessThan(0.5)
    })

    test.each([
        ["a line that was cut", (line: string) => line.slice(0, -9), "log-lines-unreadable"],
        ["no line at all", () => "", "log-lines-missing"],
    ])("%s is said", (_, change, code) => {
        const broken = withoutPins.map(({ logLine, ...step }) =>
            logLine ? { ...step, logLine: change(logLine) } : step,
        )
        expect(codesOf(measureScript(broken, { wantsLog: true }))).toContain(code)
    })

    test("lines of another device are not believed", () => {
        const longer = withoutPins.map(({ logLine, ...step }) =>
            logLine ? { ...step, logLine: logLine.replace(/"closing":\d+/, '"closing":9000000') } : step,
        )
        expect(codesOf(measureScript(longer, { wantsLog: true }))).toContain("log-not-aligned")
    })

    test("pins and log that disagree are said, wake by wake", () => {
        const wrong = steps.map(({ logLine, ...step }) =>
            logLine ? { ...step, logLine: logLine.replace('"result":"resumed"', '"result":"full"') } : step,
        )
        const run = measureScript(wrong)
        expect(run.warnings.filter(({ code }) => code === "results-disagree").map(({ wake }) => wake)).toEqual([
            2, 4, 6,
        ])
    })
})

describe("by the current alone", () => {
    const bare = withoutLog.map((step) => ({ ...step, levels: 0 }))
    const run = measureScript(bare)

    test("each wake has the time and the charge of the script, and no phases but sleep", () => {
        expect(run.meter?.segmentation).toBe("current")
        expectTruth(run, 0.0005)
        expect(phasesOf(run.wakes[0] as Run["wakes"][number])).toEqual(["sleep"])
        expect(codesOf(run)).toEqual(expect.arrayContaining(["phases-unknown", "results-unknown"]))
    })

    test("what the operator was told to do is taken for what happened", () => {
        const told = measureScript(bare, { results: ["full", "resumed"] })
        expect(told.wakes.map(({ result }) => result)).toEqual(truth.map(({ result }) => result))
        expect(codesOf(told)).not.toContain("results-unknown")
    })

    const busy = { durationMs: 50, currentUa: 80_000, levels: 0 }
    const lengthsOf = (steps: Step[]) => measureScript(steps).wakes.map(({ durationMs }) => Math.round(durationMs))

    test("a pause in a wake is no sleep unless it lasts", () => {
        const paused = (durationMs: number) => lengthsOf([sleep(100), busy, sleep(durationMs), busy, sleep(100)])
        expect(paused(15)).toEqual([115])
        expect(paused(25)).toEqual([50, 50])
    })

    test("light sleep in a wake, which draws more than the sleep between wakes, does not end it", () => {
        const wake = [busy, sleep(300, 800), busy, sleep(100, 250), busy, sleep(400)]
        expect(lengthsOf([sleep(100), ...wake, ...wake])).toEqual([550, 550])
    })

    test("a device that had no power before its first wake does not make a light sleep of its sleep", () => {
        expect(lengthsOf([sleep(500, 0), busy, sleep(400, 120), busy, sleep(400, 120)])).toEqual([50, 50])
    })

    test("a device that from then on draws more in its sleep sleeps all the same", () => {
        const louder = [busy, sleep(5000, 1500)]
        expect(lengthsOf([sleep(100), busy, sleep(400), ...louder, ...louder, busy, sleep(100)])).toEqual([
            50, 50, 50, 50,
        ])
    })

    test("a trace without a wake says between which currents it lies", () => {
        const run = measureScript([sleep(500, 3000)])
        expect(run.wakes).toEqual([])
        expect(run.warnings.find(({ code }) => code === "no-wakes")?.message).toMatch(
            /between (2|3)\d\d\d and (2|3)\d\d\d uA/,
        )
    })
})

describe("samples that are missing", () => {
    const drop = { every: 2000, samples: 6 }
    const run = measureScript(withoutLog, { faults: { drop } })

    test("are counted in each wake, and their time is kept", () => {
        expectTruth(run, 0.003)
        expect(run.meter?.lostSamples).toBeGreaterThan(200)
        expect(run.wakes.every(({ lostSamples }) => lostSamples > 0)).toBe(true)
        expect(codesOf(run)).toContain("lost-samples")
    })

    test("too many of them keep a wake out of the comparison", () => {
        const worse = measureScript(withoutLog, { faults: { drop: { every: 500, samples: 10 } } })
        expect(worse.comparison).toBeNull()
        expect(codesOf(worse)).toContain("wakes-lossy")
    })

    test("time for which there are no samples, beyond what the counter shows, is noticed", () => {
        let calls = 0
        const late = () => (++calls > 2500 ? 640_000 : 100)
        const long = measureScript([sleep(45_000)], { lateUs: late })
        expect(codesOf(long)).toContain("time-unaccounted")
    })
})

test("a supply that nobody knows makes energies assumptions, and that is said", () => {
    const run = measureScript(withoutLog, {
        acquisition: { ...acquisition, supply: { voltageMv: 3300, origin: "assumed" } },
    })
    expect(run.supply).toEqual({ voltageV: 3.3, origin: "assumed" })
    expect(codesOf(run)).toContain("supply-voltage-unknown")
})

test("however long the run, the samples for the report stay few", () => {
    const run = measureScript([sleep(300_000)])
    expect(run.samples?.meanUa.length).toBeLessThanOrEqual(131_072)
    expect(run.samples?.blockMs).toBe(4)
    expect((run.samples?.meanUa.length ?? 0) * (run.samples?.blockMs ?? 0)).toBeCloseTo(300_000, -1)
})

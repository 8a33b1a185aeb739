// --budget and --baseline, from the rule's text to the exit code.
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { baselineOf } from "#warmhello/run/baseline.js"
import { checkBudget, parseBudget } from "#warmhello/run/budget.js"
import { averageOf } from "#warmhello/run/currents.js"
import { figuresOf } from "#warmhello/run/figures.js"
import { expectedOf } from "#warmhello/run/range.js"
import { type Run, readRun } from "#warmhello/run/run.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "../ts/support/command.js"
import { writeRecording } from "./recording.js"

const folder = temporaryFolder()
let files = 0
const fresh = (suffix: string) => join(folder, `${++files}.${suffix}`)

const messageFor = (text: string): string => {
    try {
        parseBudget(text)
    } catch (error) {
        return (error as Error).message
    }
    return "no error"
}

describe("a rule", () => {
    test("is a figure, what it may be, and a unit; several are told apart by commas", () => {
        expect(parseBudget("tls.resumed<=30mJ, wake.p95 <= 160 mJ,sleep<20.5µA,saving>=50mJ")).toEqual(
            [
                ["tls.resumed<=30mJ", { of: "tls", result: "resumed", statistic: "mean" }, "<=", 30, "mJ"],
                ["wake.p95 <= 160 mJ", { of: "wake", statistic: "p95" }, "<=", 160, "mJ"],
                ["sleep<20.5µA", { of: "sleep", statistic: "mean" }, "<", 20.5, "uA"],
                ["saving>=50mJ", { of: "saving", statistic: "mean" }, ">=", 50, "mJ"],
            ].map(([text, figure, comparison, limit, unit]) => ({ text, figure, comparison, limit, unit })),
        )
    })

    test.each([
        ["", "the budget has no rule"],
        [",", "the budget has no rule"],
        ["tls<=30", 'the rule "tls<=30" of the budget cannot be read. A rule is a figure'],
        ["tls=30mJ", "cannot be read"],
        ["<=30mJ", "cannot be read"],
        ["tls<=-3mJ", "cannot be read"],
        ["handshake<=30mJ", 'names "handshake"; there are wake, boot, wifi,'],
        ["tls<=30mWh", 'has the unit "mWh"; there are uJ, mJ, J,'],
        ["tls.failed<=30mJ", 'has ".failed" where one of .full and .resumed'],
        ["tls.p95.full<=30mJ", 'has ".full" where'],
        ["tls.full.resumed<=30mJ", 'has ".resumed" where'],
        ["tls.p95.p95<=30mJ", 'has ".p95" where'],
        ["average<=30mJ", "has another unit than uA or mA, and the average is a current"],
        ["saving>=30ms", "has another unit than uJ, mJ or J"],
        ["saving.p95>=30mJ", "asks for more than the mean that is saved"],
        ["wake<=30mJ,constructor<=1mJ", 'names "constructor"'],
    ])("%j is refused, and says why", (text, message) => {
        expect(messageFor(text)).toContain(message)
    })
})

type Costs = Pick<Run["wakes"][number], "durationMs" | "chargeUc" | "energyUj" | "averageUa" | "peakUa">

const costs = (durationMs: number, averageUa: number): Costs => {
    const chargeUc = (averageUa * durationMs) / 1000
    return { durationMs, chargeUc, energyUj: 3 * chargeUc, averageUa, peakUa: averageUa }
}

/** Wakes of so many ms at 100 mA and 3 V, 0.3 mJ a ms; all of it after 10 ms of boot is TLS; then sleep. */
function runOf(wakes: { result: "full" | "resumed" | "failed"; ms: number; sleepMs: number; sleepUa: number }[]): Run {
    let startS = 0
    return {
        ...{ schema: "warmhello-run", version: 1, origin: "measured", createdAt: "2026-11-24T12:00:00Z" },
        tool: { name: "warmhello", version: "0", command: "test" },
        ...{ device: "device", board: "board", firmware: "firmware", server: "server" },
        supply: { voltageV: 3, origin: "set" },
        meter: { kind: "ppk2", name: "PPK2", sampleRateHz: 1e5, samples: 1, lostSamples: 0, segmentation: "log" },
        durationS: 100,
        wakes: wakes.map(({ result, ms, sleepMs, sleepUa }, index) => {
            const at = startS
            startS += (ms + sleepMs) / 1000
            return {
                ...{ n: index + 1, startS: at, result, reason: null, protocol: null, kind: null, error: null },
                ...{ forcedFull: false, bytesTx: result === "failed" ? null : ms, bytesRx: 100, lostSamples: 0 },
                ...costs(ms, 100_000),
                phases: [
                    { phase: "boot", startMs: 0, ...costs(10, 100_000) },
                    { phase: "tls", startMs: 10, ...costs(ms - 10, 100_000) },
                    ...(sleepMs > 0 ? [{ phase: "sleep" as const, startMs: ms, ...costs(sleepMs, sleepUa) }] : []),
                ],
            }
        }),
        ...{ comparison: null, samples: null, rawFile: null, warnings: [] },
    }
}

const run = runOf([
    { result: "full", ms: 500, sleepMs: 1000, sleepUa: 10 },
    { result: "resumed", ms: 200, sleepMs: 3000, sleepUa: 30 },
    { result: "resumed", ms: 300, sleepMs: 1000, sleepUa: 10 },
    { result: "failed", ms: 1000, sleepMs: 0, sleepUa: 0 },
])

const check = (rules: string, of: Run = run, before?: Run) =>
    checkBudget(parseBudget(rules), figuresOf(of), before && figuresOf(before))

describe("a figure", () => {
    test.each([
        ["wake.full<=1J", 150],
        ["wake.resumed<=1J", 75],
        ["wake<=1J", 150], // of all four, the failed one as well
        ["wake.p50<=1J", 120],
        ["wake.max<=1J", 300],
        ["wake.resumed.p95<=1J", 88.5],
        ["tls.resumed<=1J", 72],
        ["boot<=1J", 3],
        ["sleep<=1J", (3 * (10 + 90 + 10)) / 3 / 1000],
    ])("%s is told in mJ", (rule, mj) => {
        expect(check(rule.replace("1J", "1000mJ"))[0]?.value).toBeCloseTo(mj, 6)
    })

    test.each([
        ["tls.full<=490ms", 490, true],
        ["tls.full<490ms", 490, false],
        ["tls.full>=490ms", 490, true],
        ["tls.full>490ms", 490, false],
        ["wake.full<=0.4s", 0.5, false],
        ["wake.full<=50mC", 50, true],
        ["wake.full<=49999uC", 50_000, false],
        ["tls.full<=600B", 600, true],
        ["sleep<=21uA", 22, false], // 110 µC in 5 s: longer sleeps count for more
        ["sleep.max<=30uA", 30, true],
        // 50, 20 and 30 mC awake and 0.11 asleep, in 6 s; the failed wake has no sleep
        ["average<=16.685mA", 100.11 / 6, true],
    ])("%s", (rule, value, holds) => {
        const [found] = check(rule)
        expect(found?.value).toBeCloseTo(value, 3)
        expect(found?.holds).toBe(holds)
    })

    test("that the run does not know is broken, and says why", () => {
        const found = check("wifi<=1mJ, saving>=1mJ, wake.full<=1B, tls.full<=1mJ", runOf([]))
        expect(found.every(({ value, holds }) => value === null && !holds)).toBe(true)
        expect(check("wifi<=1mJ")[0]?.unknown).toBe("no wake has the phase wifi")
        expect(check("wake.full<=1B")[0]?.unknown).toContain("bytes of the TLS handshake only")
        expect(check("saving>=1mJ")[0]?.unknown).toBe("there is no full wake beside a resumed one")
        const awake = runOf([{ result: "full", ms: 500, sleepMs: 0, sleepUa: 0 }])
        expect(check("sleep<=1uA", awake)[0]?.unknown).toBe("no sleep was seen to its end")
        expect(check("tls.resumed<=1mJ", awake)[0]?.unknown).toBe("there is no resumed wake")
    })

    test("of a device that never woke is its sleep", () => {
        const asleep = { ...runOf([]), sleepCurrent: { meanUa: 7, durationS: 60, expected: null } }
        expect(check("sleep<=8uA", asleep)[0]).toMatchObject({ value: 7, holds: true })
    })

    test("is a share of the baseline's in %", () => {
        const before = runOf([{ result: "full", ms: 400, sleepMs: 1000, sleepUa: 20 }])
        expect(check("wake.full<=120%, sleep<=105%", run, before)).toMatchObject([
            { value: 125, unit: "%", holds: false },
            { value: 110, unit: "%", holds: false },
        ])
        expect(check("wake.resumed<=120%", run, before)[0]).toMatchObject({
            ...{ value: null, holds: false, unknown: "of the baseline: there is no resumed wake" },
        })
    })
})

test("the average current is over wakes with their sleeps, with how often a wake comes", () => {
    expect(averageOf(run)).toEqual({ averageUa: 16_685, rounds: 3, wakeEveryS: 2 })
})

describe("compared with last time", () => {
    const many = (ms: (index: number) => number) =>
        runOf(Array.from({ length: 8 }, (_, n) => ({ result: "resumed", ms: ms(n), sleepMs: 1000, sleepUa: 10 })))
    const of = (now: Run, before: Run) =>
        baselineOf(now, before, "last.json").figures.find(({ figure }) => figure === "wake.resumed")

    test("a change that is more than the wakes differ is told from chance", () => {
        const before = many((n) => 200 + 3 * n)
        expect(
            of(
                many((n) => 240 + 3 * n),
                before,
            ),
        ).toMatchObject({ unit: "mJ", beyondNoise: true })
        expect(
            of(
                many((n) => 202 + 3 * n),
                before,
            ),
        ).toMatchObject({ unit: "mJ", beyondNoise: false })
        expect(
            of(
                many((n) => 240 + 3 * n),
                before,
            )?.changeShare,
        ).toBeCloseTo(40 / 210.5, 4)
    })

    test("of few wakes that is not known, and only what both runs have is compared", () => {
        const { figures, file, createdAt } = baselineOf(
            run,
            many((n) => 200 + n),
            "last.json",
        )
        expect([file, createdAt]).toEqual(["last.json", "2026-11-24T12:00:00Z"])
        expect(figures.map(({ figure }) => figure)).toEqual(["wake.resumed", "tls.resumed", "sleep"])
        expect(figures.every(({ beyondNoise }) => beyondNoise === null)).toBe(true)
    })

    test("with another time between wakes, the mean over all is not compared", () => {
        const every = (sleepMs: number) => runOf([{ result: "resumed", ms: 200, sleepMs, sleepUa: 10 }])
        const names = (now: Run, before: Run) =>
            baselineOf(now, before, "last.json").figures.map(({ figure }) => figure)
        expect(names(every(1000), every(1100))).toContain("average")
        expect(names(every(1000), every(600_000))).not.toContain("average")
        expect(names(every(600_000), every(1000))).not.toContain("average")
    })
})

const recording = (wakes: number, sleepMa: number) => writeRecording(fresh("csv"), { wakes, sleepMa })

const measure = (path: string, ...flags: string[]) => warmhello("measure", path, "--results", "full,resumed", ...flags)

describe("measure", () => {
    const csv = recording(12, 0.05)

    test("exits 0 with a budget that is kept, and run.json has its rules", async () => {
        const out = fresh("json")
        const { code, stdout } = await measure(csv, "--budget", "wake.resumed<=61mJ, saving>=89mJ", "--out", out)
        expect(code).toBe(0)
        expect(stdout).toContain("Budget: 2 of 2 rules hold.")
        expect(readRun(out).budget).toEqual([
            { rule: "wake.resumed<=61mJ", value: 60, unit: "mJ", holds: true },
            { rule: "saving>=89mJ", value: 90, unit: "mJ", holds: true },
        ])
    })

    test("exits 1 with one that is not, names the rule, and has written everything", async () => {
        const json = fresh("json")
        const flags = ["--budget", "wake.resumed<=59mJ", "--budget", "tls<=1mJ,sleep<=50.1uA", "--json", json]
        const { code, stderr, stdout } = await measure(csv, ...flags)
        expect(code).toBe(1)
        expect(stderr).toMatch(/^error: over budget: wake\.resumed<=59mJ, and it is 60 mJ; 1 more\n/)
        expect(stdout).toMatch(/broken {2}wake\.resumed<=59mJ +60 mJ/)
        expect(stdout).toMatch(/broken {2}tls<=1mJ +unknown: no wake has the phase tls/)
        expect(stdout).toMatch(/holds {3}sleep<=50\.1uA +50 uA/)
        expect(readRun(json).budget?.map(({ holds }) => holds)).toEqual([false, false, true])
    })

    test("compares with last time", async () => {
        const [last, out] = [fresh("json"), fresh("json")]
        await measure(recording(12, 0.04), "--out", last)
        const flags = ["--baseline", last, "--budget", "wake.resumed<=105%,sleep<=105%", "--out", out]
        const { code, stdout, stderr } = await measure(csv, ...flags)
        expect(code).toBe(1)
        expect(stderr).toContain("over budget: sleep<=105%, and it is 125 %")
        expect(stdout).toContain(`Compared with ${last}, measured, of 20`)
        expect(stdout).toMatch(/│ sleep +│ 40\.0 µA +│ +50\.0 µA │ +\+25 % │/)
        expect(readRun(out).baseline?.figures.find(({ figure }) => figure === "sleep")).toMatchObject({
            ...{ before: 40, now: 50, changeShare: 0.25, beyondNoise: true },
        })
    })

    test.each([
        [["--budget", "tls<=30"], "cannot be read. A rule is a figure"],
        [["--budget", "wake<=105%"], 'the rule "wake<=105%" of the budget goes with --baseline'],
        [["--baseline", "no/such.json"], "cannot read no/such.json"],
        [["--voltage-mv", "5"], "It must be a whole number from 800 to 30000."],
    ])("%j exits 2 before anything is measured", async (flags, message) => {
        const { code, stderr, stdout } = await measure(csv, ...flags)
        expect(stderr).toContain(message)
        expect([code, stdout]).toEqual([2, ""])
    })
})

describe("estimate", () => {
    const estimate = (...flags: string[]) => warmhello("estimate", "--board", "esp32c3_bare", ...flags)

    test("holds a budget by its means, and by the upper ends of its ranges with p95", async () => {
        const out = fresh("json")
        const rules =
            "wake.resumed<=1J,wake.resumed.p95<=1J,wake<=1J,average<=1A,average<=1mA,tls.full<=1s,wake.max<=1J"
        expect((await estimate("--budget", rules)).stderr).toContain('has the unit "A"')
        const { code, stderr } = await estimate("--budget", rules.replace("average<=1A,", ""), "--out", out)
        expect(code).toBe(1)
        expect(stderr).toContain("over budget: wake.max<=1J, and it is unknown: an estimate has no greatest value")
        const { budget = [], wakes, average, sleepCurrent } = readRun(out)
        const [full, resumed] = wakes
        const values = budget.map(({ value }) => value ?? 0)
        expect(values[0]).toBeCloseTo((resumed?.energyUj ?? 0) / 1e6, 5)
        expect(values[1]).toBeCloseTo((resumed?.energyRangeUj?.[1] ?? 0) / 1e6, 5)
        // Nearly all wakes resume.
        expect(values[2]).toBeGreaterThan(values[0] ?? 0)
        expect(values[2]).toBeLessThan(((resumed?.energyUj ?? 0) + 0.01 * (full?.energyUj ?? 0)) / 1e6)
        expect(values[3]).toBeCloseTo((average?.averageUa ?? 0) / 1000, 5)
        const { lowUa = 0, typicalUa = 0, highUa = 0 } = sleepCurrent?.expected ?? {}
        const profile = { low: lowUa, typical: typicalUa, high: highUa }
        expect(sleepCurrent?.meanUa).toBeCloseTo(expectedOf(profile), 4)
    })

    test("compares with another estimate", async () => {
        const last = fresh("json")
        await estimate("--out", last)
        const { code, stdout } = await estimate("--rtt", "200ms", "--baseline", last, "--budget", "wake.resumed<=100%")
        expect(code).toBe(1)
        expect(stdout).toContain(`Compared with ${last}, an estimate, of 20`)
        expect(stdout).toMatch(/│ wake\.resumed │ .* │ +\+\d+ % │/)
    })
})

describe("simulate", () => {
    test("holds a budget of milliseconds and bytes, and says where energies are", async () => {
        const json = fresh("json")
        const rules = "tls.resumed<=2000B,tls.full<=10s,tls.resumed<=30mJ"
        const { code, stderr } = await warmhello("simulate", "--cycles", "2", "--budget", rules, "--json", json)
        expect(code).toBe(1)
        expect(stderr).toMatch(/over budget: tls\.resumed<=30mJ, and it is unknown: .*estimate --from/)
        expect((await warmhello("simulate", "--cycles", "2", "--budget", "tls.resumed<=2000B")).code).toBe(0)
    })
})

// What the device draws asleep, in the mean, and in a part of the recording.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { type Run, readRun } from "#warmhello/run/run.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "../ts/support/command.js"
import { type Recorded, writeRecording } from "./recording.js"

const folder = temporaryFolder()
let files = 0

/** By the profile of an ESP32-C3, which should draw 5 to 9 µA. */
async function measured(recorded: Recorded, ...flags: string[]) {
    const path = writeRecording(join(folder, `${++files}.csv`), recorded)
    const out = join(folder, `${files}.json`)
    const result = await warmhello("measure", path, "--out", out, "--board", "esp32c3_bare", ...flags)
    return { ...result, run: readRun(out) }
}

const highOf = ({ warnings }: Run) => warnings.find(({ code }) => code === "sleep-current-high")

describe("the sleep current", () => {
    test("comes first, beside what the board's profile says", async () => {
        const { stdout, run } = await measured({ wakes: 6, sleepMa: 0.007 })
        expect(stdout).toMatch(/^ASLEEP 7\.00 µA, the mean of 2\.00 s \(esp32c3_bare: 5\.00 to 9\.00 µA\)\./)
        expect(run.sleepCurrent).toEqual({
            ...{ meanUa: 7, durationS: 2 },
            expected: { board: "esp32c3_bare", lowUa: 5, typicalUa: 6, highUa: 9 },
        })
        expect(highOf(run)).toBeUndefined()
    })

    test("is followed by the mean over all, and by how often the device wakes", async () => {
        const { stdout, run } = await measured({ wakes: 6, sleepMa: 0.007 })
        // 3 full and 2 resumed wakes whose sleep was seen to its end: 190 mC and 0.014 mC in 1.9 and 2 s.
        expect(run.average).toEqual({ averageUa: 48_721.5, rounds: 5, wakeEveryS: 0.78 })
        expect(stdout).toMatch(/^In all 48\.7 mA with a wake every 780 ms, the mean of 5 wakes with their sleeps\.$/m)
    })

    test("that is ten times too high is a warning with the usual suspects", async () => {
        expect(highOf((await measured({ wakes: 4, sleepMa: 0.059 })).run)).toBeUndefined()
        const { run, stdout } = await measured({ wakes: 4, sleepMa: 0.8 })
        expect(highOf(run)?.message).toBe("asleep the device draws 800 µA, 133 times the 6.00 µA of esp32c3_bare")
        for (const suspect of ["regulator", "USB", "LED", "flash", "pulled up"]) {
            expect(highOf(run)?.advice).toContain(suspect)
            expect(stdout).toContain(suspect)
        }
    })

    test("that is too high to be seen as sleep is found by the lowest current", async () => {
        const { run, code } = await measured({ wakes: 4, sleepMa: 9.6 })
        expect(code).toBe(2)
        expect(run.sleepCurrent).toBeUndefined()
        expect(highOf(run)?.message).toMatch(/^the current never falls below 9\.60 mA, 1600 times the 6\.00 µA/)
    })

    test("of a device that never woke is told as well", async () => {
        const { run, stdout, code } = await measured({ wakes: 0, sleepMa: 0.2 }, "--budget", "sleep<=20uA")
        expect(stdout).toMatch(/^ASLEEP 200 µA, the mean of 400 ms/)
        expect(highOf(run)?.message).toMatch(/^asleep the device draws 200 µA, 33 times/)
        expect(code).toBe(1)
        expect((await measured({ wakes: 0, sleepMa: 0.007 }, "--budget", "sleep<=20uA")).code).toBe(0)
        expect((await measured({ wakes: 0, sleepMa: 0.007 })).code).toBe(2)
    })

    test("of a board without a profile stands alone", async () => {
        const { run, stdout } = await measured({ wakes: 4, sleepMa: 9 / 10 }, "--board", "mine")
        expect(run.sleepCurrent?.expected).toBeNull()
        expect(stdout).toMatch(/^ASLEEP 900 µA, .* \(there is no power profile of mine: see boards\/README\.md\)/)
        expect(highOf(run)).toBeUndefined()
        const nameless = await measured({ wakes: 4, sleepMa: 9 / 10 }, "--board", "unknown")
        expect(nameless.stdout).toMatch(/^ASLEEP 900 µA, .* \(--board names a power profile to compare with\)/)
    })

    test("below zero is the meter's, and said to be", async () => {
        const doubts = async (sleepMa: number) =>
            (await measured({ wakes: 4, sleepMa })).run.warnings.filter(({ code }) => code === "current-reversed")
        expect(await doubts(-0.0005)).toEqual([])
        expect(await doubts(-0.01)).toMatchObject([{ message: "asleep the mean is -10.0 µA, which is below zero" }])
    })
})

test("a hole in a recording is lost samples, in its wake and in the whole", async () => {
    const path = writeRecording(join(folder, "whole.csv"), { wakes: 4, sleepMa: 0.007 })
    const rows = readFileSync(path, "utf8").split("\n")
    const [holed, out] = [join(folder, "holed.csv"), join(folder, "holed.json")]
    writeFileSync(holed, [...rows.slice(0, 501), ...rows.slice(601)].join("\n"))
    const { stdout } = await warmhello("measure", holed, "--results", "full,resumed", "--out", out)
    const { meter, wakes, warnings } = readRun(out)
    expect([meter?.lostSamples, ...wakes.map(({ lostSamples }) => lostSamples)]).toEqual([100, 100, 0, 0, 0])
    expect(warnings.map(({ message }) => message)).toContain("time jumps 1 time, by 100 ms in all")
    expect(stdout).toContain("100 lost.")
})

describe("--between", () => {
    // Wakes begin at 0.4, 1.3, 1.9, 2.8, 3.4 and 4.3 s.
    const recorded = { wakes: 6, sleepMa: 0.007 }
    const labels = ["--results", "full,resumed"]

    test("takes the wakes that begin in it, whole, by their own numbers and labels", async () => {
        const { run, code } = await measured(recorded, ...labels, "--between", "1.3s..3.4s")
        expect(code).toBe(0)
        expect(run.between).toEqual({ fromS: 1.3, toS: 3.4 })
        expect(run.wakes.map(({ n, startS, result }) => [n, startS, result])).toEqual([
            [2, 1.3, "resumed"],
            [3, 1.9, "full"],
            [4, 2.8, "resumed"],
        ])
        expect(run.wakes.map(({ durationMs }) => durationMs)).toEqual([200, 500, 200])
        expect(run.average?.rounds).toBe(3)
        expect(run.comparison?.pairs).toBe(1)
        const fromStart = await measured(recorded, "--between", "0s..1s")
        expect(fromStart.run.wakes.map(({ n }) => n)).toEqual([1])
    })

    test("with no wake in it says where they are", async () => {
        const { code, stdout, stderr } = await measured(recorded, "--between", "10s..60s")
        expect(stdout).toContain("no wake begins between 10 s and 60 s: 6 wakes from 0.4 s to 4.3 s")
        expect(stderr).toContain("error: no wake was seen in the part that --between names")
        expect(stderr).toContain("Give --between other times; the warning above says where the wakes are.")
        expect(stderr).not.toContain("powered")
        expect(code).toBe(2)
    })

    test.each(["10s", "60s..10s", "10..60", "1s..2s..3s", "5s..5s", ""])("%j is refused", async (text) => {
        const { code, stderr } = await warmhello("measure", "package.json", "--between", text)
        expect(stderr).toMatch(/--between <times>' argument '.*' is invalid\. .*(10s\.\.60s|250ms)/)
        expect(code).toBe(2)
    })

    test("is for recordings", async () => {
        const { code, stderr } = await warmhello("measure", "/dev/ttyNONE", "--between", "1s..2s")
        expect(stderr).toContain("--between is for a recording; with a PPK2 there are --wakes and --duration")
        expect(code).toBe(2)
    })
})

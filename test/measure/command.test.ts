// `warmhello measure` as a user runs it, against the test double of a PPK2 and against recordings.
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { readRun } from "#warmhello/run/run.js"
import { FakePpk2 } from "../support/ppk2/fake-ppk2.mjs"
import { alternatingWakes } from "../support/ppk2/script.mjs"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand, warmhello } from "../ts/support/command.js"

const folder = temporaryFolder()
const fakes: FakePpk2[] = []
afterEach(() => {
    for (const fake of fakes.splice(0)) fake.close()
})

const { steps, truth } = alternatingWakes({ wakes: 6, sleepMs: 150, scale: 0.4, jitter: 0.05, seed: 2 })

function plugIn(options: Partial<ConstructorParameters<typeof FakePpk2>[0]> = {}): FakePpk2 {
    const fake = new FakePpk2({ steps, ...options })
    fakes.push(fake)
    return fake
}

let files = 0
const fresh = (suffix: string) => join(folder, `${++files}.${suffix}`)
const codesIn = (path: string) => readRun(path).warnings.map(({ code }) => code)

describe("a measurement", () => {
    test("becomes run.json, a raw trace, and a summary with its warnings first", async () => {
        const [out, raw] = [fresh("json"), fresh("whtrace")]
        const { path } = plugIn()
        const flags = ["--voltage-mv", "3300", "--wakes", "6", "--out", out, "--raw", raw, "--server", "example.com"]
        const { code, stdout, stderr } = await warmhello("measure", path, ...flags)
        expect(stderr).toBe("")
        expect(code).toBe(0)
        expect(stdout).toMatch(/ 1 .* full /)
        expect(stdout.indexOf("warning:")).toBeLessThan(stdout.indexOf("whole wake"))
        expect(stdout).toContain("6 wakes in")
        expect(stdout).toMatch(/Resuming saves .* mJ, no interval/)
        const run = readRun(out)
        expect(run).toMatchObject({
            origin: "measured",
            server: "example.com",
            supply: { voltageV: 3.3, origin: "given" },
        })
        expect(run.rawFile).toBe(`${files}.whtrace`)
        run.wakes.forEach((wake, index) => {
            const { chargeUc = 0, result } = truth[index] ?? {}
            expect(wake.result).toBe(result)
            expect(Math.abs(wake.chargeUc / chargeUc - 1)).toBeLessThan(0.001)
        })
    })

    test("is the same when it is analysed again from its raw trace", async () => {
        const [out, raw, again] = [fresh("json"), fresh("whtrace"), fresh("json")]
        await warmhello("measure", plugIn().path, "--wakes", "4", "--out", out, "--raw", raw)
        expect((await warmhello("measure", "--from", raw, "--out", again)).code).toBe(0)
        const [first, whole] = [readRun(out), readRun(again)]
        // The meter may have delivered more than the four at once.
        expect(whole.wakes.slice(0, 4)).toEqual(first.wakes)
        expect(whole.meter).toEqual({ ...first.meter, kind: "raw" })
        expect((await warmhello("measure", raw, "--wakes", "4", "--out", again)).code).toBe(0)
        expect(readRun(again).wakes).toEqual(first.wakes)
        expect(readRun(again).comparison).toEqual(first.comparison)
        expect((await warmhello("measure", raw, "--wakes", "2", "--out", again)).code).toBe(0)
        expect(readRun(again).wakes).toHaveLength(2)
    })

    test("with the device's log has phases, results and reasons without a single pin", async () => {
        const out = fresh("json")
        const script = steps.map((step) => ({ ...step, levels: 0 }))
        const fake = plugIn({ steps: script, realTime: true })
        const flags = ["--voltage-mv", "3300", "--log-port", fake.logPath, "--wakes", "6", "--out", out]
        const { code, stderr } = await warmhello("measure", fake.path, ...flags)
        expect(stderr).toBe("")
        expect(code).toBe(0)
        const run = readRun(out)
        expect(run.meter?.segmentation).toBe("log")
        expect(run.wakes.map(({ result, reason }) => [result, reason]).slice(0, 2)).toEqual([
            ["full", "disabled"],
            ["resumed", "accepted"],
        ])
        expect(run.wakes.every(({ phases }) => phases.some(({ phase }) => phase === "tls"))).toBe(true)
    })

    test("tells the operator what the next wake must be, where nothing else tells", async () => {
        const script = steps.map((step) => ({ ...step, levels: 0 }))
        const flags = ["--results", "full,resumed", "--wakes", "4", "--voltage-mv", "3300"]
        const { stdout } = await warmhello("measure", plugIn({ steps: script }).path, ...flags)
        expect(stdout).toContain("the next wake must be resumed")
        expect(stdout).toMatch(/Resuming saves .* mJ/)
    })

    test("with --json - leaves nothing but JSON on standard output", async () => {
        const { stdout, stderr } = await warmhello("measure", plugIn().path, "--wakes", "2", "--json", "-")
        expect(JSON.parse(stdout)).toMatchObject({ schema: "warmhello-run", origin: "measured" })
        expect(stderr).toMatch(/\d wakes in/)
    })
})

describe("nothing is lost", () => {
    test("after Ctrl-C: results and raw trace are whole, and the measurement is continued", async () => {
        const [out, raw] = [fresh("json"), fresh("whtrace")]
        const flags = ["--voltage-mv", "3300", "--out", out, "--raw", raw]
        const command = startCommand(["measure", plugIn({ realTime: true }).path, ...flags])
        await command.shows("   2 ")
        command.process.kill("SIGINT")
        const { code, stdout } = await command.ended
        expect(code).toBe(130)
        expect(stdout).toContain("the measurement was ended by hand")
        const before = readRun(out)
        expect(before.wakes.length).toBeGreaterThanOrEqual(2)
        expect(codesIn(out)).toContain("interrupted")

        // Without --continue it is not overwritten.
        const refused = await warmhello("measure", plugIn().path, ...flags)
        expect(refused.stderr).toMatch(/error: there is a .*whtrace already: --continue goes on with it/)

        const more = await warmhello(
            "measure",
            plugIn().path,
            ...flags,
            "--continue",
            "--wakes",
            `${before.wakes.length + 3}`,
        )
        expect(more.code).toBe(0)
        const after = readRun(out)
        expect(after.wakes.slice(0, before.wakes.length)).toEqual(before.wakes)
        expect(after.wakes.length).toBeGreaterThanOrEqual(before.wakes.length + 3)
        expect(after.wakes.at(-1)?.startS).toBeGreaterThan(before.durationS)
        expect(codesIn(out)).not.toContain("interrupted")
    })

    test("after a pulled cable: exit 6, and what was measured is there", async () => {
        const [out, raw] = [fresh("json"), fresh("whtrace")]
        const fake = plugIn({ unplugAfter: 90_000 })
        const flags = ["--voltage-mv", "3300", "--out", out, "--raw", raw]
        const { code, stderr } = await warmhello("measure", fake.path, ...flags)
        expect(code).toBe(6)
        expect(stderr).toMatch(/error: the PPK2 was unplugged\nWhat was measured is kept/)
        expect(readRun(out).wakes.length).toBeGreaterThanOrEqual(2)
        expect(codesIn(out)).toContain("unplugged")
        const again = await warmhello("measure", raw)
        expect(again.stdout).toContain("warning:")
        expect(again.code).toBe(0) // analysed to its end
    })

    test("after a crash in the middle of a block: the trace is read up to there", async () => {
        const [out, raw] = [fresh("json"), fresh("whtrace")]
        await warmhello("measure", plugIn().path, "--wakes", "4", "--raw", raw)
        truncateSync(raw, Math.floor(readFileSync(raw).length * 0.9))
        const { code, stdout } = await warmhello("measure", raw, "--out", out)
        expect(code).toBe(0)
        expect(stdout).toMatch(/breaks off at byte \d+/)
        expect(readRun(out).wakes.length).toBeGreaterThanOrEqual(2)
    })
})

describe("a recording", () => {
    const csv = fresh("csv")
    const text = ["time(ms),current(mA),voltage(V)"]
    for (let index = 0; index < 4000; index++) text.push(`${index},${index % 1000 < 300 ? 80 : 0.01},3.0`)
    writeFileSync(csv, `${text.join("\n")}\n`)

    test("of an INA226 has its own voltage, and wakes by the current", async () => {
        const out = fresh("json")
        expect((await warmhello("measure", csv, "--out", out)).code).toBe(0)
        const run = readRun(out)
        expect(run.supply).toEqual({ voltageV: 3, origin: "measured" })
        expect(run.wakes).toHaveLength(3) // the first was going on when the recording began
        expect(run.wakes[0]?.energyUj).toBeCloseTo(80 * 3.0 * 300, -1)
        expect(codesIn(out)).toContain("first-wake-cut")
    })

    test("comes through a pipe", async () => {
        const out = fresh("json")
        const command = startCommand(["measure", "-", "--out", out], {}, readFileSync(csv))
        expect((await command.ended).code).toBe(0)
        expect(readRun(out).wakes).toHaveLength(3)
    })

    test("that is damaged further on exits 2, and what came before is kept", async () => {
        const [broken, out] = [fresh("csv"), fresh("json")]
        writeFileSync(broken, readFileSync(csv, "utf8").replace(/\n3[6-9]\d\d,/g, "\noops,"))
        await expectError([broken, "--out", out], 2, /error: .*line 3602 has "oops/)
        expect(readRun(out).wakes.length).toBeGreaterThanOrEqual(1)
    })

    test("of slow samples is doubted", async () => {
        const out = fresh("json")
        const slow = fresh("csv")
        writeFileSync(slow, readFileSync(csv, "utf8").replace("time(ms)", "time(s)"))
        await warmhello("measure", slow, "--out", out)
        expect(codesIn(out)).toContain("coarse-sampling")
    })
})

/** One clear message, what to do about it, and the exit code. */
async function expectError(args: string[], code: number, message: string | RegExp): Promise<void> {
    const result = await warmhello("measure", ...args)
    expect(result.stderr).toMatch(message)
    expect(result.stderr.match(/^error:/gm)).toHaveLength(1)
    expect(result.stderr + result.stdout).not.toMatch(/^ +at .*:\d+|node:internal|Error:/m)
    expect(result.code).toBe(code)
}

describe("bad input", () => {
    test("no PPK2 at all exits 6", async () => {
        await expectError([], 6, /error: (no PPK2 is plugged in|the serial ports cannot be listed)/)
    })

    test.each([
        ["a file that is not there", ["no/such.csv"], 2, "error: cannot read no/such.csv"],
        ["a folder", ["docs"], 2, "error: cannot read docs: it is a folder"],
        ["a port that is not there", ["/dev/ttyNONE"], 2, "error: /dev/ttyNONE: there is no such port"],
        ["both a source and --from", ["a.csv", "--from", "b.csv"], 2, /cannot read a.csv|either a source or --from/],
        [
            "source mode without a voltage",
            ["/dev/ttyNONE", "--mode", "source"],
            2,
            "--mode source goes with --voltage-mv",
        ],
        ["a voltage that a PPK2 has not", ["/dev/ttyNONE", "--voltage-mv", "9000"], 2, "a PPK2 takes 800 to 5000 mV"],
        ["a mode that is none", ["/dev/ttyNONE", "--mode", "volt"], 2, "Allowed choices are ampere, source"],
        [
            "thresholds the wrong way round",
            ["/dev/ttyNONE", "--asleep-ua", "9000"],
            2,
            "--asleep-ua must be below --awake-ua",
        ],
        ["results that are none", ["/dev/ttyNONE", "--results", "cold"], 2, "It must be a list of full and resumed"],
        ["--continue without a trace", ["/dev/ttyNONE", "--continue"], 2, "--continue goes with --raw"],
        [
            "--continue of nothing",
            ["/dev/ttyNONE", "--continue", "--raw", "no/trace"],
            2,
            "there is no no/trace to continue",
        ],
        ["--log-port with a recording", ["package.json", "--log-port", "x"], 2, "--log-port goes with a PPK2"],
        ["a file that is no recording", ["package.json"], 2, /error: package.json: its first line must name/],
        [
            "--out in no folder",
            ["/dev/ttyNONE", "--out", "no/such/run.json"],
            2,
            "cannot write no/such/run.json: there is",
        ],
        [
            "--json in no folder",
            ["/dev/ttyNONE", "--json", "no/such/run.json"],
            2,
            "error: cannot write no/such/run.json",
        ],
    ])("%s", async (_, args, code, message) => {
        await expectError(args, code, message)
    })

    test("a trace without a single wake exits 2, and says between which currents it lies", async () => {
        const [csv, out] = [fresh("csv"), fresh("json")]
        const lines = Array.from({ length: 500 }, (_, index) => `${index},0.012`)
        writeFileSync(csv, `time(ms),current(mA)\n${lines.join("\n")}\n`)
        await expectError([csv, "--out", out], 2, /error: no wake was seen\nWas the device powered/)
        expect(codesIn(out)).toContain("no-wakes")
        expect(existsSync(`${out}.part`)).toBe(false)
    })

    test("a PPK2 whose calibration breaks off exits 6", async () => {
        await expectError([plugIn({ metadata: "cut" }).path], 6, /error: .*the calibration breaks off/)
    })

    test("another device on the port exits 2, with what it answers", async () => {
        await expectError([plugIn({ otherDevice: "OK\r\n" }).path], 2, /answers "OK.*", which no PPK2 does/)
    })
})

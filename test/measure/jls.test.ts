// .jls through pyjls, where it is installed: in the environment that set-up makes for CI, or any other.
import { spawnSync } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { readRun } from "#warmhello/run/run.js"
import { skipped } from "../support/needs.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand } from "../ts/support/command.js"

const folder = temporaryFolder()

const ofSetup = checkoutPath("build/python/bin/python3")
const python = process.env.WARMHELLO_PYTHON ?? (existsSync(ofSetup) ? ofSetup : "python3")
const missing =
    spawnSync(python, ["-c", "import pyjls"]).status === 0
        ? undefined
        : skipped("there is no pyjls (npm run setup -- --ci)")

const measure = (...args: string[]) => startCommand(["measure", ...args], { WARMHELLO_PYTHON: python }).ended

function makeTwo(by: "ids" | "utc"): string {
    const path = join(folder, `two-${by}.jls`)
    const made = spawnSync(python, [checkoutPath("test/support/make_jls_two.py"), path, by], { encoding: "utf8" })
    expect(made.stderr).toBe("")
    return path
}

function makeFile(name: string, voltage: "voltage" | "no-voltage"): string {
    const path = join(folder, name)
    const made = spawnSync(python, [checkoutPath("test/support/make_jls.py"), path, voltage], { encoding: "utf8" })
    expect(made.stderr).toBe("")
    return path
}

describe.skipIf(missing !== undefined)(`.jls${missing === undefined ? "" : `: ${missing}`}`, () => {
    test("has its own voltage, and what the Joulescope missed is a gap", async () => {
        const out = join(folder, "run.json")
        const { code, stderr } = await measure(makeFile("js220.jls", "voltage"), "--out", out)
        expect(stderr).toBe("")
        expect(code).toBe(0)
        const run = readRun(out)
        expect(run.meter).toMatchObject({ kind: "jls", sampleRateHz: 10_000, samples: 9990, lostSamples: 10 })
        expect(run.supply.origin).toBe("measured")
        expect(run.wakes).toHaveLength(1)
        expect(run.wakes[0]?.energyUj).toBeCloseTo(80 * 3 * 100, 0)
    })

    test("without a voltage takes the one that is given", async () => {
        const out = join(folder, "run.json")
        await measure(makeFile("current.jls", "no-voltage"), "--voltage-mv", "3600", "--out", out)
        expect(readRun(out).wakes[0]?.energyUj).toBeCloseTo(80 * 3.6 * 100, 0)
    })

    test("of two instruments lists them, and takes the one that is named", async () => {
        const path = makeTwo("ids")
        const asked = await measure(path)
        expect(asked.stderr).toMatch(/error: .*2 instruments: JS220-000001, JS220-000002\n.*--instrument/)
        expect(asked.code).toBe(2)
        const wrong = await measure(path, "--instrument", "JS110")
        expect(wrong.stderr).toMatch(/no instrument JS110; there are: JS220-000001, JS220-000002/)
        const out = join(folder, "run.json")
        await measure(path, "--instrument", "JS220-000002", "--voltage-mv", "3300", "--out", out)
        expect(readRun(out).supply).toEqual({ voltageV: 3.3, origin: "given" })
        expect(readRun(out).wakes[0]?.energyUj).toBeCloseTo(10 * 3.3 * 300, 0)
    })

    test.each(["ids", "utc"] as const)("aligns voltage and current by %s, sample by sample", async (by) => {
        const out = join(folder, "run.json")
        await measure(makeTwo(by), "--instrument", "JS220-000001", "--segment", "current", "--out", out)
        const { wakes, meter } = readRun(out)
        expect(wakes).toHaveLength(3)
        for (const { energyUj } of wakes) expect(energyUj).toBeCloseTo(80 * 3 * 300, 0)
        expect(meter?.lostSamples).toBe(10) // the current was recorded before the voltage
    })

    test("has its general-purpose inputs as pins", async () => {
        const out = join(folder, "run.json")
        await measure(makeTwo("ids"), "--instrument", "JS220-000001", "--out", out)
        const { wakes, meter } = readRun(out)
        expect(meter?.segmentation).toBe("channels")
        expect(wakes.map(({ durationMs }) => Math.round(durationMs))).toEqual([300, 300, 300])
    })

    test("that is none exits 2, in its reader's words", async () => {
        const path = join(folder, "text.jls")
        writeFileSync(path, "this is no recording\n".repeat(1000))
        const { code, stderr } = await measure(path)
        expect(stderr).toMatch(/error: .*text.jls: pyjls cannot read it/)
        expect(code).toBe(2)
    })
})

test("a .jls without pyjls exits 6, and says how to install it", async () => {
    const path = join(folder, "some.jls")
    writeFileSync(path, "")
    const command = startCommand(["measure", path], { WARMHELLO_PYTHON: "no-such-python" })
    const { code, stderr } = await command.ended
    expect(stderr).toMatch(/error: .*needs Joulescope's reader[\s\S]*python3 -m pip install pyjls/)
    expect(code).toBe(6)
})

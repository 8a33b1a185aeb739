import { readFileSync, writeFileSync } from "node:fs"
import { expect, test } from "vitest"
import { WarmhelloError } from "#warmhello/base/errors.js"
import { TemporaryFolder } from "#warmhello/base/temporary.js"
import { checkRun, type Run, readRun, writeRun } from "#warmhello/run/run.js"

const run: Run = {
    schema: "warmhello-run",
    version: 1,
    origin: "measured",
    createdAt: "2026-11-24T12:00:00Z",
    tool: { name: "warmhello", version: "0.1.0", command: "warmhello measure" },
    device: "shed",
    board: "esp32c3_bare",
    firmware: "warmhello 0.1.0",
    server: "example.com:8443",
    supply: { voltageV: 3.3, origin: "set" },
    meter: {
        kind: "ppk2",
        name: "PPK2",
        sampleRateHz: 100_000,
        samples: 1000,
        lostSamples: 0,
        segmentation: "channels",
    },
    durationS: 0.01,
    wakes: [],
    samples: null,
    rawFile: null,
    warnings: [],
}

function refusal(value: unknown): string {
    try {
        checkRun(value, "run.json")
    } catch (error) {
        if (error instanceof WarmhelloError && error.code === "run-unreadable") return error.message
        throw error
    }
    return "accepted"
}

test("what is written is read again as it was", () => {
    using folder = new TemporaryFolder("test")
    const path = folder.file("run.json")
    writeRun(run, path)
    expect(readRun(path)).toEqual(run)
})

test.each([
    ["another version", { ...run, version: 2 }, "version 2"],
    ["another kind of file", { name: "warmhello" }, "is no run.json"],
    ["a number that is none", { ...run, durationS: Number.NaN }, "durationS"],
    ["a negative time", { ...run, durationS: -1 }, "durationS"],
    ["a field without its unit", { ...run, duration: 1 }, "duration"],
    ["a measured run without its meter", { ...run, meter: null }, "meter"],
    ["a supply without a voltage", { ...run, supply: { voltageV: 0, origin: "set" } }, "supply.voltageV"],
])("refuses %s and names it", (_, value, named) => {
    expect(refusal(value)).toContain(named)
})

const wake: Run["wakes"][number] = {
    ...{ n: 1, startS: 0, result: "full", reason: "none", protocol: "TLS1.3", kind: null, error: null },
    ...{ forcedFull: false, bytesTx: null, bytesRx: null, lostSamples: 0, phases: [] },
    ...{ durationMs: 1, chargeUc: 1, energyUj: 3.3, averageUa: 1000, peakUa: 1000 },
}
const phase = { startMs: 0, durationMs: 1, chargeUc: 1, energyUj: 3.3, averageUa: 1000, peakUa: 1000 }

test.each([
    ["a wake that begins before the run", { ...wake, startS: -1 }, "wakes.0.startS"],
    ["a phase that nobody knows", { ...wake, phases: [{ ...phase, phase: "lunch" }] }, "wakes.0.phases.0.phase"],
    ["a current that is none", { ...wake, averageUa: Number.NaN }, "wakes.0.averageUa"],
    ["an endless current", { ...wake, peakUa: Number.POSITIVE_INFINITY }, "wakes.0.peakUa"],
    ["a range whose ends are swapped", { ...wake, energyRangeUj: [4, 3] }, "wakes.0.energyRangeUj"],
    [
        "phases in another order than a wake's",
        {
            ...wake,
            phases: [
                { ...phase, phase: "tls" },
                { ...phase, phase: "boot" },
            ],
        },
        "not in the order of a wake",
    ],
])("refuses %s and names it", (_, value, named) => {
    expect(refusal({ ...run, wakes: [value] })).toContain(named)
})

test("refuses wakes that are not counted upwards, and samples of which some are missing", () => {
    expect(refusal({ ...run, wakes: [wake, wake] })).toContain("not counted upwards")
    const samples = { blockMs: 1, startS: 0, meanUa: [1, 2], minUa: [1], maxUa: [2, 3] }
    expect(refusal({ ...run, samples })).toContain("differ in length")
})

test("never writes what it could not read", () => {
    using folder = new TemporaryFolder("test")
    const path = folder.file("run.json")
    writeFileSync(path, "before")
    expect(() => writeRun({ ...run, durationS: Number.NaN }, path)).toThrow("durationS")
    expect(readFileSync(path, "utf8")).toBe("before")
})

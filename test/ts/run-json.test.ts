import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { checkRun, type Run, readRun, writeRun } from "#warmhello/energy/run.js"
import { WarmhelloError } from "#warmhello/errors.js"

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
    const path = join(mkdtempSync(join(tmpdir(), "warmhello-")), "run.json")
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

test("never writes what it could not read", () => {
    const path = join(mkdtempSync(join(tmpdir(), "warmhello-")), "run.json")
    writeFileSync(path, "before")
    expect(() => writeRun({ ...run, durationS: Number.NaN }, path)).toThrow("durationS")
    expect(readFileSync(path, "utf8")).toBe("before")
})

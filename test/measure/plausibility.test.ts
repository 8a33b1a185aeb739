// What cannot be is refused, or said before everything else; what a meter could not show is said, too.
import { describe, expect, test } from "vitest"
import { Measurement } from "#warmhello/measure/measurement.js"
import { parseMetadata } from "#warmhello/measure/ppk2/calibration.js"
import { standardThresholds } from "#warmhello/measure/segment/segmenter.js"
import type { Gap, MeterKind } from "#warmhello/measure/source.js"
import type { Run } from "#warmhello/run/run.js"
import { metadataText } from "../support/ppk2/readings.mjs"
import { codesOf } from "./support.js"

interface Samples {
    currentUa: number[]
    voltageMv?: number
    kind?: MeterKind
    gap?: Gap
}

function measured({ currentUa, voltageMv, kind = "csv", gap }: Samples): Run {
    const measurement = new Measurement({
        ...{ thresholds: standardThresholds, segmentation: "auto", wantsLog: false, results: [], supply: undefined },
        ...{ rawFile: null, fromRaw: false, seed: 1, precision: 0.05, onCut: () => {}, onWake: () => {} },
        about: {
            tool: { name: "warmhello", version: "0.0.0", command: "test" },
            ...{ device: "device", board: "board", firmware: "firmware", server: "server" },
        },
    })
    measurement.add({
        kind: "acquisition",
        acquisition: {
            meter: { kind, name: "meter", sampleRateHz: 1000 },
            ...{ supply: { voltageMv: 3300, origin: "given" }, metadata: null, startedAt: "2026-11-24T12:00:00.000Z" },
        },
    })
    measurement.add({
        ...{ kind: "samples", startUs: 0, stepUs: 1000, durationsUs: null, channels: null },
        currentUa: Float32Array.from(currentUa),
        voltageMv: voltageMv === undefined ? null : new Float32Array(currentUa.length).fill(voltageMv),
    })
    if (gap !== undefined) measurement.add(gap)
    measurement.add({ kind: "end", why: "done", detail: "" })
    measurement.finish()
    return measurement.run()
}

/** Sleep, a wake whose current is never twice the same and at most `peakUa`, and sleep again. */
const wake = (peakUa: number, limitUa = Number.POSITIVE_INFINITY) =>
    Array.from({ length: 900 }, (_, index) => {
        const noise = 1 - ((index * 7919) % 1009) / 5000
        return index < 300 || index >= 600 ? 10 * noise : Math.min(limitUa, peakUa * noise)
    })

describe("a calibration", () => {
    test.each([
        ["a shunt that is no Ohm of this world", /^R0: .*$/m, "R0: 2.9e27", "R0 of 2.9e\\+27"],
        ["a shunt ten times too large", /^R4: .*$/m, "R4: 0.43", "R4 of 0.43"],
        ["an offset beyond the converter", /^O1: .*$/m, "O1: -2701110012200231.0", "O1 of -2700000000000000"],
        ["a gain of 9", /^UG3: .*$/m, "UG3: 9", "UG3 of 9"],
    ])("with %s is refused by name", (_, line, broken, named) => {
        expect(() => parseMetadata(metadataText().replace(line, broken))).toThrow(new RegExp(`impossible: ${named}$`))
    })

    test("whose factors were never set is that of any PPK2, and says which shunts it lacks", () => {
        const unset = metadataText().replace(/^(\w+\d): .*$/gm, "$1: 0.0000")
        const { calibration, missing } = parseMetadata(unset)
        expect(calibration.r).toEqual([1031.64, 101.65, 10.15, 0.94, 0.043])
        expect(missing).toEqual(["R0", "R1", "R2", "R3", "R4"])
    })
})

describe("said before everything else", () => {
    test.each([
        [
            "a current of a factory",
            { currentUa: wake(90e6) },
            "current-impossible",
            /90 A: a board draws less than 3 A/,
        ],
        ["more than a PPK2 can", { currentUa: wake(2e6), kind: "ppk2" as const }, "current-impossible", /up to 1 A/],
        ["less than 1 nA", { currentUa: [0, 0.0001, 0] }, "current-impossible", /never reaches 1 nA/],
        ["volts taken for millivolts", { currentUa: wake(90_000), voltageMv: 3 }, "voltage-impossible", /0.003 V/],
        [
            "a current at its meter's limit",
            { currentUa: wake(1_200_000, 819_187) },
            "current-clipped",
            /0.819 A exactly/,
        ],
    ])("%s", (_, samples, code, message) => {
        const [first] = measured(samples).warnings
        expect(first?.code).toBe(code)
        expect(first?.message).toMatch(message)
    })

    test("but not what boards do: 2 A at 12 V, or a current that stands still all over", () => {
        const codes = (run: Run) => codesOf(run).filter((code) => /impossible|clipped/.test(code))
        expect(codes(measured({ currentUa: wake(2e6), voltageMv: 12_000 }))).toEqual([])
        const flat = Array.from({ length: 900 }, (_, index) => (index < 300 ? 10 : index < 600 ? 80_000 : 60_000))
        expect(codes(measured({ currentUa: flat }))).toEqual([])
    })
})

test("lost samples are a share of what should have come, with advice for the instrument that lost them", () => {
    const gap: Gap = { kind: "gap", startUs: 900_000, durationUs: 1_800_000, samples: 1800, why: "lost" }
    const lost = measured({ currentUa: wake(90_000), kind: "jls", gap }).warnings.find(
        ({ code }) => code === "lost-samples",
    )
    expect(lost?.message).toBe("1800 samples of 2700 lost (66.667 %)")
    expect(lost?.advice).toMatch(/Joulescope/)
    expect(lost?.advice).not.toMatch(/PPK2/)
})

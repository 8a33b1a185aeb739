import { describe, expect, test } from "vitest"
import { errorCodes } from "#warmhello/base/errors.js"
import { summaryLines, wakeLine } from "#warmhello/cli/measure-summary.js"
import { warning, warningCodes } from "#warmhello/measure/warnings.js"
import { alternatingWakes } from "../support/ppk2/script.mjs"
import { measureScript } from "./support.js"

const { steps } = alternatingWakes({ wakes: 12, sleepMs: 100, scale: 0.4, jitter: 0.05, seed: 2 })
const run = measureScript(steps)

describe("the summary", () => {
    test("has the currents and warnings first, then phases, then what resuming saves and where that lies", () => {
        const lines = summaryLines(run, 100)
        expect(lines[0]).toMatch(/^ASLEEP /)
        expect(lines[2]).toMatch(/^warning: 6 pairs/)
        const text = lines.join("\n")
        expect(text).toMatch(/│ tls +│ +[\d.]+ │ +[\d.]+ │ +[\d.]+ │ +[\d.]+ │/)
        expect(text).toMatch(/Resuming saves [\d.]+ mJ, between [\d.]+ and [\d.]+ \([\d.]+ % of a full wake\)\./)
        expect(text).toMatch(/^TLS is \d+ % of a full wake, and \d+ % of a resumed wake\.$/m)
        expect(text).toMatch(/In TLS alone: [\d.]+ mJ, between/)
        expect(text).toMatch(/\d+ pairs are enough to tell the difference to 5 %\./)
    })

    test("fits a narrow terminal", () => {
        const table = summaryLines(run, 40).find((line) => line.includes("whole wake")) ?? ""
        for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(45)
        for (const wake of run.wakes) expect(wakeLine(wake, 40).length).toBeLessThanOrEqual(40)
    })

    test("has one line for warnings of one kind", () => {
        const many = { ...run, warnings: [1, 2, 3].map((n) => warning("wakes-lossy", "so it is", n)) }
        expect(summaryLines(many, 100)).toContain("warning: wake 1: so it is (and 2 more)")
    })
})

describe.each(warningCodes)("the warning %s", (code) => {
    test("says what to do", () => {
        expect(warning(code, "it is so").advice).toMatch(/^[A-Z].*[^.,;]\S*$/)
    })
})

test("errors and warnings of one name are of one thing", () => {
    const both = warningCodes.filter((code) => (errorCodes as readonly string[]).includes(code))
    expect(both.toSorted()).toEqual(["interrupted", "no-wakes"])
})

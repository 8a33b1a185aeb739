// docs/MEASURING.md says what the model answers now, and the ratio in it is that of docs/PERFORMANCE-TABLES.md.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { MEASURING_PAGE, PERFORMANCE_TABLES, replaceSection } from "#dev/docs/pages.js"
import { BEARSSL_RESUMED_RATIO, claims, validate } from "#dev/energy/validation.js"
import { validationMarkdown } from "#dev/energy/validation-tables.js"
import { checkoutPath } from "#warmhello/base/paths.js"

const page = (path: string) => readFileSync(checkoutPath(path), "utf8")

test("the table of published measurements is what the model answers: npm run validate:energy -- --write", () => {
    const text = page(MEASURING_PAGE)
    expect(replaceSection(text, validationMarkdown(validate(), claims()), "npm run validate:energy")).toBe(text)
})

test("what was only said is set beside the model, and the misses are told as such", () => {
    const verdicts = Object.fromEntries(claims().map(({ claim, verdict }) => [claim, verdict]))
    expect(verdicts["a handshake takes less energy at 160 than at 80 MHz"]).not.toBe("no")
    expect(verdicts["ECDSA takes less than RSA"]).toBe("no")
    for (const { model } of claims()) expect(model.low).toBeLessThan(model.high)
})

test("at least four publications and three chips are in it, hits and misses", () => {
    const all = validate()
    expect(new Set(all.map(({ source }) => source)).size).toBeGreaterThanOrEqual(4)
    for (const chip of ["ESP32:", "ESP32-C3", "ESP8266"]) {
        expect(all.some(({ what }) => what.includes(chip))).toBe(true)
    }
    expect(new Set(all.map(({ inRange }) => inRange))).toEqual(new Set([true, false]))
})

/** Instructions in millions, full and resumed, as docs/PERFORMANCE-TABLES.md has them. */
function instructions(kind: string, stack: string): [number, number] {
    const row = page(PERFORMANCE_TABLES)
        .split("\n")
        .find((line) => line.startsWith(`| ${kind} | ${stack} | `))
    const [, , , full, resumed] = (row ?? "").split("|").map((cell) => cell.trim())
    return [Number(full), Number(resumed)]
}

test("what BearSSL takes beside us is what the bench measured", () => {
    const [, theirs] = instructions("TLS 1.2 session ID", "BearSSL")
    const [, ours] = instructions("TLS 1.2 session ID", "warmhello")
    expect(BEARSSL_RESUMED_RATIO / (theirs / ours)).toBeCloseTo(1, 1)
})

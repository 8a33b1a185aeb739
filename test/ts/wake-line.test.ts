import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { WarmhelloError } from "#warmhello/base/errors.js"
import { parseWakeLine } from "#warmhello/run/wake-line.js"

/** What the firmware writes: test/c/test_wake.c compares its lines with these. */
const lines = readFileSync(join(import.meta.dirname, "../vectors/wake-lines.txt"), "utf8")
    .trimEnd()
    .split("\n")
const [offline = "", resumed = "", full = "", overdue = "", crashing = ""] = lines

function codeFor(line: string): string | undefined {
    try {
        parseWakeLine(line)
        return undefined
    } catch (error) {
        return error instanceof WarmhelloError ? error.code : String(error)
    }
}

test("reads the firmware's line of a wake that resumed", () => {
    expect(parseWakeLine(resumed)).toMatchObject({
        wake: 17,
        cause: "deep-sleep",
        sleptMs: 600_000,
        marksUs: { boot: 1200, tls: 265_000, closing: 318_000 },
        connect: { result: "resumed", reason: "accepted", kind: "psk" },
    })
})

test("reads one of a wake that was told to make a full handshake, and one that never got online", () => {
    expect(parseWakeLine(full)).toMatchObject({ forcedFull: true, connect: { result: "full", reason: "disabled" } })
    expect(parseWakeLine(offline)).toMatchObject({ marksUs: { boot: 900, closing: 10_000_900 }, connect: null })
})

test("reads whether the app ended the wake or its deadline, or was not even started", () => {
    expect(parseWakeLine(resumed)).toMatchObject({ endedBy: "app" })
    expect(parseWakeLine(overdue)).toMatchObject({
        cause: "crash",
        endedBy: "deadline",
        marksUs: { closing: 30_002_000 },
    })
    expect(parseWakeLine(crashing)).toMatchObject({ cause: "crash", endedBy: "crashes", connect: null })
})

test("finds the line behind a logger's time and colour, and before a carriage return", () => {
    expect(parseWakeLine(`\x1b[0;32mI (318) wh: ${resumed}\r`)).toMatchObject({ wake: 17 })
})

test("other lines of the log are none of its business", () => {
    expect(parseWakeLine("I (318) wifi: connected")).toBeUndefined()
})

test("a line that was cut is an error, not a wake", () => {
    expect(codeFor(resumed.slice(0, -5))).toBe("wake-line-unreadable")
})

test("a line of another version is refused", () => {
    expect(codeFor(resumed.replace('"v":1', '"v":2'))).toBe("wake-line-unreadable")
})

test("a line whose marks go back in time is refused", () => {
    expect(codeFor(resumed.replace('"tcp":224000', '"tcp":1000'))).toBe("wake-line-unreadable")
})

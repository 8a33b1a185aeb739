import { describe, expect, test } from "vitest"
import { Output } from "#warmhello/cli/output.js"
import { fittingColumns, WakeTable } from "#warmhello/cli/wake-table.js"
import { madeUpWake, resumedWake } from "./support/wakes.js"

/** A terminal of some width that remembers its lines. */
class Terminal extends Output {
    readonly lines: string[] = []

    constructor(readonly width: number) {
        super(undefined)
    }

    override get columns(): number {
        return this.width
    }

    override line(text = ""): void {
        this.lines.push(text)
    }
}

const longest = resumedWake(1_000_000, {
    cipher: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    handshakeMs: 10_000,
    ageIsReal: true,
    error: { code: "certificate-not-yet-valid", message: "", hint: "" },
})

describe.each([40, 60, 80, 100, 120, 160])("in a terminal of %i columns", (width) => {
    test("neither the head nor a row is longer than a line", () => {
        const terminal = new Terminal(width)
        const table = new WakeTable(terminal)
        table.row(madeUpWake())
        table.row(longest)
        expect(terminal.lines).toHaveLength(3)
        for (const line of terminal.lines) expect(line.length).toBeLessThanOrEqual(width)
    })

    test("the wake and its result are shown", () => {
        expect(fittingColumns(width).slice(0, 2)).toEqual(["wake", "result"])
    })
})

test("the first columns stay even when they do not fit", () => {
    expect(fittingColumns(0)).toEqual(["wake", "result"])
})

test("without a terminal all columns are shown", () => {
    const all = fittingColumns(Number.POSITIVE_INFINITY)
    expect(all).toEqual(
        expect.arrayContaining(["why", "protocol", "cipher", "group", "kind", "handshake", "server says"]),
    )
    expect(fittingColumns(79).every((title) => all.includes(title))).toBe(true)
})

test("a wider terminal never shows fewer columns", () => {
    for (let width = 1; width < 200; width++) {
        expect(fittingColumns(width).length).toBeGreaterThanOrEqual(fittingColumns(width - 1).length)
    }
})

describe("a row", () => {
    function rowOf(...[wake]: Parameters<WakeTable["row"]>): string {
        const terminal = new Terminal(Number.POSITIVE_INFINITY)
        new WakeTable(terminal).row(wake)
        return terminal.lines[1] ?? ""
    }

    test("shows what a resumed wake cost and what both sides say", () => {
        const row = rowOf(resumedWake(2))
        for (const text of ["2", "resumed", "accepted", "TLS1.3", "psk", "10m", "x25519", "8.00 ms", "402", "241"]) {
            expect(row).toContain(text)
        }
        expect(row.trimEnd()).toMatch(/ resumed$/)
    })

    test("marks a session's age that follows the real clock", () => {
        expect(rowOf(resumedWake(2, { ageIsReal: true, sessionAgeS: 3 }))).toContain("real 3s")
    })

    test("shows the error of a failed wake in place of the reason", () => {
        const error = { code: "wrong-name", message: "", hint: "" } as const
        const row = rowOf(madeUpWake({ result: "failed", error, handshakeMs: null, serverSaysResumed: null }))
        expect(row).toMatch(/failed +wrong-name/)
    })
})

import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { encode } from "cborg"
import fc from "fast-check"
import { expect, test } from "vitest"
import { type CompactOutcome, compactOf, decodeOutcome, encodeOutcome } from "#warmhello/base/compact-outcome.js"
import { outcomeSchema } from "#warmhello/base/outcome.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { parseWakeLine } from "#warmhello/run/wake-line.js"

/** What the firmware prints of a wake. */
const wakeLines = readFileSync(checkoutPath("test/vectors/wake-lines.txt"), "utf8").split("\n")

const resumption: CompactOutcome = {
    version: 1,
    result: "resumed",
    reason: "accepted",
    error: null,
    protocol: "TLS1.3",
    kind: "psk",
    attempts: 1,
    endingCas: "none",
    earlyData: null,
    clock: "known",
    handshakeMs: 61,
    handshakeBytes: 773,
    sessionAgeS: 3600,
    firmware: 10402,
    energyMj: null,
}

/** The items of its array, of which a test changes some. */
const items = (): unknown[] => [1, 0x22ba, 1, 0, 61, 773, 3600, 10402]
const changed = (at: number, value: unknown) => decodeOutcome(encode(items().with(at, value)))

const U16_MAX = 65535
test("what a device writes in C is read here, whatever the values, and written alike", () => {
    fc.assert(
        fc.property(fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seed) => {
            const program = checkoutPath("build/asan/tests/compact_outcomes")
            const lines = execFileSync(program, [`${seed}`, "2000"], { encoding: "utf8" })
                .trimEnd()
                .split("\n")
            expect(lines.length).toBe(2000)
            for (const line of lines) {
                const [, hex = "", firmware, energyMj, json = ""] = /^(\S+) (\d+) (\d+) (.*)$/.exec(line) ?? []
                const outcome = outcomeSchema.parse(JSON.parse(json))
                const compact = compactOf(outcome, { firmware: Number(firmware), energyMj: Number(energyMj) })
                expect(decodeOutcome(Buffer.from(hex, "hex")), line).toEqual(compact)
                expect(Buffer.from(encodeOutcome(compact)).toString("hex"), line).toBe(hex)
                expect(hex.length, line).toBeLessThanOrEqual(48)
            }
        }),
        { numRuns: 5 },
    )
})

test("the example of docs/SPEC.md is what it says", () => {
    const spec = readFileSync(checkoutPath("docs/SPEC.md"), "utf8")
    const [, example = ""] = spec.split("A resumption as an example")
    const bytes = (/```\n([0-9a-f ]+)\n```/.exec(example)?.[1] ?? "").replaceAll(" ", "")
    expect(decodeOutcome(Buffer.from(bytes, "hex"))).toEqual(resumption)
    expect(Buffer.from(encodeOutcome(resumption)).toString("hex")).toBe(bytes)
})

test("of a later version as much is read as is known here", () => {
    const later = [2, 2 ** 20 + 0x22ba, 1, 0, 61, 773, 3600, 10402, 0, "more", { of: ["it"] }]
    expect(decodeOutcome(encode(later))).toEqual({ ...resumption, version: 2 })
    expect(decodeOutcome(encode([2, 0b0100, 255, 255, 61, 773, null, "1.4.2"]))).toMatchObject({
        ...{ version: 2, result: "pending", reason: "unknown", error: "unknown", protocol: "TLS1.2" },
        ...{ sessionAgeS: null, firmware: null },
    })
})

test("what newer firmware means by a number that is not known here is unknown, and the rest is read", () => {
    expect(changed(2, 200)).toEqual({ ...resumption, reason: "unknown" })
    expect(changed(3, 255)).toEqual({ ...resumption, error: "unknown" })
    expect(changed(1, 0x22ba | (7 << 4))).toEqual({ ...resumption, kind: "unknown" })
    expect(changed(1, 0x22ba | (3 << 13))).toEqual({ ...resumption, clock: "unknown" })
})

test.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("resumed")],
    ["JSON", Buffer.from('{"result":"resumed"}')],
    ["another array", encode([1, 2, 3])],
    ["an object", encode({ version: 1 })],
    ["version 0", encode(items().with(0, 0))],
    ["a version that is text", encode(items().with(0, "1"))],
    ["a number too large", encode(items().with(4, U16_MAX + 1))],
    ["one that is too large for any integer", encode(items().with(1, 2n ** 64n - 1n))],
    ["a fraction", encode(items().with(5, 0.5))],
    ["a negative time", encode(items().with(4, -1))],
    ["an age out of range", encode(items().with(6, -U16_MAX - 2))],
    ["an age in minutes that has room in seconds", encode(items().with(6, -1091))],
    ["more items than this version has", encode([...items(), 1, 1])],
    ["a firmware that is text", encode(items().with(7, "1.4.2"))],
    ["something behind it", Buffer.concat([encode(items()), Buffer.of(0)])],
    ["one that is cut", encode(items()).subarray(0, -1)],
    ["a length longer than needed", Buffer.from(`9808${Buffer.from(encode(items())).toString("hex").slice(2)}`, "hex")],
    ["an array without an end", Buffer.from("9f01", "hex")],
    ["arrays in arrays", Buffer.alloc(64, 0x81)],
    ["an array of billions", Buffer.from("9affffffff01", "hex")],
    ["a later version that is too long", encode([2, ...items().slice(1), "x".repeat(60)])],
])("%s is none", (_, bytes) => {
    expect(decodeOutcome(bytes)).toBeUndefined()
})

test("no bytes make the reader throw, and what it reads it could write", () => {
    const damaged = fc
        .tuple(fc.nat(17), fc.nat(255))
        .map(([at, value]) => Buffer.from(encode(items())).map((byte, index) => (index === at ? value : byte)))
    fc.assert(
        fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), damaged), (bytes) => {
            const read = decodeOutcome(bytes)
            const isKnown = read !== undefined && !JSON.stringify(read).includes('unknown"')
            if (isKnown) expect(decodeOutcome(encodeOutcome(read))).toEqual({ ...read, version: 1 })
        }),
        { numRuns: 20_000 },
    )
})

test("an outcome in full, as a wake's line has it, is told as a device would", () => {
    const { connect } = parseWakeLine(wakeLines[1] ?? "") ?? {}
    expect(connect && compactOf(connect, { firmware: 10402 })).toEqual({
        ...resumption,
        ...{ handshakeMs: 41, handshakeBytes: 771, sessionAgeS: 600, endingCas: "some" },
    })
})

test("a tool that gives a word without a number is told so", () => {
    expect(() => encodeOutcome({ ...resumption, reason: "unknown" })).toThrow(RangeError)
    expect(() => encodeOutcome({ ...resumption, error: "unknown" })).toThrow(RangeError)
})

// What is a report: every form that warmhello itself writes, and nothing else.
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { encodeOutcome } from "#warmhello/base/compact-outcome.js"
import { Pattern } from "#warmhello/fleet/pattern.js"
import { readMessage, reportsIn } from "#warmhello/fleet/told.js"

const compact = encodeOutcome({
    ...{ version: 1, result: "full", reason: "refused", error: null, protocol: "TLS1.3", kind: "psk" },
    ...{ attempts: 2, endingCas: "some", earlyData: null, clock: "known", handshakeMs: 610, handshakeBytes: 2600 },
    ...{ sessionAgeS: 600, firmware: 7, energyMj: 250 },
})

/** Of the C example (wh_outcome_json). */
const outcome = {
    ...{ result: "resumed", reason: "accepted", error: null, alert: -1, wolfsslError: 0, protocol: "TLS1.3" },
    ...{
        kind: "psk",
        cipher: "TLS_AES_128_GCM_SHA256",
        group: "x25519",
        handshakeUs: 61500,
        bytesTx: 370,
        bytesRx: 251,
    },
    ...{ flights: 3, totalTx: 500, totalRx: 400, sessionAgeS: 600, sessionLifetimeS: 7200, stored: "rtc" },
    ...{ storeError: null, backoffS: 0, cas: 2, casUsable: 2, casEnding: 1, clock: "known" },
}

describe("a report is read", () => {
    test("from a compact outcome", () => {
        expect(readMessage(compact)).toMatchObject({
            told: {
                ...{ result: "full", reason: "refused", kind: "psk", protocol: "TLS1.3", attempts: 2 },
                ...{ handshakeMs: 610, handshakeBytes: 2600, sessionAgeS: 600, firmware: "7" },
                ...{ caEndsSoon: true, energyMj: 250, error: null },
            },
        })
    })

    test("from its digits, and from a line of a server's log that has them of a device's header", () => {
        const digits = Buffer.from(compact).toString("hex")
        expect(readMessage(Buffer.from(`${digits}\n`))).toEqual(readMessage(compact))
        expect([...reportsIn({ device: "porch", at: "2026-11-30T18:00:00+00:00", outcome: digits })]).toMatchObject([
            { told: { device: "porch", atMs: Date.UTC(2026, 10, 30, 18), result: "full", firmware: "7" } },
        ])
    })

    test("from the outcome's own JSON", () => {
        expect(readMessage(Buffer.from(JSON.stringify(outcome)))).toMatchObject({
            told: { result: "resumed", handshakeMs: 61.5, handshakeBytes: 621, caEndsSoon: true },
        })
    })

    test("from each wake of a file, with what the file says of all", () => {
        const file = {
            ...{ device: "porch", firmware: "1.2", server: "mq.example:8883" },
            wakes: [
                { result: "full", reason: "none", energyUj: 250_000 },
                { result: "failed", error: { code: "connection-refused", message: "no" } },
            ],
        }
        expect([...reportsIn(file)]).toMatchObject([
            { told: { device: "porch", firmware: "1.2", server: "mq.example:8883", energyMj: 250 } },
            { told: { device: "porch", result: "failed", error: "connection-refused" } },
        ])
    })

    test("from a wake's line, whose connect may have come to nothing", () => {
        const line = { v: 1, wake: 4, cause: "deep-sleep", connect: null, device: "a" }
        expect([...reportsIn(line)]).toMatchObject([{ told: { result: "failed", error: null } }])
        expect([...reportsIn({ ...line, connect: { ...outcome, result: "pending" } })]).toMatchObject([
            { told: { result: "failed", handshakeBytes: 621 } },
        ])
    })

    test("with a kind of session that only newer firmware knows", () => {
        const text = JSON.stringify({ result: "resumed", reason: "accepted", kind: "external-psk" })
        expect(readMessage(Buffer.from(text))).toMatchObject({ told: { kind: "external-psk" } })
    })
})

describe("no report is", () => {
    test.each([
        ["nothing", ""],
        ["JSON without a result", '{"reason":"none"}'],
        ["a result that there is not", '{"result":"warm"}'],
        ["a list", '[{"result":"full"}]'],
        ["digits of something else", "8801190e10"],
        ["a header that somebody else has made up", '{"device":"a","outcome":"-"}'],
        [
            "one that is cut",
            `{"device":"a","result":"full","outcome":"${Buffer.from(compact).toString("hex").slice(0, 8)}"}`,
        ],
        ["a negative time", '{"result":"full","handshakeMs":-1}'],
        ["a word that could be markup", '{"result":"full","reason":"<b>"}'],
        ["a firmware that would move a cursor", '{"result":"full","firmware":"\\u001b[2J"}'],
    ])("%s", (_, text) => {
        expect(readMessage(Buffer.from(text))).toHaveProperty("refused")
    })

    test("what is too long", () => {
        const long = Buffer.from(JSON.stringify({ result: "full", reason: "none", filler: "x".repeat(20_000) }))
        expect(readMessage(long)).toEqual({ refused: "too-long" })
    })

    test("any bytes that nobody has thought of; and nothing is thrown", () => {
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
                const read = readMessage(bytes)
                if ("told" in read) expect(["full", "resumed", "failed"]).toContain(read.told.result)
            }),
            { seed: 3, numRuns: 3000 },
        )
        fc.assert(
            fc.property(fc.jsonValue(), (value) => {
                for (const read of reportsIn({ wakes: [value], ...{ connect: value } })) expect(read).toBeDefined()
            }),
            { seed: 4 },
        )
    })
})

describe("a topic or a path names the device", () => {
    test.each([
        ["warmhello/{device}/outcome", "warmhello/porch/outcome", { device: "porch", server: undefined }],
        ["fleet/{server}/+/{device}/#", "fleet/mq/site/porch/a/b", { device: "porch", server: "mq" }],
        ["{device}", "porch", { device: "porch", server: undefined }],
        ["warmhello/{device}/outcome", "warmhello/porch/reading", undefined],
        ["warmhello/{device}/outcome", "warmhello/porch/outcome/more", undefined],
    ])("%s: %s", (pattern, topic, place) => {
        expect(new Pattern(pattern).match(topic)).toEqual(place)
    })

    test("and brokers get a filter for it", () => {
        expect(new Pattern("fleet/{server}/{device}/#").filter).toBe("fleet/+/+/#")
    })

    test.each(["warmhello", "{device}/{device}", "#/{device}", "a/{dev}/{device}", "{device}/x+"])(
        "%s is no pattern",
        (text) => {
            expect(() => new Pattern(text)).toThrow(/is no pattern/)
        },
    )
})

test("a value as deep as no file of ours is no report, however deep it is", () => {
    const depth = 80_000
    const deep: unknown = JSON.parse(`${'{"wakes":['.repeat(depth)}{"result":"full"}${"]}".repeat(depth)}`)
    expect([...reportsIn(deep)]).toEqual([{ refused: "not-an-outcome" }])
})

test.each(["handshakeMs", "handshakeBytes", "sessionAgeS", "energyMj"])("an absurd %s is no report", (field) => {
    expect([...reportsIn({ result: "full", [field]: 2 ** 32 })]).toMatchObject([{ told: { [field]: 2 ** 32 } }])
    expect([...reportsIn({ result: "full", [field]: 2 ** 53 - 1 })]).toEqual([{ refused: "not-an-outcome" }])
})

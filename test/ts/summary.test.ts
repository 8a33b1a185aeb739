import { expect, test } from "vitest"
import { isAsExpected } from "#warmhello/cli/simulate.js"
import { summarize, summaryLines } from "#warmhello/cli/wake-table.js"
import type { Wake } from "#warmhello/sim/simulation.js"
import { madeUpWake, resumedWake } from "./support/wakes.js"

function summaryOf(wakes: Wake[]) {
    return summarize({ wakes, clock: "skipped", error: undefined })
}

const failedWake = (n: number) => madeUpWake({ n, result: "failed", handshakeMs: null, serverSaysResumed: null })

test("counts wakes by result, and how often the server says the same", () => {
    const summary = summaryOf([
        madeUpWake(),
        resumedWake(2),
        resumedWake(3, { serverSaysResumed: false }),
        failedWake(4),
    ])
    expect(summary).toMatchObject({ wakes: 4, full: { wakes: 1 }, resumed: { wakes: 2 }, failed: 1, serverAgrees: 2 })
})

test("takes medians of full and of resumed wakes apart", () => {
    const times = [1, 100, 2]
    const resumed = times.map((handshakeMs, index) => resumedWake(index + 2, { handshakeMs }))
    const summary = summaryOf([madeUpWake({ handshakeMs: 50 }), ...resumed])
    expect(summary.full?.handshakeMs).toBe(50)
    expect(summary.resumed?.handshakeMs).toBe(2)
})

test("its lines put full and resumed side by side", () => {
    const lines = summaryLines(summaryOf([madeUpWake(), resumedWake(2, { handshakeMs: 1 })]))
    expect(lines).toEqual([
        "2 wakes: 1 full, 1 resumed, 0 failed; the server says the same of 2.",
        "Handshake 8.00 -> 1.00 ms, sent 275 -> 402 B, received 751 -> 241 B, flights 3 (medians).",
        "TLS1.3, TLS_AES_256_GCM_SHA384, key exchange x25519, resumed by psk.",
    ])
})

test("with nothing but failures there are only counts", () => {
    const summary = summaryOf([failedWake(1)])
    expect(summary).toMatchObject({ full: null, resumed: null, serverAgrees: null })
    expect(summaryLines(summary)).toEqual(["1 wake: 0 full, 0 resumed, 1 failed."])
})

test("a run is as expected when the first wake is full and every other one resumed, on both sides", () => {
    expect(isAsExpected([madeUpWake(), resumedWake(2), resumedWake(3)], "psk")).toBe(true)
})

test.each([
    ["the first wake resumed", [resumedWake(1)]],
    ["a later wake was full", [madeUpWake(), madeUpWake({ n: 2 })]],
    ["a later wake failed", [madeUpWake(), failedWake(2)]],
    ["another kind resumed", [madeUpWake(), resumedWake(2, { kind: "ticket" })]],
    ["the server denies the resumption", [madeUpWake(), resumedWake(2, { serverSaysResumed: false })]],
    ["the server says that the first wake resumed", [madeUpWake({ serverSaysResumed: true }), resumedWake(2)]],
])("a run is not as expected when %s", (_, wakes) => {
    expect(isAsExpected(wakes, "psk")).toBe(false)
})

// The server goes silent, or is too slow. One deadline covers all that a connect tries.

import { afterAll, describe, expect, test } from "vitest"
import type { Seen } from "#dev/interop/board.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { AT_ONCE_MS, boardIn, conditions, expectNextWakeSucceeds, wakeWithoutLeak } from "../support/conditions.js"
import { titled } from "../support/titled.js"
import { breakingPoints, step } from "./positions.js"

const identity = await createIdentity("an RSA certificate")
const server = await startNginx({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

/** Long enough for a handshake on a busy machine, short enough to wait for. */
const DEADLINE_MS = 300
/** Timers may be early by the fraction of a millisecond that their clock does not show. */
const EARLY_MS = 2

function expectTimeout({ visit }: Seen): void {
    expect(visit).toMatchObject({ error: "connect-timeout", opened: false, outcome: { result: "failed" } })
    expect(visit.durationMs).toBeGreaterThanOrEqual(DEADLINE_MS - EARLY_MS)
    expect(visit.durationMs).toBeLessThan(DEADLINE_MS + AT_ONCE_MS)
}

for (const condition of conditions) {
    const positions = await breakingPoints(condition, server, identity)

    describe(`${condition.title}: the server goes silent`, () => {
        test.each(titled(positions, "where"))("%s", async (_, { at }) => {
            using board = await boardIn(condition, server, identity)
            board.proxy.plan([step(at, { do: "stall" })], [step(0, { do: "stall" })])
            const seen = await wakeWithoutLeak(board, { connectTimeoutMs: DEADLINE_MS })
            expectTimeout(seen)
            expect(seen.visit.attempts).toBe(condition.stored ? 2 : 1)
            await expectNextWakeSucceeds(board)
        })
    })

    test(`${condition.title}: a server that keeps sending, but too slowly, does not move the deadline`, async () => {
        using board = await boardIn(condition, server, identity)
        const delay = { do: "delay", durationMs: DEADLINE_MS / 5 } as const
        const slow = Array.from({ length: 20 }, (_, index) => step(5 * index, delay))
        board.proxy.plan(slow, slow)
        const seen = await wakeWithoutLeak(board, { connectTimeoutMs: DEADLINE_MS })
        expectTimeout(seen)
        expect(seen.wire.toClient.faults, "the server was sending").toBeGreaterThan(1)
        await expectNextWakeSucceeds(board)
    })
}

const withSession = conditions.filter(({ stored }) => stored)

test.each(titled(withSession, "title"))(
    "%s: a server slower than half of the deadline resumes",
    async (_, condition) => {
        using board = await boardIn(condition, server, identity)
        const late = [step(0, { do: "delay", durationMs: DEADLINE_MS })]
        board.proxy.plan(late, late)
        const { visit } = await wakeWithoutLeak(board, { connectTimeoutMs: 1.6 * DEADLINE_MS })
        expect(visit).toMatchObject({ error: null, attempts: 2, outcome: { result: "resumed", reason: "accepted" } })
    },
)

test.each(titled(withSession, "title"))(
    "%s: silence at the session leaves time to make a full handshake",
    async (_, condition) => {
        using board = await boardIn(condition, server, identity)
        board.proxy.plan([step(0, { do: "stall" })])
        const { visit } = await wakeWithoutLeak(board, { connectTimeoutMs: 2 * DEADLINE_MS })
        expect(visit).toMatchObject({ error: null, attempts: 2, outcome: { result: "full", reason: "fallback" } })
        expect(visit.durationMs).toBeGreaterThanOrEqual(DEADLINE_MS - EARLY_MS)
    },
)

test.each(titled(withSession, "title"))(
    "%s: the second attempt has what is left of the deadline, not a new one",
    async (_, condition) => {
        using board = await boardIn(condition, server, identity)
        const late = [step(0, { do: "delay", durationMs: DEADLINE_MS / 4 }), step(0, { do: "cut", by: "fin" })]
        board.proxy.plan(late, [step(0, { do: "stall" })])
        const seen = await wakeWithoutLeak(board, { connectTimeoutMs: DEADLINE_MS })
        expectTimeout(seen)
        expect(seen.visit.attempts).toBe(2)
        expect(seen.visit.durationMs, "no second deadline after the first attempt").toBeLessThan(1.5 * DEADLINE_MS)
        await expectNextWakeSucceeds(board)
    },
)

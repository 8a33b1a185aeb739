// The connection breaks at each record of the server's handshake and within each.

import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { AT_ONCE_MS, boardIn, conditions, expectNextWakeSucceeds, wakeWithoutLeak } from "../support/conditions.js"
import { titled } from "../support/titled.js"
import { breakingPoints, step } from "./positions.js"

const identity = await createIdentity("an RSA certificate")
const server = await startNginx({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const breaks = [
    { name: "closes (FIN)", fault: { do: "cut", by: "fin" }, errors: ["closed"] },
    // Node tells a reset as a plain end when data came along with it.
    { name: "is reset (RST)", fault: { do: "cut", by: "rst" }, errors: ["connection-lost", "closed"] },
] as const

for (const condition of conditions) {
    const positions = await breakingPoints(condition, server, identity)

    describe.each(titled(breaks, "name"))(`${condition.title}: the connection %s`, (_, { fault, errors }) => {
        test.each(titled(positions, "where"))("%s", async (_, { at }) => {
            using board = await boardIn(condition, server, identity)
            board.proxy.plan([step(at, fault)])
            const { visit } = await wakeWithoutLeak(board)
            expect(visit.durationMs).toBeLessThan(AT_ONCE_MS)
            if (condition.stored) {
                expect(visit).toMatchObject({ error: null, attempts: 2, closedByServer: true })
                expect(visit.outcome).toMatchObject({ result: "full", reason: "fallback" })
            } else {
                expect(errors).toContain(visit.error)
                expect(visit).toMatchObject({ attempts: 1, opened: false, outcome: { result: "failed" } })
            }
            const next = await expectNextWakeSucceeds(board)
            expect(next.visit.outcome?.result).toBe(condition.stored ? "resumed" : "full")
        })

        test("at every attempt: one error, after two attempts at most", async () => {
            using board = await boardIn(condition, server, identity)
            board.proxy.plan([step(0, fault)], [step(0, fault)], [step(0, fault)])
            const { visit } = await wakeWithoutLeak(board)
            expect(visit.durationMs).toBeLessThan(AT_ONCE_MS)
            expect(errors).toContain(visit.error)
            expect(visit).toMatchObject({ attempts: condition.stored ? 2 : 1, opened: false })
            const next = await expectNextWakeSucceeds(board)
            // A dead network does not cost a good session; of TLS 1.3 a ticket is gone, and there is another.
            expect(next.visit.outcome?.result).toBe(condition.stored ? "resumed" : "full")
        })
    })
}

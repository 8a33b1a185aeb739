// One bit of the server's handshake is wrong.

import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { AT_ONCE_MS, boardIn, conditions, expectNextWakeSucceeds, wakeWithoutLeak } from "../support/conditions.js"
import { titled } from "../support/titled.js"
import { flippingPoints, step } from "./positions.js"

const identity = await createIdentity("an RSA certificate")
const server = await startNginx({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

for (const condition of conditions) {
    const positions = await flippingPoints(condition, server, identity)

    describe(`${condition.title}: one bit is wrong`, () => {
        test.each(titled(positions, "where"))("%s", async (_, { at }) => {
            using board = await boardIn(condition, server, identity)
            const before = board.proxy.connections.length
            board.proxy.plan([step(at, { do: "flip", bit: 0 })])
            const { visit } = await wakeWithoutLeak(board)
            expect(board.proxy.connections[before]?.toClient.faults, "bits flipped").toBe(1)
            expect(visit.durationMs).toBeLessThan(AT_ONCE_MS)
            if (condition.stored) {
                expect(visit.outcome).toMatchObject({ result: "full", reason: "fallback" })
                expect(visit).toMatchObject({ error: null, attempts: 2, closedByServer: true })
            } else {
                expect(visit).toMatchObject({ attempts: 1, opened: false, outcome: { result: "failed" } })
            }
            await expectNextWakeSucceeds(board)
        })
    })

    test(`${condition.title}: one bit of the client's hello is wrong`, async () => {
        using board = await boardIn(condition, server, identity)
        const inItsRandom = 5 + 4 + 2
        board.proxy.plan([step(inItsRandom, { do: "flip", bit: 0 }, "toServer")])
        const { visit } = await wakeWithoutLeak(board)
        expect(visit.durationMs).toBeLessThan(AT_ONCE_MS)
        if (condition.stored) expect(visit.outcome).toMatchObject({ result: "full", reason: "fallback" })
        else expect(visit).toMatchObject({ opened: false, outcome: { result: "failed" } })
        await expectNextWakeSucceeds(board)
    })
}

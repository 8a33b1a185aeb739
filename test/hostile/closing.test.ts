// How connections end once they are open: properly, without close_notify, or broken off within an answer.

import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import type { Seen } from "#dev/interop/board.js"
import { httpGet } from "#dev/servers/exchange.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { records } from "#dev/servers/wire.js"
import { AT_ONCE_MS, boardIn, type Condition, conditions, step, wakeWithoutLeak } from "../support/conditions.js"
import { titled } from "../support/titled.js"

// With an RSA certificate, and with tickets that only name a session, all that nginx sends has the same length each
// time, so that positions in one connection hold for the next.
const identity = await createIdentity("an RSA certificate")
const server = await startNginx({ identity: identity.server, tickets: false })
afterAll(() => server[Symbol.dispose]())

const body = randomBytes(100_000)
writeFileSync(join(server.folder, "files/body"), body)
const exchange = httpGet("/files/body")

const bodyOf = (reply: Buffer): Buffer => reply.subarray(reply.indexOf("\r\n\r\n") + 4)

/** The wake that all others here are measured by. */
async function goodWake(condition: Condition): Promise<Seen> {
    using board = await boardIn(condition, server, identity)
    return await board.wake({ exchange })
}

async function expectNextWakeResumes(board: Awaited<ReturnType<typeof boardIn>>): Promise<void> {
    const { visit } = await wakeWithoutLeak(board, { exchange })
    expect(visit).toMatchObject({ error: null, closedByServer: true, outcome: { result: "resumed" } })
    expect(bodyOf(visit.reply).equals(body)).toBe(true)
}

describe.each(titled(conditions, "title"))("%s: the server closes", (_, condition) => {
    test("with close_notify: the app has all data and the proper end", async () => {
        using board = await boardIn(condition, server, identity)
        const { visit } = await wakeWithoutLeak(board, { exchange })
        expect(visit).toMatchObject({ error: null, closedByServer: true })
        expect(visit.outcome?.result).toBe(condition.stored ? "resumed" : "full")
        expect(bodyOf(visit.reply).equals(body)).toBe(true)
        await expectNextWakeResumes(board)
    })

    test("without close_notify: the app has all data, and the error `truncated`", async () => {
        const good = await goodWake(condition)
        const closeNotify = records(good.wire.toClient.bytes).at(-1)
        using board = await boardIn(condition, server, identity)
        board.proxy.plan([step(closeNotify?.start ?? Number.NaN, { do: "cut", by: "fin" })])
        const { visit } = await wakeWithoutLeak(board, { exchange })
        expect(visit).toMatchObject({ error: "truncated", attempts: 1, opened: true, closedByServer: false })
        expect(bodyOf(visit.reply).equals(body)).toBe(true)
        await expectNextWakeResumes(board)
    })
})

const breaks = [
    { name: "closes (FIN)", fault: { do: "cut", by: "fin" }, errors: ["truncated"] },
    // Node tells a reset as a plain end when data came along with it.
    { name: "is reset (RST)", fault: { do: "cut", by: "rst" }, errors: ["connection-lost", "truncated"] },
] as const

for (const condition of conditions) {
    test.each(titled(breaks, "name"))(
        `${condition.title}: the connection %s within the body: all that came is right`,
        async (_, { fault, errors }) => {
            const good = await goodWake(condition)
            const all = records(good.wire.toClient.bytes)
            const [halfway, last] = [all.at(-4), all.at(-1)]
            using board = await boardIn(condition, server, identity)
            board.proxy.plan([step((halfway?.start ?? Number.NaN) + 100, fault)])
            const { visit } = await wakeWithoutLeak(board, { exchange })
            expect(last?.end, "the good answer was read to its end").toBe(good.wire.toClient.size)
            expect(errors).toContain(visit.error)
            expect(visit.durationMs).toBeLessThan(AT_ONCE_MS)
            expect(visit).toMatchObject({ attempts: 1, opened: true, closedByServer: false })
            const got = bodyOf(visit.reply)
            expect(got.length).toBeGreaterThan(16_384)
            expect(got.length).toBeLessThan(body.length)
            expect(got.equals(body.subarray(0, got.length))).toBe(true)
            await expectNextWakeResumes(board)
        },
    )
}

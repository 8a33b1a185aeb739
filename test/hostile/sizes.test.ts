// Big things in small pieces: long certificate chains, full records byte by byte, long writes.

import { randomBytes } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { httpGet } from "#dev/servers/exchange.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { records } from "#dev/servers/wire.js"
import {
    AT_ONCE_MS,
    boardIn,
    conditions,
    expectNextWakeSucceeds,
    step,
    wakeWithoutLeak,
} from "../support/conditions.js"
import { titled } from "../support/titled.js"

/** Names as a content network puts them into a certificate. */
const manyNames = (count: number) => Array.from({ length: count }, (_, index) => `customer-${index}.cdn.example.com`)

const identity = await createIdentity()
const server = await startNginx({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const MAX_PLAINTEXT = 16_384
const body = randomBytes(20_000)
writeFileSync(join(server.folder, "files/body"), body)

const bodyOf = (reply: Buffer): Buffer => reply.subarray(reply.indexOf("\r\n\r\n") + 4)

test.each(titled(conditions, "title"))(
    "%s: a certificate chain of more than 10 KB is taken, and a resumption does without it",
    async (_, condition) => {
        const long = await createIdentity("an ECDSA chain of two", manyNames(400))
        using longServer = await startNginx({ identity: long.server })
        using board = await boardIn(condition, longServer, long)
        const { visit } = await wakeWithoutLeak(board)
        expect(visit).toMatchObject({ error: null, attempts: 1, closedByServer: true })
        expect(visit.outcome?.result).toBe(condition.stored ? "resumed" : "full")
        const size = visit.outcome?.bytesRx ?? 0
        if (condition.stored) expect(size).toBeLessThan(1000)
        else expect(size).toBeGreaterThan(10_000)
        await expectNextWakeSucceeds(board)
    },
)

test.each(
    titled(
        conditions.filter(({ stored }) => !stored),
        "title",
    ),
)("%s: a certificate of more than 64 KB is refused at once", async (_, condition) => {
    const huge = await createIdentity("an ECDSA certificate", manyNames(2500))
    using hugeServer = await startNginx({ identity: huge.server })
    using board = await boardIn(condition, hugeServer, huge)
    const { visit } = await wakeWithoutLeak(board)
    expect(visit).toMatchObject({ error: "bad-certificate", attempts: 1, opened: false })
    expect(visit.durationMs).toBeLessThan(AT_ONCE_MS)
})

describe.each(titled(conditions, "title"))("%s", (_, condition) => {
    test("a full record of 16 KB arrives byte by byte: the app gets it whole", async () => {
        using board = await boardIn(condition, server, identity)
        board.proxy.plan([step(0, { do: "drip", size: 1 })])
        const { visit, wire } = await wakeWithoutLeak(board, { exchange: httpGet("/files/body") })
        expect(visit).toMatchObject({ error: null, attempts: 1, closedByServer: true })
        expect(bodyOf(visit.reply).equals(body)).toBe(true)
        expect(wire.toClient.writes, "one write for each byte").toBe(wire.toClient.size)
        const longest = Math.max(...records(wire.toClient.bytes).map(({ start, end }) => end - start))
        expect(longest).toBeGreaterThan(MAX_PLAINTEXT)
        expect(Math.max(...visit.pieces), "no record was split").toBe(MAX_PLAINTEXT)
        await expectNextWakeSucceeds(board)
    })

    test.each([MAX_PLAINTEXT - 1, MAX_PLAINTEXT, MAX_PLAINTEXT + 1, 200_000])(
        "the app writes %i bytes at once: the server has them all",
        async (size) => {
            using board = await boardIn(condition, server, identity)
            const upload = randomBytes(size)
            const head = `PUT /files/upload HTTP/1.0\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`
            const send = Buffer.concat([Buffer.from(head), upload])
            rmSync(join(server.folder, "files/upload"), { force: true })
            const { visit } = await wakeWithoutLeak(board, { exchange: [{ send, until: "end" }] })
            expect(visit).toMatchObject({ error: null, attempts: 1, closedByServer: true })
            expect(visit.reply.toString()).toContain("201 Created")
            expect(readFileSync(join(server.folder, "files/upload")).equals(upload)).toBe(true)
            await expectNextWakeSucceeds(board)
        },
    )
})

// Something answers that does not speak TLS, or speaks it badly.

import { randomBytes } from "node:crypto"
import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { AT_ONCE_MS, boardIn, conditions, expectNextWakeSucceeds, wakeWithoutLeak } from "../support/conditions.js"
import { titled } from "../support/titled.js"
import { step } from "./positions.js"

const identity = await createIdentity("an RSA certificate")
const server = await startNginx({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const record = (type: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from([type, 3, 3, body.length >> 8, body.length & 255]), body])
/** A byte that no TLS record starts with, and 999 that could be anything. */
const noise = Buffer.concat([Buffer.from([0xaa]), randomBytes(999)])

const answers = [
    { answer: "plain HTTP", bytes: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), error: "not-tls" },
    { answer: "an SSH banner", bytes: Buffer.from("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), error: "not-tls" },
    { answer: "an MQTT CONNACK", bytes: Buffer.from([0x20, 2, 0, 0]), error: "not-tls" },
    { answer: "1000 zeros", bytes: Buffer.alloc(1000), error: "not-tls" },
    { answer: "1000 random bytes", bytes: noise, error: "not-tls" },
    { answer: "a record longer than TLS allows", bytes: record(22, Buffer.alloc(65535, 2)), error: "protocol" },
    {
        answer: "a handshake message of an unknown type",
        bytes: record(22, Buffer.from([99, 0, 0, 0])),
        error: "protocol",
    },
    { answer: "a ServerHello of nothing", bytes: record(22, Buffer.from([2, 0, 0, 0])), error: "protocol" },
    { answer: "a ServerHello cut short", bytes: record(22, Buffer.from([2, 0, 0, 4, 3, 3, 1, 2])), error: "protocol" },
    { answer: "application data", bytes: record(23, randomBytes(100)), error: "not-tls" },
    {
        answer: "an alert that says handshake_failure",
        bytes: record(21, Buffer.from([2, 40])),
        error: "alert",
    },
    { answer: "an alert that says internal_error", bytes: record(21, Buffer.from([2, 80])), error: "alert" },
    { answer: "close_notify", bytes: record(21, Buffer.from([1, 0])), error: "closed" },
]

function answerWith(bytes: Buffer) {
    return [step(0, { do: "inject", bytes }), step(0, { do: "stall" })]
}

describe.each(titled(conditions, "title"))("%s: the server answers with", (_, condition) => {
    test.each(titled(answers, "answer"))("%s", async (_, { bytes, error }) => {
        using board = await boardIn(condition, server, identity)
        board.proxy.plan(answerWith(bytes), answerWith(bytes), answerWith(bytes))
        const { visit } = await wakeWithoutLeak(board)
        expect(visit).toMatchObject({ error, attempts: condition.stored ? 2 : 1, opened: false })
        expect(visit.durationMs).toBeLessThan(AT_ONCE_MS)
        await expectNextWakeSucceeds(board)
    })
})

describe.each(
    titled(
        conditions.filter(({ stored }) => stored),
        "title",
    ),
)("%s: when only the first attempt meets", (_, condition) => {
    test.each(titled(answers, "answer"))("%s, the wake succeeds by a full handshake", async (_, { bytes }) => {
        using board = await boardIn(condition, server, identity)
        board.proxy.plan(answerWith(bytes))
        const { visit } = await wakeWithoutLeak(board)
        expect(visit).toMatchObject({ error: null, attempts: 2, closedByServer: true })
        expect(visit.outcome).toMatchObject({ result: "full", reason: "fallback" })
        await expectNextWakeSucceeds(board)
    })
})

// No wake fails because of resumption: what a server does to the resumed attempt costs one more connect.
import type net from "node:net"
import { beforeEach, describe, expect, test } from "vitest"
import { losePower } from "#warmhello/core/platform.js"
import { type OnTcp, sessionKinds, startServer, WITHOUT_TICKETS } from "./support/tls-server.js"
import { clientOptions, visit } from "./support/visit.js"

beforeEach(losePower)

/** Fatal alert handshake_failure (RFC 5246 7.2), unencrypted. */
const ALERT = Buffer.from("15030300020228", "hex")

/** What a server may do instead of an answer to a ClientHello. */
const refusals: { title: string; refuse: (socket: net.Socket) => void }[] = [
    { title: "resets the connection", refuse: (socket) => void socket.resetAndDestroy() },
    { title: "sends an alert", refuse: (socket) => void socket.end(ALERT) },
    { title: "closes the connection", refuse: (socket) => void socket.end() },
    { title: "sends what is not TLS", refuse: (socket) => void socket.end("500 no\r\n") },
]

function refuseOnly(refused: number[], refuse: (socket: net.Socket) => void): OnTcp {
    return (socket, n) => {
        if (!refused.includes(n)) return "tls"
        socket.once("data", () => refuse(socket))
        return "handled"
    }
}

describe.each(sessionKinds)("with a $title", (session) => {
    const versions = session.kind === "id" ? WITHOUT_TICKETS : {}

    test.each(refusals)("a server that $title at the resumed attempt gets a full one", async ({ refuse }) => {
        await using server = await startServer({ versions, onTcp: refuseOnly([2], refuse) })
        const options = clientOptions(server, session)
        await visit(options)
        const second = await visit(options)
        expect(second.error).toBeUndefined()
        expect(second.outcome).toMatchObject({ result: "full", reason: "fallback", stored: "rtc" })
        expect(second.attempts).toBe(2)
        expect(server.resumed).toEqual([false, false])
        expect((await visit(options)).outcome?.result).toBe("resumed")
    })

    test("a server that always refuses costs two connects a wake, and after two wakes one", async () => {
        const reset = (socket: net.Socket) => void socket.resetAndDestroy()
        await using server = await startServer({ versions, onTcp: refuseOnly([2, 3, 4, 5, 6], reset) })
        const options = clientOptions(server, session)
        await visit(options)
        const second = await visit(options)
        expect(second.error).toMatchObject({ code: "closed", exitCode: 5 })
        expect(second.attempts).toBe(2)
        const third = await visit(options)
        expect(third.attempts).toBe(2) // of TLS 1.3 it is the second ticket
        const fourth = await visit(options)
        expect(fourth.attempts).toBe(1) // there is no session left to blame
    })
})

test("what the app sends arrives once, over the connection that came about", async () => {
    const close = (socket: net.Socket) => void socket.end()
    await using server = await startServer({ onTcp: refuseOnly([2], close) })
    const request = "POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\nreading"
    await visit(clientOptions(server), request)
    await visit(clientOptions(server), request)
    expect(server.received).toEqual([request, request])
})

test("without a stored session there is one attempt and the plain error", async () => {
    const reset = (socket: net.Socket) => void socket.resetAndDestroy()
    await using server = await startServer({ onTcp: refuseOnly([1], reset) })
    const { error, attempts } = await visit(clientOptions(server))
    expect(error?.code).toBe("closed")
    expect(attempts).toBe(1)
})

test("both attempts together keep the deadline", async () => {
    const onTcp: OnTcp = (socket, n) => {
        if (n === 1) return "tls"
        if (n === 2) socket.once("data", () => socket.end())
        return "handled" // the third is never answered
    }
    await using server = await startServer({ onTcp })
    await visit(clientOptions(server))
    const second = await visit(clientOptions(server), "GET / HTTP/1.1\r\n\r\n", 200)
    expect(second.attempts).toBe(2)
    expect(second.error).toMatchObject({ code: "connect-timeout", exitCode: 4 })
})

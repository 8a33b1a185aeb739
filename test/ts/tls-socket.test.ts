import { once } from "node:events"
import { setImmediate } from "node:timers/promises"
import { beforeEach, describe, expect, test } from "vitest"
import { FaultProxy } from "#dev/network/fault-proxy.js"
import { Client } from "#warmhello/core/client.js"
import { losePower } from "#warmhello/core/platform.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"
import { skipWait } from "#warmhello/core/waiting.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { refusingPort, startServer, startTcp } from "./support/tls-server.js"
import { clientOptions, REQUEST, visit } from "./support/visit.js"

beforeEach(losePower)

/** More than a record and than any buffer on the way, with no two lines alike. */
const LONG = Array.from({ length: 50_000 }, (_, line) => `line ${line}\n`).join("")

describe.each(["1.2", "1.3"] as const)("over TLS %s", (version) => {
    const versions = { minVersion: version, maxVersion: version }

    test("a long text comes back as it was sent", async () => {
        await using server = await startServer({
            onConnection: (socket) => {
                let length = 0
                socket.on("data", (bytes) => {
                    length += bytes.length
                    socket.write(bytes)
                    if (length === LONG.length) socket.end()
                })
            },
        })
        const { received, error } = await visit({ ...clientOptions(server), ...versions }, LONG)
        expect(error).toBeUndefined()
        expect(received).toBe(LONG)
        expect(server.received).toEqual([LONG])
    })

    test("an end without close_notify is an error after the data", async () => {
        await using server = await startServer({
            onConnection: (socket) => socket.write("half of an answ", async () => (await server.first).end()),
        })
        const { received, error } = await visit({ ...clientOptions(server), ...versions })
        expect(received).toBe("half of an answ")
        expect(error).toMatchObject({ code: "truncated", exitCode: 5 })
    })

    test("a reset after the handshake is an end without close_notify", async () => {
        await using server = await startServer({
            onConnection: (socket) => socket.once("data", async () => (await server.first).resetAndDestroy()),
        })
        const { error } = await visit({ ...clientOptions(server), ...versions })
        expect(error).toMatchObject({ code: "truncated", exitCode: 5 })
    })
})

test("a server that stalls in the handshake is given up at the deadline", async () => {
    await using server = await startTcp(() => {})
    const authority = await createCertificateAuthority()
    const options = clientOptions({ port: server.port, ca: Buffer.from(authority.certificate) })
    const started = performance.now()
    const { error, attempts } = await visit(options, REQUEST, 200)
    expect(error).toMatchObject({ code: "connect-timeout", exitCode: 4 })
    expect(attempts).toBe(1)
    expect(performance.now() - started).toBeGreaterThanOrEqual(199)
})

test("the deadline is for the connect only: an open connection may wait for longer", async () => {
    await using server = await startServer({
        onConnection: (socket) => socket.once("data", () => setTimeout(() => socket.end("late"), 300)),
    })
    const { received, error } = await visit(clientOptions(server), REQUEST, 200)
    expect(error).toBeUndefined()
    expect(received).toBe("late")
})

async function openSocket(server: { port: number; ca: Buffer }, client: Client): Promise<TlsSocket> {
    const socket = new TlsSocket(client, { host: "127.0.0.1", port: server.port, connectTimeoutMs: 10_000 })
    socket.connect()
    await once(socket, "open")
    return socket
}

test("close says goodbye: the server sees a proper end", async () => {
    const ends: string[] = []
    await using server = await startServer({
        onConnection: (socket) => {
            socket.on("end", () => ends.push("end"))
            socket.on("error", (error) => ends.push(error.message))
        },
    })
    using client = new Client(clientOptions(server))
    const socket = await openSocket(server, client)
    socket.write(Buffer.from("bye"))
    socket.close()
    await Promise.all([once(socket, "closed"), once(await server.first, "close")])
    expect(server.received).toEqual(["bye"])
    expect(ends).toEqual(["end"])
})

test("what was written arrives before the goodbye, although the line is slow", async () => {
    const ends: string[] = []
    await using server = await startServer({ onConnection: (socket) => socket.on("end", () => ends.push("end")) })
    using line = await FaultProxy.start(server.port)
    // Longer than a goodbye is waited for.
    line.plan([{ direction: "toServer", at: 1 << 20, fault: { do: "delay", durationMs: 1000 } }])
    using client = new Client(clientOptions(server))
    const socket = await openSocket({ ...server, port: line.port }, client)
    const text = "x".repeat(16 << 20) // more than the system keeps
    socket.write(Buffer.from(text))
    socket.close()
    const tcp = await server.first
    await Promise.all([once(socket, "closed"), tcp.destroyed || once(tcp, "close")])
    expect(server.received[0]?.length).toBe(text.length)
    expect(ends).toEqual(["end"])
})

test("what was written and has not left long after the close is the socket's failure", async () => {
    await using server = await startServer({ onConnection: async () => (await server.first).pause() })
    using client = new Client(clientOptions(server))
    const socket = await openSocket(server, client)
    for (let n = 0; n < 100; n++) socket.write(Buffer.from(LONG)) // 60 MB, more than TCP keeps anywhere
    socket.close()
    const closed = once(socket, "closed")
    let isClosed = false
    void closed.then(() => (isClosed = true))
    while (!isClosed) {
        skipWait()
        await setImmediate()
    }
    expect(socket.failure).toMatchObject({ code: "server-silent" })
})

test("no event follows a close", async () => {
    await using server = await startServer({ onConnection: (socket) => socket.end("too late") })
    using client = new Client(clientOptions(server))
    const socket = await openSocket(server, client)
    const events: string[] = []
    for (const event of ["data", "end", "error"] as const) socket.on(event, () => events.push(event))
    socket.close()
    await Promise.all([once(socket, "closed"), once(await server.first, "close")])
    expect(events).toEqual([])
})

test("a close before TCP is up makes no TLS connection", async () => {
    await using server = await startServer()
    using client = new Client(clientOptions(server))
    const socket = new TlsSocket(client, { host: "127.0.0.1", port: server.port, connectTimeoutMs: 10_000 })
    socket.connect()
    socket.close()
    await visit(clientOptions(server))
    expect(server.resumed).toEqual([false]) // that of the visit
    expect(socket.outcome).toMatchObject({ result: "pending", totalTx: 0 })
})

test.each(["1.2", "1.3"] as const)("where TCP does not come about, no session is spent (TLS %s)", async (version) => {
    await using server = await startServer()
    const options = { ...clientOptions(server), minVersion: version, maxVersion: version }
    expect((await visit(options)).outcome?.result).toBe("full")
    using client = new Client(options)
    const nowhere = [
        { host: "127.0.0.1", port: await refusingPort(), code: "connection-refused" },
        { host: "no-such-host.invalid", port: server.port, code: "unknown-host" },
    ]
    for (const { host, port, code } of nowhere) {
        const socket = new TlsSocket(client, { host, port, connectTimeoutMs: 10_000 })
        socket.connect()
        const [error] = await once(socket, "error").catch((thrown) => [thrown])
        expect(error).toMatchObject({ code })
        expect(socket.outcome).toMatchObject({ result: "failed", error: code, totalTx: 0, backoffS: 0 })
    }
    expect((await visit(options)).outcome).toMatchObject({ result: "resumed", reason: "accepted", backoffS: 0 })
})

test("a server that refuses again and again is to be left alone", async () => {
    await using server = await startServer()
    const refusing = { ...clientOptions(server), port: await refusingPort() }
    const advice = []
    for (let n = 0; n < 5; n++) {
        using client = new Client(refusing)
        const socket = new TlsSocket(client, { host: "127.0.0.1", port: refusing.port, connectTimeoutMs: 10_000 })
        socket.connect()
        await once(socket, "error").catch(() => {})
        advice.push(socket.outcome?.backoffS ?? Number.NaN)
    }
    // Each is drawn from the second half of what it is at most.
    const most = [0, 0, 60, 120, 240]
    for (const [n, s] of advice.entries()) expect(s).toBeLessThanOrEqual(most[n] ?? 0)
    for (const [n, s] of advice.entries()) expect(s).toBeGreaterThanOrEqual((most[n] ?? 0) / 2)
    expect(advice).toHaveLength(most.length)
})

test("an app's host or port that is none is an error like any other", async () => {
    const cases = [
        { host: "", port: 443, code: "unknown-host" },
        { host: "127.0.0.1", port: 70_000, code: "host-unreachable" },
    ]
    for (const { host, port, code } of cases) {
        const socket = new TlsSocket(undefined, { host, port, connectTimeoutMs: 10_000 })
        socket.connect()
        const [error] = await once(socket, "error").catch((thrown) => [thrown])
        expect(error).toMatchObject({ code })
    }
})

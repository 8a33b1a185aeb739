// What the app sees when the network or TLS fails: an exception, at once. Upstream lets it wait for 30 s.
import { describe, expect, test } from "vitest"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import type { SimulationOptions } from "#warmhello/sim/simulation.js"
import { runApp } from "./support/simulate.js"
import { refusingPort, startServer, startTcp, type TestServerOptions } from "./support/tls-server.js"

const WITHIN_MS = 1000
const HOUR_MS = 3_600_000
const authority = await createCertificateAuthority()
const ca = Buffer.from(authority.certificate)
const names = ["127.0.0.1"]

interface Caught {
    afterMs: number
    message: string
    /** When the line came. */
    at: number
}

/** Lets the app connect once and returns what it caught. */
async function whatTheAppCatches(server: SimulationOptions["server"], connectTimeoutMs = 10_000): Promise<Caught> {
    let at = 0
    const { lines, wakes } = await runApp("reports", {
        server,
        cycles: 1,
        connectTimeoutMs,
        onConsole: ({ level }) => {
            if (level === "error") at = performance.now()
        },
    })
    expect(wakes[0]?.result).toBe("failed")
    const [, after, message] = /^caught after (\d+) ms: (.*)$/.exec(lines[0]?.text ?? "") ?? []
    if (after === undefined || message === undefined) throw new Error(`not caught: ${JSON.stringify(lines)}`)
    return { afterMs: Number(after), message, at }
}

const at = (port: number) => ({ host: "127.0.0.1", port, ca })

test("a refused port is an exception at once", async () => {
    const { afterMs, message } = await whatTheAppCatches(at(await refusingPort()))
    expect(message).toContain("the server refuses connections on this port")
    expect(afterMs).toBeLessThan(WITHIN_MS)
})

test("an unknown host is an exception once the resolver has answered", async () => {
    const { message } = await whatTheAppCatches({ host: "nowhere.invalid", port: 443, ca })
    expect(message).toContain("the host is unknown or cannot be reached")
})

const badServers: [string, TestServerOptions, string][] = [
    ["another CA", { authority: await createCertificateAuthority("another CA"), names }, "not signed by the given CA"],
    ["another name", { authority, names: ["other.test"] }, "is for another host name"],
    ["a date in the past", { authority, names, notAfter: new Date(Date.now() - HOUR_MS) }, "has expired"],
]

test.each(badServers)("a certificate with %s is an exception at once", async (_, options, text) => {
    await using server = await startServer(options)
    const { afterMs, message } = await whatTheAppCatches(at(server.port))
    expect(message).toContain(text)
    expect(afterMs).toBeLessThan(WITHIN_MS)
    expect(server.received.join("")).toBe("")
})

test("a server in plain text is an exception at once", async () => {
    await using server = await startTcp((socket) => socket.write("220 mail.example ESMTP\r\n"))
    const { afterMs, message } = await whatTheAppCatches(at(server.port))
    expect(message).toContain("does not speak TLS on this port")
    expect(afterMs).toBeLessThan(WITHIN_MS)
})

test("a server that accepts and stalls is an exception at the deadline of the connect", async () => {
    await using server = await startTcp(() => {})
    const { afterMs, message } = await whatTheAppCatches(at(server.port), 300)
    expect(message).toContain("the server did not answer in time")
    expect(afterMs).toBeGreaterThanOrEqual(290)
    expect(afterMs).toBeLessThan(300 + WITHIN_MS)
})

describe("once the server fails, the app catches it within a second:", () => {
    /** Fails 300 ms into the handshake or the request, so that the failure is apart from the connect. */
    const later = (fail: () => void) => setTimeout(fail, 300)

    test("a reset in the handshake", async () => {
        let failedAt = Number.NaN
        await using server = await startTcp((socket) =>
            later(() => {
                failedAt = performance.now()
                socket.resetAndDestroy()
            }),
        )
        const caught = await whatTheAppCatches(at(server.port))
        expect(caught.message).toContain("the connection closed in the middle of the handshake")
        expect(caught.at - failedAt).toBeLessThan(WITHIN_MS)
        expect(caught.at).toBeGreaterThanOrEqual(failedAt)
    })

    test.each([
        ["a reset", "closed without close_notify"],
        ["an end without close_notify", "closed without close_notify"],
    ])("%s before the answer", async (title, text) => {
        let failedAt = Number.NaN
        await using server = await startServer({
            authority,
            names,
            onConnection: async () => {
                const tcp = await server.first
                later(() => {
                    failedAt = performance.now()
                    if (title === "a reset") tcp.resetAndDestroy()
                    else tcp.end()
                })
            },
        })
        const caught = await whatTheAppCatches(at(server.port))
        expect(caught.message).toContain(text)
        expect(caught.at - failedAt).toBeLessThan(WITHIN_MS)
        expect(caught.at).toBeGreaterThanOrEqual(failedAt)
    })
})

test("after a failure the next wake connects again", async () => {
    await using server = await startServer({
        authority,
        names,
        onTcp: (socket, n) => {
            if (n !== 2) return "tls"
            socket.once("data", () => socket.resetAndDestroy())
            return "handled"
        },
    })
    const { wakes, lines } = await runApp("reports", { server: at(server.port), tickets: false, minVersion: "1.3" })
    expect(wakes.map(({ result }) => result)).toEqual(["full", "failed", "full"])
    expect(wakes[1]?.error?.code).toBe("closed")
    expect(lines.map(({ level }) => level)).toEqual(["log", "error", "log"])
})

test("a sleep in the middle of the handshake is the app's failure, and says so", async () => {
    await using mute = await startTcp(() => {})
    const { wakes, error } = await runApp("sleeps-early", { server: at(mute.port), cycles: 2 })
    expect(error).toMatchObject({ code: "closed-early", exitCode: 3 })
    expect(wakes).toMatchObject([{ result: "failed", reason: null, error: { code: "closed-early" } }])
})

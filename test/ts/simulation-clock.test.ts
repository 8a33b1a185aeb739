// Sleeps on the real clock, and servers whose clock nobody can move.
import { describe, expect, test } from "vitest"
import { kindOptions, resultsOf, runApp } from "./support/simulate.js"
import { SERVER_NAME, sessionKinds, startServer, type TestServer, WITHOUT_TICKETS } from "./support/tls-server.js"

const HOUR_MS = 3_600_000

/** Names 127.0.0.1 in its certificate, as a server must that is given by address. */
const names = ["127.0.0.1", SERVER_NAME]
const remote = (server: TestServer) => ({ host: "127.0.0.1", port: server.port, ca: server.ca })

describe("in real time", () => {
    test("the next wake connects only after the sleep that the app asked for", async () => {
        const cameAt: number[] = []
        await using server = await startServer({
            names,
            onTcp: () => {
                cameAt.push(performance.now())
                return "tls"
            },
        })
        const sleptFrom: number[] = []
        const { clock } = await runApp("reports", {
            server: remote(server),
            realTime: true,
            onWake: () => sleptFrom.push(performance.now()),
        })
        expect(clock).toBe("real")
        expect(cameAt).toHaveLength(3)
        for (const n of [1, 2]) {
            // A timer may fire a part of a millisecond early.
            expect((cameAt[n] ?? 0) - (sleptFrom[n - 1] ?? 0)).toBeGreaterThanOrEqual(49)
        }
    })

    test("a session's age is real and resumes with the built-in server as well", async () => {
        const { wakes } = await runApp("reports", { realTime: true })
        expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed"])
        expect(wakes.every(({ ageIsReal }) => ageIsReal)).toBe(true)
    })

    test("an abort ends a sleep that would take an hour", async () => {
        const interrupt = new AbortController()
        const run = runApp("reports", {
            realTime: true,
            sleepMs: HOUR_MS,
            signal: interrupt.signal,
            onWake: () => interrupt.abort(),
        })
        await expect(run).rejects.toThrow(expect.objectContaining({ name: "AbortError" }))
    })
})

describe.each(sessionKinds)("with a remote server and a $title", (session) => {
    test("wakes resume, and their rows say that a session's age is real", async () => {
        await using server = await startServer({ names, versions: session.kind === "id" ? WITHOUT_TICKETS : {} })
        const { wakes, clock } = await runApp("reports", {
            ...kindOptions(session),
            server: remote(server),
            sleepMs: HOUR_MS,
            cycles: 2,
        })
        expect(clock).toBe("standing")
        expect(resultsOf(wakes)).toEqual(["full", "resumed"])
        expect(server.resumed).toEqual([false, true])
        for (const wake of wakes) expect(wake).toMatchObject({ ageIsReal: true, serverSaysResumed: null })
        expect(wakes[1]?.sleptMs).toBe(HOUR_MS)
        expect(wakes[1]?.sessionAgeS).toBeLessThan(60)
    })
})

test("each wake's reading arrives at the server exactly once", async () => {
    await using server = await startServer({ names })
    const { lines } = await runApp("counts-wakes", { server: remote(server) })
    expect(lines.map(({ text }) => text)).toEqual(["wake 1", "wake 2", "wake 3"])
    expect(server.received.map((request) => request.split("\r\n\r\n")[1])).toEqual(
        [1, 2, 3].map((wake) => `{"wake":${wake}}`),
    )
})

test("it arrives exactly once also when the resumed attempt fails", async () => {
    await using server = await startServer({
        names,
        onTcp: (socket, n) => {
            if (n !== 2) return "tls"
            socket.once("data", () => socket.resetAndDestroy())
            return "handled"
        },
    })
    const { wakes } = await runApp("reports", { server: remote(server), cycles: 2 })
    expect(wakes).toMatchObject([
        { result: "full", reason: "none", attempts: 1 },
        { result: "full", reason: "fallback", attempts: 2, error: null },
    ])
    expect(server.received.map((request) => request.split("\r\n\r\n")[1])).toEqual(["21 C", "21 C"])
})

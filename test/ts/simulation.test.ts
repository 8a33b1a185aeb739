import { describe, expect, test } from "vitest"
import { kindOptions, resultsOf, runApp } from "./support/simulate.js"
import { sessionKinds } from "./support/tls-server.js"

const MINUTE_MS = 60_000

describe.each(sessionKinds)("with a $title", (session) => {
    test("the first of five wakes is full and all others resume, on both sides", async () => {
        const { wakes, error, clock } = await runApp("app", { ...kindOptions(session), cycles: 5 })
        expect(error).toBeUndefined()
        expect(clock).toBe("skipped")
        expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed", "resumed", "resumed"])
        expect(wakes.map(({ serverSaysResumed }) => serverSaysResumed)).toEqual([false, true, true, true, true])
        for (const wake of wakes.slice(1)) {
            expect(wake).toMatchObject({ reason: "accepted", kind: session.kind, attempts: 1, connects: 1 })
            expect(wake).toMatchObject({ protocol: `TLS${session.version}`, sleptMs: 10 * MINUTE_MS })
        }
    })

    test("a server that forgets after 5 minutes has forgotten after a skipped sleep of 10", async () => {
        const { wakes } = await runApp("app", { ...kindOptions(session), sessionLifetimeS: 300 })
        expect(resultsOf(wakes)).toEqual(["full", "full", "full"])
        expect(wakes.map(({ serverSaysResumed }) => serverSaysResumed)).toEqual([false, false, false])
    })

    test("and still knows it after a sleep of 4", async () => {
        const { wakes } = await runApp("app", {
            ...kindOptions(session),
            ...{ sessionLifetimeS: 300, sleepMs: 4 * MINUTE_MS, cycles: 2 },
        })
        expect(resultsOf(wakes)).toEqual(["full", "resumed"])
        expect(wakes[1]?.sessionAgeS).toBeGreaterThanOrEqual(240)
        expect(wakes[1]?.sessionAgeS).toBeLessThan(300)
    })

    test("power lost in every second sleep makes the wake after it full, and no other", async () => {
        const { wakes } = await runApp("app", { ...kindOptions(session), cycles: 6, powerLossEvery: 2 })
        expect(resultsOf(wakes)).toEqual(["full", "resumed", "full", "resumed", "full", "resumed"])
        expect(wakes.map(({ powerLost }) => powerLost)).toEqual([true, false, true, false, true, false])
    })
})

test("TLS 1.3 without tickets is full each time", async () => {
    const { wakes } = await runApp("app", { minVersion: "1.3", tickets: false })
    expect(resultsOf(wakes)).toEqual(["full", "full", "full"])
    expect(wakes.every(({ serverSaysResumed }) => serverSaysResumed === false)).toBe(true)
})

test("each wake is told when it is over, in order", async () => {
    const seen: number[] = []
    await runApp("app", { onWake: ({ n }) => seen.push(n) })
    expect(seen).toEqual([1, 2, 3])
})

test("what the app prints comes through, and so do its debug lines", async () => {
    const debug: string[] = []
    const { lines } = await runApp("app", {
        cycles: 2,
        onConsole: ({ level, text }) => level === "debug" && debug.push(text),
    })
    expect(lines).toHaveLength(2)
    for (const line of lines) {
        expect(line.level).toBe("log")
        expect(line.text).toMatch(/^sent \d+ C, server answers 204$/)
    }
    expect(debug).toContain("connecting to tls://warmhello.test:443")
})

test("settings outlive sleep and loss of power", async () => {
    const { lines, wakes } = await runApp("counts-wakes", { powerLossEvery: 2 })
    expect(lines.map(({ text }) => text)).toEqual(["wake 1", "wake 2", "wake 3"])
    expect(resultsOf(wakes)).toEqual(["full", "resumed", "full"])
})

test("an app that throws ends the run with its words", async () => {
    const { wakes, error, lines } = await runApp("throws")
    expect(error).toMatchObject({ code: "app-threw", message: "the app threw: the sensor is broken", exitCode: 3 })
    expect(wakes).toMatchObject([{ n: 1, result: "failed", error: { code: "app-threw" } }])
    expect(lines[0]?.text).toBe("reading the sensor")
})

test("an app that does not sleep ends the run at its time limit", async () => {
    const { wakes, error, lines } = await runApp("never-sleeps", { wakeTimeoutMs: 1500 })
    expect(error).toMatchObject({ code: "never-slept", exitCode: 3 })
    expect(error?.message).toBe("the app did not call standby within 1.5 s of its wake")
    expect(wakes).toMatchObject([{ result: "failed", error: { code: "never-slept" } }])
    expect(lines.at(-1)?.text).toBe("answered 204, and now it forgets to sleep")
})

test("an app that never connects ends the run, and its row says why", async () => {
    const { wakes, error } = await runApp("never-connects")
    expect(error).toMatchObject({ code: "never-connected", exitCode: 3 })
    expect(wakes).toMatchObject([{ result: "failed", protocol: null, error: { code: "never-connected" } }])
})

test("what is not a program is refused", async () => {
    const program = new Uint8Array(64)
    await expect(runApp("app", { program })).rejects.toMatchObject({ code: "not-a-program", exitCode: 3 })
})

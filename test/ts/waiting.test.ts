// Waiting by the device's clock, which can be moved on.
import { beforeEach, describe, expect, test } from "vitest"
import { FaultProxy } from "#dev/network/fault-proxy.js"
import { HelloProxy } from "#dev/network/hello-proxy.js"
import { watchSilence } from "#dev/network/silence.js"
import { losePower } from "#warmhello/core/platform.js"
import { openPorts, skipWait, waitFor } from "#warmhello/core/waiting.js"
import { startServer } from "./support/tls-server.js"
import { clientOptions, visit } from "./support/visit.js"

beforeEach(losePower)

const HOUR_MS = 3_600_000

describe("the device's clock", () => {
    test("comes by itself to what it waits for", async () => {
        await new Promise<void>((done) => waitFor(1, done))
        expect(skipWait()).toBe(0)
    })

    test("moves on to the next moment, and the later ones come nearer", async () => {
        const reached: string[] = []
        waitFor(2 * HOUR_MS, () => reached.push("second"))
        waitFor(HOUR_MS, () => reached.push("first"))
        const forget = waitFor(1.5 * HOUR_MS, () => reached.push("called off"))
        waitFor(HOUR_MS + 1, () => reached.push("by itself"))
        forget()
        const durationMs = skipWait()
        expect(durationMs).toBeGreaterThan(HOUR_MS - 1000)
        expect(durationMs).toBeLessThanOrEqual(HOUR_MS)
        expect(reached).toEqual(["first"])
        await new Promise((done) => setTimeout(done, 50))
        expect(reached).toEqual(["first", "by itself"])
        expect(skipWait()).toBeGreaterThan(HOUR_MS - 2000)
        expect(reached).toEqual(["first", "by itself", "second"])
        expect(skipWait()).toBe(0)
    })
})

describe("of a silence that is known to last", () => {
    test.each(["silence", "stall"] as const)("nothing is waited for: %s", async (treatment) => {
        await using server = await startServer()
        using proxy = await HelloProxy.start(server.port)
        const options = { ...clientOptions(server), port: proxy.port }
        expect((await visit(options)).outcome?.result).toBe("full")
        proxy.decide = (offers) => (offers ? treatment : "pass")

        const skippedMs: number[] = []
        using _ = watchSilence(
            (port) => proxy.isMute(port),
            (durationMs) => skippedMs.push(durationMs),
        )
        const began = performance.now()
        const { outcome, attempts, error } = await visit(options, undefined, HOUR_MS)
        expect(performance.now() - began).toBeLessThan(30_000)
        expect(error).toBeUndefined()
        expect(outcome).toMatchObject({ result: "full", reason: "fallback" })
        expect(attempts).toBe(2)
        expect(skippedMs).toHaveLength(1) // until the second attempt, and no further while that is under way
        expect(openPorts()).toEqual([])
    })

    test("a line that has stalled is known to have, until its client has gone", async () => {
        await using server = await startServer()
        using line = await FaultProxy.start(server.port)
        line.plan([{ direction: "toClient", at: 0, fault: { do: "stall" } }])
        const ports = new Set<number>()
        const isMute = (port: number): boolean => {
            ports.add(port)
            return line.from(port)?.isMute === true
        }
        using _ = watchSilence(isMute, () => {})
        const { error } = await visit({ ...clientOptions(server), port: line.port }, undefined, HOUR_MS)
        expect(error?.code).toBe("connect-timeout")
        const [port = 0] = ports
        expect(line.from(port)?.isMute ?? false).toBe(true)
        line.clear()
        expect(line.from(port)).toBeUndefined()
    })
})

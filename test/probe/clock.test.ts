// Waiting by the calendar's time, as a machine may be suspended for a part of it.
import { afterEach, expect, test, vi } from "vitest"
import { realClock } from "#warmhello/probe/clock.js"

afterEach(() => void vi.useRealTimers())

const { signal } = new AbortController()
const MINUTE_MS = 60_000

test("a wait is over when its time has come by the calendar, though the machine was suspended in it", async () => {
    vi.useFakeTimers({ now: Date.UTC(2030, 0, 1), toFake: ["Date"] })
    const began = performance.now()
    const waited = realClock.wait(10 * MINUTE_MS, signal)
    vi.setSystemTime(Date.UTC(2030, 0, 1) + 11 * MINUTE_MS)
    await waited
    expect(performance.now() - began).toBeLessThan(10_000)
}, 20_000)

test("a wait of a month, which no timer holds, does not end at once", async () => {
    const end = new AbortController()
    const ended = realClock.wait(31 * 24 * 60 * MINUTE_MS, end.signal).then(
        () => "at once",
        () => "when told",
    )
    const first = await Promise.race([ended, new Promise((done) => setTimeout(done, 200, "not yet"))])
    end.abort()
    expect([first, await ended]).toEqual(["not yet", "when told"])
})

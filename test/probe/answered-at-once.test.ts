// Nobody waits for what is known already; and what came too late to tell is said to have.
import { stripVTControlCharacters } from "node:util"
import { expect, test } from "vitest"
import { reportLines } from "#warmhello/cli/probe-text.js"
import { type ProbeRecord, recordSchema } from "#warmhello/probe/record.js"
import type { ProbeReport } from "#warmhello/probe/report.js"
import { MINUTE_MS, minutes, run, START } from "./fake-run.js"
import { FakeClock, FakeServer, type Rules } from "./fake-server.js"

const textOf = (report: ProbeReport): string =>
    reportLines(report, Number.POSITIVE_INFINITY).map(stripVTControlCharacters).join("\n")

const DAY_MIN = 1440
const tls12: Rules = { forgetsMs: 1e9, spoken: ["TLS1.2 ticket", "TLS1.2 id"] }

test.each<[string, Rules, number, string]>([
    ["a lifetime below the sleep", { forgetsMs: 1e9, lifetimeS: 300 }, 10, "its sessions live for 5m"],
    ["a sleep of more than a day by TLS 1.2", tls12, 25 * 60, "a session of TLS 1.2 is kept for 1d at most"],
    ["a sleep of more than a week", { forgetsMs: 1e9 }, 8 * DAY_MIN, "a session of TLS 1.3 is kept for 7d at most"],
    ["a ticket too long for a device", { forgetsMs: 1e9, ticketBytes: 2500 }, 10, "longer than a device keeps"],
    ["no extended master secret", { ...tls12, extendedMasterSecret: false }, 10, "lacks the extended master secret"],
    ["a short session ID", { ...tls12, spoken: ["TLS1.2 id"], idBytes: 16 }, 10, "its session ID of 16 bytes"],
])("%s is no reason to wait, unless it is asked for", async (_, rules, sleepMin, why) => {
    const sleepMs = sleepMin * MINUTE_MS
    const options = { sleepMs, agesMs: minutes(sleepMin / 2, sleepMin) }
    const { report, clock } = await run({ rules, options })
    expect(clock.now() - START).toBeLessThan(2 * MINUTE_MS)
    expect(report).toMatchObject({ complete: true, isWaitSpared: true, verdict: { answer: "does-not-resume" } })
    expect(report.verdict.text).toContain(why)
    expect(textOf(report)).toContain("So there was no need to wait. --wait does, and shows ")
    const waited = await run({ rules, options: { ...options, waits: true } })
    expect(waited.clock.now() - START).toBeGreaterThan(sleepMs)
    expect(waited.report).toMatchObject({ isWaitSpared: false, verdict: { answer: "does-not-resume" } })
    expect(textOf(waited.report)).not.toContain("--wait")
})

test("after a sleep that nothing outlives there is no talk of wakes that resume", async () => {
    const { report } = await run({ rules: { forgetsMs: 1e9 }, options: { sleepMs: 30 * DAY_MIN * MINUTE_MS } })
    expect(report.cost?.resumedShare).toBe(0)
    const costs = textOf(report).slice(textOf(report).indexOf("A wake of"))
    expect(costs).toMatch(/ lasts .* days\. An estimate\.$/)
    expect(costs).not.toMatch(/resum/)
})

test("what was spared is asked for later, with --wait and the same state", async () => {
    const rules: Rules = { forgetsMs: 1e9, ticketBytes: 2500 }
    const clock = new FakeClock(START)
    const server = new FakeServer(clock, rules)
    const kept: ProbeRecord[] = []
    const keep = (record: ProbeRecord) => void kept.push(structuredClone(record))
    const first = await run({ rules, clock, server, options: { keep } })
    expect(first.report.verdict.otherWays).toEqual([])
    expect(kept.at(-1)?.due).toEqual([])
    expect(textOf(first.report)).toContain("shows whether TLS 1.2 ticket or TLS 1.2 id would, and the curve")
    const record = recordSchema.parse(JSON.parse(JSON.stringify(kept.at(-1))))
    const second = await run({ rules, clock, server, options: { record, waits: true } })
    expect(second.report.verdict.otherWays).toEqual(["TLS1.2 id"])
})

test("figures are measured all the same, and what the battery would last", async () => {
    const { report } = await run({ rules: { forgetsMs: 1e9, lifetimeS: 300 } })
    expect(report.versions.find(({ isDevices }) => isDevices)).toMatchObject({
        ...{ full: { bytesRx: { median: 900 } }, resumed: { bytesRx: { median: 200 } } },
    })
    expect(report.cost).toMatchObject({ isShareMeasured: false })
    expect(textOf(report)).toMatch(/ would last .* days if nearly all wakes resumed; without resuming /)
})

/** Interrupted in its first minutes, and taken up when the machine has been off for that long. */
async function takenUp(rules: Rules, offMs: number): Promise<ProbeReport> {
    const clock = new FakeClock(START)
    const server = new FakeServer(clock, rules)
    const end = new AbortController()
    clock.onWait = (endAt) => {
        if (endAt > START + 3 * MINUTE_MS) end.abort()
    }
    const kept: ProbeRecord[] = []
    const keep = (record: ProbeRecord) => void kept.push(structuredClone(record))
    await run({ rules, clock, server, options: { signal: end.signal, keep } })
    clock.onWait = () => {}
    clock.pass(offMs)
    const record = recordSchema.parse(JSON.parse(JSON.stringify(kept.at(-1))))
    const { report } = await run({ rules, clock, server, options: { record } })
    return report
}

test("a session that was refused hours late does not tell, and the verdict says why and what to do", async () => {
    const report = await takenUp({ forgetsMs: 20 * MINUTE_MS }, 180 * MINUTE_MS)
    expect(report.verdict.answer).toBe("could-not-tell")
    expect(report.verdict.text).toMatch(
        /^Could not tell whether it resumes after 10m: the session that was to tell is 2\.\d+h too old, as this machine was off or busy when it was due\.$/,
    )
    expect(report.advice[0]).toMatchObject({ code: "late", text: expect.stringContaining("--state") })
    expect(textOf(report)).toContain("let this machine run until the sleep is over")
    const late = report.ages.filter(({ purpose, nominalMs }) => purpose === "once" && nominalMs === 10 * MINUTE_MS)
    for (const { lateMs, nominalMs, actualMs } of late) expect(lateMs).toBe((actualMs ?? 0) - nominalMs)
    expect(late.every(({ lateMs }) => lateMs > 160 * MINUTE_MS)).toBe(true)
    expect(report.ages.filter(({ nominalMs }) => nominalMs === 0).every(({ lateMs }) => lateMs === 0)).toBe(true)
})

test("one that was resumed hours late tells all the same", async () => {
    const report = await takenUp({ forgetsMs: 1e9 }, 180 * MINUTE_MS)
    expect(report.verdict.answer).toBe("resumes")
    expect(report.advice.map(({ code }) => code)).not.toContain("late")
})

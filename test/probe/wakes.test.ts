// What the verdict says of a device's wakes one after the other, which live on chains; and what it costs.
import { stripVTControlCharacters } from "node:util"
import { expect, test } from "vitest"
import { reportLines } from "#warmhello/cli/probe-text.js"
import type { ProbeReport } from "#warmhello/probe/report.js"
import { MINUTE_MS, minutes, run, START } from "./fake-run.js"
import { FakeClock, type Rules } from "./fake-server.js"
import { versionIn } from "./support.js"

const textOf = (report: ProbeReport): string =>
    reportLines(report, Number.POSITIVE_INFINITY).map(stripVTControlCharacters).join("\n")

/** As a person asks who gives a sleep alone. */
const plain = { agesMs: minutes(2.5, 5, 10, 12.5) }
const ticket12 = (lifetimeMin: number): Rules => ({
    ...{ forgetsMs: lifetimeMin * MINUTE_MS, lifetimeS: lifetimeMin * 60, spoken: ["TLS1.2 ticket"] },
})

test("a session of TLS 1.2 that no resumption renews leaves one wake in so many with a full handshake", async () => {
    const { report } = await run({ rules: ticket12(120), options: plain })
    expect(report.verdict).toMatchObject({
        ...{
            answer: "resumes",
            text: "Resumes after 10m (TLS 1.2, ticket): 11 wakes in a row, then one full handshake.",
        },
        wakes: { inARow: { least: 11, most: 11 }, end: "life", takenShare: 1 },
    })
    expect(report.verdict.wakes?.resumedShare).toBeCloseTo(11 / 12)
    expect(report.cost).toMatchObject({ isShareMeasured: true })
    expect(report.cost?.resumedShare).toBeCloseTo(11 / 12)
    expect(textOf(report)).toMatch(/ days as 11 of 12 wakes resume; without resuming /)
})

test("one that outlives a sleep and not two does not resume at each wake, and is told to be kept for many", async () => {
    const { report } = await run({ rules: { ...ticket12(15), software: "nginx/1.22.1" }, options: plain })
    expect(report.verdict).toMatchObject({
        ...{ answer: "sometimes", wakes: { inARow: { least: 1, most: 1 } } },
        text: "Resumes after 10m, but not at each wake (TLS 1.2, ticket): a session ends after too few sleeps. 1 wake in a row, then one full handshake.",
    })
    const longer = report.advice.find(({ code }) => code === "longer")
    expect(longer?.settings.find(({ server }) => server === "nginx")?.set).toContain("ssl_session_timeout 6000s")
})

test("without a promise, and without the wait, it is known for as long as it was seen", async () => {
    const rules: Rules = { forgetsMs: 35 * MINUTE_MS, spoken: ["TLS1.2 id"] }
    const seen = await run({ rules, options: plain })
    expect(seen.report.verdict.text).toBe(
        "Resumes after 10m (TLS 1.2, id): 1 wake in a row or more, then two full handshakes.",
    )
    expect(textOf(seen.report)).toContain(" days as at least 1 of 3 wakes resume")
    expect(textOf(seen.report)).toContain("its first session's end not reached")
    const waited = await run({ rules, options: { agesMs: minutes(10, 40) } })
    expect(waited.report.verdict.wakes).toMatchObject({ inARow: { least: 3, most: 3 }, fullInARow: 2, end: "life" })
    expect(waited.report.cost?.resumedShare).toBeCloseTo(3 / 5)
    expect(waited.report.advice.map(({ code }) => code)).toContain("tls13")
})

test("a chain goes on at the pace of a device's wakes for as long as there is time, and says what it has not seen", async () => {
    const { report } = await run({ rules: { forgetsMs: 1e9, lifetimeS: 7200 }, options: plain })
    expect(report.verdict.text).toBe("Resumes after 10m (TLS 1.3, psk).")
    expect(textOf(report)).toContain(
        "chain of 4 over 12.5m; to see whether it goes on after 2h: --sleep 10m --ages 2.5h",
    )
    const long = await run({
        rules: { forgetsMs: 120 * MINUTE_MS, lifetimeS: 7200 },
        options: { agesMs: minutes(10, 150) },
    })
    expect(versionIn(long.report, "TLS1.3 psk").chain).toMatchObject({ hops: 15, outlivesFirst: true })
    expect(textOf(long.report)).toContain("chain of 15 over 2.5h, beyond its first session's end")
    expect(versionIn(long.report, "TLS1.2 id").chain).toMatchObject({ hops: 11, outlivesFirst: false })
})

test("a server that renews tickets, but not their end, is found out", async () => {
    const rules: Rules = { forgetsMs: 35 * MINUTE_MS, lifetimeS: 2100, boundsChain: true, spoken: ["TLS1.3 psk"] }
    const { report } = await run({ rules, options: { agesMs: minutes(10, 45) } })
    expect(versionIn(report, "TLS1.3 psk").chain).toMatchObject({ hops: 3, renews: true, outlivesFirst: false })
    expect(report.verdict.text).toBe("Resumes after 10m (TLS 1.3, psk): 3 wakes in a row, then one full handshake.")
})

test("one that renews a session so often and no more does not resume at each wake", async () => {
    const rules: Rules = { forgetsMs: 1e9, renewals: 2, spoken: ["TLS1.3 psk"] }
    const { report } = await run({ rules, options: plain })
    expect(report.verdict).toMatchObject({
        ...{ answer: "sometimes", wakes: { inARow: { least: 2, most: 2 }, end: "chain" } },
        text: "Resumes after 10m, but not at each wake (TLS 1.3, psk): it does not renew a session as often as a device wakes. 2 wakes in a row, then one full handshake.",
    })
    expect(report.cost?.resumedShare).toBeCloseTo(2 / 3)
})

test("where no resumption brings a session, the tickets of one handshake are used up one after the other", async () => {
    const { report } = await run({ rules: { forgetsMs: 1e9, givesOnce: true }, options: plain })
    expect(report.verdict.wakes).toMatchObject({ inARow: { least: 2, most: 2 }, end: "spent" })
    expect(textOf(report)).toContain(" days as 2 of 3 wakes resume")
    const large = await run({ rules: { forgetsMs: 1e9, givesOnce: true, ticketBytes: 1200 }, options: plain })
    expect(large.report.verdict.wakes).toMatchObject({ inARow: { least: 1, most: 1 }, end: "spent" })
})

test("battery days take as many wakes for resumed as were", async () => {
    const rules: Rules = { forgetsMs: 1e9, spoken: ["TLS1.3 psk"] }
    const always = await run({ rules, options: plain })
    const twoMachines = { ...rules, machine: (_: string, n: number) => Math.floor(n / 3) % 2 }
    const sometimes = await run({ rules: twoMachines, options: plain })
    const share = sometimes.report.verdict.wakes?.resumedShare ?? 0
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.9)
    expect(sometimes.report.cost).toMatchObject({ resumedShare: share, isShareMeasured: true })
    const [all, some] = [always.report.cost, sometimes.report.cost]
    const won = (cost: typeof all) => (cost?.resumingDays.typical ?? 0) - (cost?.fullDays.typical ?? 0)
    expect(won(some)).toBeLessThan(won(all))
    expect(won(some)).toBeGreaterThan(0)
})

test("a week after its full handshake a device looks at the certificate again", async () => {
    const sleepMs = 2 * 1440 * MINUTE_MS
    const rules: Rules = { forgetsMs: 1e9, lifetimeS: 7 * 86_400, spoken: ["TLS1.3 psk"] }
    const { report } = await run({ rules, options: { sleepMs, agesMs: minutes(1440, 2880) } })
    expect(report.verdict.text).toBe("Resumes after 2d (TLS 1.3, psk): 3 wakes in a row, then one full handshake.")
})

test("behind an address of several machines many sessions are as old as the sleep, as one would tell nothing", async () => {
    const machine = (_: string, n: number) => Math.floor(n / 3) % 2
    const { report } = await run({ rules: { forgetsMs: 1e9, machine, spoken: ["TLS1.3 psk"] }, options: plain })
    const told = report.ages.filter(({ purpose, nominalMs }) => purpose === "once" && nominalMs === 10 * MINUTE_MS)
    expect(told).toHaveLength(14)
    expect(report.verdict.answer).toBe("sometimes")
    expect(textOf(report)).toMatch(/│ 10m {5}│ +\d+ of 14 │/)
    const one = await run({ rules: { forgetsMs: 1e9, spoken: ["TLS1.3 psk"] }, options: plain })
    expect(one.report.ages.filter(({ purpose, nominalMs }) => purpose === "once" && nominalMs > 0)).toHaveLength(4)
})

test("what another machine refused was not too old", async () => {
    const clock = new FakeClock(START)
    const isEnd = () => clock.now() > START + 12 * MINUTE_MS
    const machine = (_: string, n: number) => (isEnd() ? 2 : Math.floor(n / 3) % 2)
    const rules: Rules = { forgetsMs: 1e9, machine, spoken: ["TLS1.2 ticket"] }
    const { report } = await run({ rules, clock, options: plain })
    expect(versionIn(report, "TLS1.2 ticket").lifetime.belowMs).toBeGreaterThan(10 * MINUTE_MS)
    expect(report.verdict).toMatchObject({ answer: "sometimes", wakes: { inARow: { least: 143, most: 143 } } })
})

// The course of a probe, over hours that take no time here.
import { expect, test } from "vitest"
import { coreError } from "#warmhello/base/errors.js"
import { lifetimeIn } from "#warmhello/probe/advice.js"
import type { Connect } from "#warmhello/probe/connect.js"
import { type ProbeRecord, recordSchema } from "#warmhello/probe/record.js"
import { serverNamed } from "#warmhello/probe/servers.js"
import { ways } from "#warmhello/probe/ways.js"
import { MINUTE_MS, minutes, run, START } from "./fake-run.js"
import { FakeClock, FakeServer, type Rules } from "./fake-server.js"
import { outcomesOf, versionIn } from "./support.js"

const gapsOf = (moments: readonly number[]): number[] =>
    moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0))

test("no two connects begin within half a second, over all addresses", async () => {
    const { server } = await run({ rules: { forgetsMs: 1e9 }, addresses: ["192.0.2.1", "192.0.2.2", "2001:db8::1"] })
    expect(server.connects.length).toBeGreaterThan(60)
    expect(Math.min(...gapsOf(server.connects))).toBeGreaterThanOrEqual(500)
})

test("each age is that of the session, and the wait is the longest of them", async () => {
    const { report, clock } = await run({ rules: { forgetsMs: 1e9 }, options: { agesMs: minutes(1, 10, 60, 480) } })
    expect(report.verdict).toMatchObject({ answer: "resumes" })
    for (const { nominalMs, actualMs, chainMs, outcome } of report.ages) {
        expect(outcome).toBe("resumed")
        const ageMs = chainMs ?? actualMs ?? 0
        expect(ageMs).toBeGreaterThanOrEqual(nominalMs)
        expect(ageMs).toBeLessThan(nominalMs + MINUTE_MS)
    }
    expect(clock.now() - START).toBeLessThan(482 * MINUTE_MS)
})

test("the lifetime lies between the last age that was resumed and the first that was not", async () => {
    const { report } = await run({ rules: { forgetsMs: 7 * MINUTE_MS } })
    for (const way of ways) {
        expect(outcomesOf(report, way)).toEqual(["resumed", "resumed", "resumed", "full", "full"])
        const { atLeastMs, belowMs, isUnsteady } = versionIn(report, way).lifetime
        expect(atLeastMs).toBeGreaterThanOrEqual(5 * MINUTE_MS)
        expect(atLeastMs).toBeLessThan(7 * MINUTE_MS)
        expect(belowMs).toBeGreaterThanOrEqual(10 * MINUTE_MS)
        expect(isUnsteady).toBe(false)
    }
    expect(report.verdict).toMatchObject({ answer: "does-not-resume", otherWays: [] })
    expect(report.verdict.text).toMatch(
        /^Does not resume after 10m \(TLS 1.3, psk\): it resumed after 5.*m and not after 10/,
    )
})

test("a chain outlives the first session where a resumption renews it, and ends with it where none does", async () => {
    const { report } = await run({ rules: { forgetsMs: 7 * MINUTE_MS }, options: { agesMs: minutes(3, 6, 9, 12, 15) } })
    expect(versionIn(report, "TLS1.3 psk").chain).toMatchObject({ hops: 5, outlivesFirst: true, renews: true })
    expect(versionIn(report, "TLS1.2 id").chain).toMatchObject({ hops: 2, outlivesFirst: false, renews: false })
    expect(versionIn(report, "TLS1.2 ticket").chain?.brokeAtMs).toBeGreaterThanOrEqual(9 * MINUTE_MS)
    const renewing = await run({
        rules: { forgetsMs: 7 * MINUTE_MS, renews: true },
        options: { agesMs: minutes(3, 6, 9, 12, 15) },
    })
    expect(versionIn(renewing.report, "TLS1.2 ticket").chain).toMatchObject({ hops: 5, outlivesFirst: true })
})

test("a server that never resumes is not waited for", async () => {
    const { report, clock } = await run({ rules: { forgetsMs: 0 }, options: { agesMs: minutes(480) } })
    expect(report.verdict).toMatchObject({ answer: "does-not-resume" })
    expect(report.verdict.text).toContain("it gives sessions and resumes none")
    expect(clock.now() - START).toBeLessThan(MINUTE_MS)
})

test("a server that breaks off each handshake with a session does not resume", async () => {
    const { report, clock } = await run({ rules: { forgetsMs: 1e9, breaks: true }, options: { agesMs: minutes(480) } })
    expect(report.verdict.answer).toBe("does-not-resume")
    expect(report.ages.every(({ outcome }) => outcome === "broken")).toBe(true)
    expect(clock.now() - START).toBeLessThan(MINUTE_MS)
})

test("one that breaks off any handshake when the sleep is over has not refused a session", async () => {
    const clock = new FakeClock(START)
    const server = new FakeServer(clock, { forgetsMs: 1e9 })
    const connect: Connect = (request) => {
        if (clock.now() > START + 9 * MINUTE_MS) throw coreError("closed", "192.0.2.1:443: ")
        return server.connect(request)
    }
    const { report } = await run({ rules: { forgetsMs: 1e9 }, clock, server, options: { connect } })
    expect(report.verdict.answer).toBe("could-not-tell")
    expect(report.verdict.text).toMatch(/^Could not tell whether it resumes after 10m: 192.0.2.1:443: the connection/)
    expect(report.ages.map(({ outcome }) => outcome)).not.toContain("broken")
})

test("of two machines behind one address each resumes what is its own", async () => {
    const { report } = await run({ rules: { forgetsMs: 1e9, machine: (_, n) => Math.floor(n / 3) % 2 } })
    expect(report.verdict.answer).toBe("sometimes")
    expect(report.verdict.text).toMatch(/^Resumes after 10m only sometimes: \d+ of \d+ sessions/)
    const advice = report.advice.find(({ code }) => code === "share-keys")
    expect(advice?.text).toContain("Behind the address")
    expect(advice?.settings.map(({ standard }) => standard)).not.toContain("5m, no cache")
})

test("a TLS 1.2 without the extended master secret is none that a device keeps", async () => {
    const rules: Rules = { forgetsMs: 1e9, extendedMasterSecret: false, spoken: ["TLS1.2 ticket", "TLS1.2 id"] }
    const { report } = await run({ rules })
    expect(outcomesOf(report, "TLS1.2 id").every((outcome) => outcome === "resumed")).toBe(true)
    expect(report.verdict).toMatchObject({ answer: "does-not-resume", otherWays: [] })
    expect(report.advice[0]?.code).toBe("extended-master-secret")
})

test("a ticket that is longer than a device keeps is of no use to it", async () => {
    const { report } = await run({ rules: { forgetsMs: 1e9, ticketBytes: 2500 }, options: { waits: true } })
    expect(report.verdict.answer).toBe("does-not-resume")
    expect(report.verdict.text).toContain("its ticket of 2500 bytes is longer than a device keeps")
    expect(report.verdict.otherWays).toEqual(["TLS1.2 id"])
    expect(report.advice.map(({ code }) => code)).toEqual(expect.arrayContaining(["long-ticket", "other-version"]))
})

test("a server that is gone when the sleep is over leaves it open, and the verdict says what was met", async () => {
    const clock = new FakeClock(START)
    const server = new FakeServer(clock, { forgetsMs: 1e9 })
    const connect: Connect = (request) => {
        if (clock.now() > START + 9 * MINUTE_MS) throw coreError("connection-refused", "192.0.2.1:443: ")
        return server.connect(request)
    }
    const { report } = await run({ rules: { forgetsMs: 1e9 }, clock, server, options: { connect } })
    expect(report.verdict.answer).toBe("could-not-tell")
    expect(report.verdict.text).toMatch(
        /^Could not tell whether it resumes after 10m: 192.0.2.1:443: the server refuses/,
    )
})

test("a server that is away for some seconds when the sleep is over is asked again", async () => {
    const clock = new FakeClock(START)
    const server = new FakeServer(clock, { forgetsMs: 1e9 })
    let goneAt = 0
    const connect: Connect = (request) => {
        if (goneAt === 0 && clock.now() > START + 9 * MINUTE_MS) goneAt = clock.now()
        if (goneAt > 0 && clock.now() < goneAt + 7000) throw coreError("connection-refused", "192.0.2.1:443: ")
        return server.connect(request)
    }
    const { report } = await run({ rules: { forgetsMs: 1e9 }, clock, server, options: { connect } })
    expect(goneAt).toBeGreaterThan(0)
    expect(report.verdict.answer).toBe("resumes")
    expect(report.ages.map(({ outcome }) => outcome)).not.toContain("failed")
})

test("a session ID that wolfSSL does not know again is none that a device keeps", async () => {
    const rules: Rules = { forgetsMs: 1e9, idBytes: 16, spoken: ["TLS1.2 id"] }
    const { report } = await run({ rules })
    expect(outcomesOf(report, "TLS1.2 id").every((outcome) => outcome === "resumed")).toBe(true)
    expect(report.verdict.answer).toBe("does-not-resume")
    expect(report.verdict.text).toContain("its session ID of 16 bytes is none that a device keeps: that has 32")
})

test("where a resumption brings no session and uses up its own, not every wake resumes", async () => {
    const { report } = await run({ rules: { forgetsMs: 1e9, givesOnce: true } })
    expect(outcomesOf(report, "TLS1.3 psk").every((outcome) => outcome === "resumed")).toBe(true)
    expect(report.verdict.answer).toBe("sometimes")
    expect(report.verdict.text).toMatch(
        /^Resumes after 10m, but not at each wake .*: a resumption brings no new session/,
    )
    expect(report.verdict.otherWays).toEqual(["TLS1.2 ticket", "TLS1.2 id"])
    expect(report.advice.map(({ code }) => code)).not.toContain("share-keys")
    expect(report.advice.find(({ code }) => code === "renew")?.text).toContain("policy.reuse to when-not-renewed")
    const spent = await run({ rules: { forgetsMs: 1e9, takesOnce: true, spoken: ["TLS1.2 ticket"] } })
    expect(spent.report.verdict.answer).toBe("sometimes")
    const renewing = await run({ rules: { forgetsMs: 1e9, takesOnce: true } })
    expect(renewing.report.verdict.answer).toBe("resumes")
})

test("no lifetime is advised that is longer than a session may live, as Erlang and Java take none", () => {
    const java = serverNamed("java")
    expect(java && lifetimeIn(java, 6 * 1440 * MINUTE_MS).set).toBe("-Djdk.tls.server.sessionTicketTimeout=604800")
})

test("no TLS 1.2 session is kept for longer than a day, and none by TLS 1.3 for longer than its server promises", async () => {
    const rules: Rules = { forgetsMs: 1e9 }
    const days = { sleepMs: 1500 * MINUTE_MS, agesMs: minutes(1500) }
    const { report } = await run({ rules: { ...rules, spoken: ["TLS1.2 id"] }, options: days })
    expect(report.verdict.text).toContain("a session of TLS 1.2 is kept for 1d at most")
    const promised = await run({ rules, options: days })
    expect(promised.report.verdict.text).toContain("its sessions live for 1d")
})

test("an interrupted probe says what it knows, and goes on after a reboot with the sessions that it has", async () => {
    const rules: Rules = { forgetsMs: 20 * MINUTE_MS }
    const clock = new FakeClock(START)
    const server = new FakeServer(clock, rules)
    const end = new AbortController()
    clock.onWait = (endAt) => {
        if (endAt > START + 3 * MINUTE_MS) end.abort()
    }
    const kept: ProbeRecord[] = []
    const keep = (record: ProbeRecord) => void kept.push(structuredClone(record))
    const first = await run({ rules, clock, server, options: { signal: end.signal, keep } })
    expect(first.complete).toBe(false)
    expect(first.report.verdict.answer).toBe("could-not-tell")
    expect(outcomesOf(first.report, "TLS1.3 psk")).toEqual(["resumed", "resumed"])

    clock.onWait = () => {}
    clock.pass(12 * MINUTE_MS)
    const record = recordSchema.parse(JSON.parse(JSON.stringify(kept.at(-1))))
    const before = server.connects.length
    const second = await run({ rules, clock, server, options: { record } })
    expect(second.complete).toBe(true)
    expect(second.report.verdict.answer).toBe("resumes")
    expect(outcomesOf(second.report, "TLS1.3 psk")).toEqual(["resumed", "resumed", "resumed", "resumed", "full"])
    // Nothing was asked again, and no session was offered twice but those that were meant to be.
    expect(server.connects.length - before).toBe(second.report.ages.length - first.report.ages.length)
    const again = second.report.ages.filter(({ purpose }) => purpose === "again").length
    const kept12 = second.report.ages.filter(({ purpose, kind }) => purpose === "chain" && kind !== "psk").length
    const distinct = new Set(server.offered).size
    expect(server.offered.length - distinct).toBeLessThanOrEqual(again + kept12)
})

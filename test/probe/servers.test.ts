// The probe against servers that none of us wrote: its verdict is what is true in each configuration.
import { stripVTControlCharacters } from "node:util"
import { describe, expect, test } from "vitest"
import { reportLines } from "#warmhello/cli/probe-text.js"
import type { AgeReport, ProbeReport } from "#warmhello/probe/report.js"
import { tellsPskKe } from "#warmhello/probe/ways.js"
import { mosquitto, nginx, openssl } from "./real-servers.js"
import { ask, FORGETS_S, outcomesOf, versionIn } from "./support.js"

const cached = "ssl_session_cache shared:sessions:1m; ssl_protocols TLSv1.2 TLSv1.3;"
const all = ["resumed", "resumed", "resumed"]

/** What a person reads, whatever the width of the terminal. */
const textOf = (report: ProbeReport): string =>
    stripVTControlCharacters(reportLines(report, 60).join("\n")).replaceAll(/\n */g, " ")

/** Servers count in whole seconds. */
const SECOND_MS = 1000

/** What a server that forgets after this time must have done; near it either is right. */
function isTrue({ actualMs, outcome }: AgeReport, forgetsMs: number): boolean {
    if (actualMs === null) return false
    if (actualMs < forgetsMs - SECOND_MS) return outcome === "resumed"
    return actualMs <= forgetsMs + SECOND_MS || outcome === "full" || outcome === "not-offered"
}

describe.concurrent("OpenSSL's s_server", () => {
    test("resumes in all three ways", async () => {
        await using running = await openssl()
        const report = await ask(running)
        expect(report.verdict).toMatchObject({ answer: "resumes", protocol: "TLS1.3", kind: "psk" })
        for (const way of ["TLS1.3 psk", "TLS1.2 ticket", "TLS1.2 id"] as const)
            expect(outcomesOf(report, way)).toEqual(all)
        expect(versionIn(report, "TLS1.3 psk")).toMatchObject({
            ...{ sessionsPerHandshake: 2, singleUse: false, group: "x25519", helloRetryRequest: false, pskKe: false },
            lifetime: { advertisedMs: 7_200_000, belowMs: null },
            chain: { hops: 2, renews: true, brokeAtMs: null },
            full: { flights: { median: 3 } },
            resumed: { flights: { median: 3 } },
        })
        expect(textOf(report)).toContain(
            "secp384r1 yes. HelloRetryRequest: none, as it takes x25519, which a device offers first. Early data: none;",
        )
        expect(versionIn(report, "TLS1.2 id")).toMatchObject({
            ...{ ticketBytes: 0, extendedMasterSecret: true },
            chain: { hops: 2, renews: false },
            full: { flights: { median: 4 } },
            resumed: { flights: { median: 3 } },
        })
    })

    test("that keeps sessions itself resumes by ID, and takes each again", async () => {
        await using running = await openssl("-no_ticket")
        const report = await ask(running)
        expect(report.verdict.answer).toBe("resumes")
        expect(versionIn(report, "TLS1.3 psk")).toMatchObject({ singleUse: false, ticketBytes: 32 })
        expect(versionIn(report, "TLS1.2 ticket").sessionsPerHandshake).toBe(0)
        expect(versionIn(report, "TLS1.2 id").singleUse).toBe(false)
    })

    test("that does without a new key exchange is found out, and resumes all the same", async () => {
        await using running = await openssl("-allow_no_dhe_kex")
        const report = await ask({ ...running, options: { ways: ["TLS1.3 psk"], sleepMs: 500, agesMs: [0, 500] } })
        expect(report.verdict.answer).toBe("resumes")
        expect(versionIn(report, "TLS1.3 psk").pskKe).toBe(tellsPskKe)
    })

    test("without TLS 1.3 is asked by ticket", async () => {
        await using running = await openssl("-no_tls1_3")
        const report = await ask(running)
        expect(report.verdict).toMatchObject({ answer: "resumes", protocol: "TLS1.2", kind: "ticket" })
        expect(versionIn(report, "TLS1.3 psk")).toMatchObject({ spoken: false })
        expect(report.advice.map(({ code }) => code)).toContain("tls13")
    })

    test("that gives no tickets in TLS 1.3 resumes nothing there, and the device is told of TLS 1.2", async () => {
        await using running = await openssl("-num_tickets", "0")
        const report = await ask({ ...running, options: { waits: true } })
        expect(report.verdict).toMatchObject({ answer: "does-not-resume", protocol: "TLS1.3" })
        expect(report.verdict.otherWays).toEqual(["TLS1.2 ticket", "TLS1.2 id"])
        expect(report.advice.map(({ code }) => code)).toEqual(expect.arrayContaining(["turn-on", "other-version"]))
    })

    test("that takes early data takes each session once", async () => {
        await using running = await openssl("-max_early_data", "4096")
        const report = await ask(running)
        expect(report.verdict.answer).toBe("resumes")
        expect(versionIn(report, "TLS1.3 psk")).toMatchObject({ maxEarlyData: 4096, singleUse: true })
        expect(textOf(report)).toContain("Early data: up to 4096 B; a device sends none")
    })

    test("that takes P-384 only asks for it in a flight of its own", async () => {
        await using running = await openssl("-groups", "P-384")
        const report = await ask(running)
        expect(report.groups).toEqual([
            { group: "x25519", taken: false, flights: null },
            { group: "secp256r1", taken: false, flights: null },
            { group: "secp384r1", taken: true, flights: 3 },
        ])
        expect(report.verdict.answer).toBe("resumes")
        expect(versionIn(report, "TLS1.3 psk")).toMatchObject({
            ...{ helloRetryRequest: true, group: "secp384r1" },
            full: { flights: { median: 5 } },
            retryCost: { full: 1, resumed: 1 },
        })
        expect(report.advice.find(({ code }) => code === "first-group")?.text).toContain(
            "each handshake, also one that resumes, takes a round trip more",
        )
        expect(textOf(report)).toContain(
            "Groups of a device: x25519 no, secp256r1 no, secp384r1 yes. HelloRetryRequest: yes:",
        )
    })

    // OpenSSL's own client is refused by it as well: the session is spent by the first ClientHello of two.
    test("that does both resumes none", async () => {
        await using running = await openssl("-groups", "P-384", "-max_early_data", "4096")
        const report = await ask(running)
        expect(report.verdict).toMatchObject({ answer: "does-not-resume", resumed: 0 })
    })
})

describe.concurrent("nginx", () => {
    test("that forgets earlier than the sleep ends does not resume, and is told what to set", async () => {
        await using running = await nginx({ settings: `${cached} ssl_session_timeout ${FORGETS_S}s;` })
        const report = await ask({ ...running, language: "https", options: { waits: true } })
        expect(report.verdict.answer).toBe("does-not-resume")
        for (const one of report.ages.filter(({ purpose }) => purpose !== "chain" && purpose !== "psk_ke"))
            expect(isTrue(one, FORGETS_S * 1000), JSON.stringify(one)).toBe(true)
        expect(versionIn(report, "TLS1.3 psk").lifetime.advertisedMs).toBe(FORGETS_S * 1000)
        const longer = report.advice.find(({ code }) => code === "longer")
        expect(longer?.settings).toEqual([
            {
                ...{ server: "nginx", where: "http, stream or server block", standard: "5m, no cache" },
                set: "ssl_session_timeout 10s;\nssl_session_cache shared:SSL:10m;",
            },
        ])
    })

    test("that says itself that it forgets earlier is not waited for", async () => {
        await using running = await nginx({ settings: `${cached} ssl_session_timeout 60s;` })
        const hour = { sleepMs: 3_600_000, agesMs: [0, 900_000, 3_600_000] }
        const report = await ask({ ...running, options: hour })
        expect(report).toMatchObject({ isWaitSpared: true, verdict: { answer: "does-not-resume" } })
        expect(report.verdict.text).toContain("its sessions live for 1m")
    })

    test("that remembers for longer resumes", async () => {
        await using running = await nginx({ settings: `${cached} ssl_session_timeout 60s;` })
        const report = await ask(running)
        expect(report.verdict.answer).toBe("resumes")
        expect(versionIn(report, "TLS1.2 id").lifetime).toMatchObject({ advertisedMs: null, belowMs: null })
    })

    test("without tickets resumes by ID", async () => {
        await using running = await nginx({
            settings: "ssl_session_cache shared:sessions:1m; ssl_session_tickets off; ssl_protocols TLSv1.2;",
        })
        const report = await ask(running)
        expect(report.verdict).toMatchObject({ answer: "resumes", protocol: "TLS1.2", kind: "id" })
    })

    test("without tickets and without a cache, which is its default, resumes nothing", async () => {
        await using running = await nginx({ settings: "ssl_session_tickets off; ssl_protocols TLSv1.2 TLSv1.3;" })
        const report = await ask(running)
        expect(report.verdict).toMatchObject({ answer: "does-not-resume", resumed: 0, otherWays: [] })
        expect(report.advice.map(({ code }) => code)).toContain("turn-on")
    })
})

test("mosquitto resumes, also whom it refuses", async () => {
    await using running = await mosquitto()
    const report = await ask({ ...running, language: "mqtt" })
    expect(report.verdict).toMatchObject({ answer: "resumes", protocol: "TLS1.3" })
})

// What the command prints: in a narrow terminal no line is torn by it.
import { readFileSync } from "node:fs"
import { stripVTControlCharacters } from "node:util"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { Output } from "#warmhello/cli/output.js"
import { ProbeProgress } from "#warmhello/cli/probe-progress.js"
import { reportLines, settingLines } from "#warmhello/cli/probe-text.js"
import { lifetimeIn, sharingIn } from "#warmhello/probe/advice.js"
import type { Connect } from "#warmhello/probe/connect.js"
import type { ProbeEvent } from "#warmhello/probe/probe.js"
import type { ProbeReport } from "#warmhello/probe/report.js"
import { servers } from "#warmhello/probe/servers.js"
import { MINUTE_MS, run, START } from "./fake-run.js"
import { FakeClock, FakeServer } from "./fake-server.js"
import { nginx } from "./real-servers.js"
import { ask } from "./support.js"

const linesOf = (report: ProbeReport, columns: number): string[] =>
    reportLines(report, columns).flatMap((line) => stripVTControlCharacters(line).split("\n"))

test.each([60, 80])("a report fits %i columns, its verdict first and its setting whole", async (columns) => {
    await using running = await nginx({ settings: "ssl_session_tickets off;" })
    const quick = { agesMs: [0, 200], sleepMs: 200 }
    const lines = linesOf(await ask({ ...running, language: "https", options: quick }), columns)
    expect(lines[1]).toMatch(/^Does not resume after 200 ms/)
    expect(lines.filter((line) => line.length > columns)).toEqual([])
    expect(lines.filter((line) => line.startsWith("  nginx (http, stream or server block; "))).toHaveLength(1)
    expect(lines).toEqual(
        expect.arrayContaining(["    ssl_session_timeout 1s;", "    ssl_session_cache shared:SSL:10m;"]),
    )
})

test("a server that does not say what it is gets no list of settings, but a way to find out", async () => {
    await using running = await nginx({ settings: "ssl_session_timeout 1s;" })
    const lines = linesOf(await ask({ ...running, options: { agesMs: [0, 3000], sleepMs: 3000 } }), 60)
    expect(lines[1]).toMatch(/^Does not resume after 3.00 s/)
    const text = lines.map((line) => line.trim()).join(" ")
    expect(text).toContain(
        "but its TLS is that of OpenSSL, as nginx, Apache, HAProxy, mosquitto, stunnel, Node have it",
    )
    expect(text).toContain("docs/PROBE.md has all settings.")
    expect(text).not.toContain("ssl_session_timeout")
})

test.each(servers)("what $name is told fits 60 columns", (server) => {
    for (const setting of [lifetimeIn(server, 600_000), sharingIn(server)]) {
        const lines = settingLines({ server: server.name, ...setting }, 60)
        expect(lines.filter((line) => line.length > 60)).toEqual([])
    }
})

test("what was not tried is not said to have failed, and one is one", async () => {
    await using running = await nginx({ settings: "ssl_session_tickets off;" })
    const end = new AbortController()
    const options = { signal: end.signal, onEvent: ({ kind }: ProbeEvent) => kind === "surveyed" && end.abort() }
    const text = reportLines(await ask({ ...running, options }), 1000).join("\n")
    expect(text).toContain("no lifetime promised, not tried yet")
    expect(text).toContain("127.0.0.1: none of its own sessions tried yet")
    expect(text).toMatch(/ ms, 1 run$/m)
    const all = await ask({ ...running, options: { agesMs: [0, 200], sleepMs: 200 } })
    expect(reportLines(all, 1000).join("\n")).not.toContain("chain of 0")
})

test("a session that was refused later than its row says has its own age", async () => {
    const rules = { forgetsMs: 20 * MINUTE_MS }
    const clock = new FakeClock(START)
    const server = new FakeServer(clock, rules)
    const connect: Connect = (request) => {
        // Something keeps the machine busy when the session of ten minutes is due.
        if (clock.now() > START + 9 * MINUTE_MS && clock.now() < START + 25 * MINUTE_MS) clock.pass(15 * MINUTE_MS)
        return server.connect(request)
    }
    const { report } = await run({ rules, clock, server, options: { connect } })
    expect(reportLines(report, 1000).join("\n")).toMatch(/10m +│ full +│ full at 2\dm/)
})

class NarrowOutput extends Output {
    text = ""

    override get columns(): number {
        return 60
    }

    override line(text = ""): void {
        this.text += `${stripVTControlCharacters(text)}\n`
    }
}

test("what is told while it runs fits 60 columns as well, and psk_ke that is not taken is no failure", async () => {
    await using running = await nginx({ settings: "ssl_protocols TLSv1.2 TLSv1.3;" })
    const output = new NarrowOutput(undefined)
    const progress = new ProbeProgress(output)
    const calm = (event: ProbeEvent) => event.kind !== "wait" && progress.show(event)
    await ask({ ...running, options: { agesMs: [0, 200], sleepMs: 200, onEvent: calm } })
    expect(output.text).toMatch(/^TLS1\.3 psk after .* not taken by psk_ke$/m)
    progress.show({
        kind: "redemption",
        redemption: {
            ...{ purpose: "once", way: "TLS1.3 psk", from: "192.0.2.1", to: "192.0.2.1", ageMs: 1000, ticket: 0 },
            ...{ outcome: "failed", actualAgeMs: 1000, chainAgeMs: null, hops: 0, renewed: false, at: START },
            why: "broker.example.com:8883 at 192.0.2.1: the server ended the handshake with an alert (ERR_SSL_ALERT)",
        },
    })
    expect(output.text).toContain("(ERR_SSL_ALERT)\n")
    expect(output.text.split("\n").filter((line) => line.length > 60)).toEqual([])
})

test("what Caddy is told keeps tickets for as long as they are wanted, whenever its keys change", () => {
    const caddy = servers.find(({ name }) => name === "Caddy")
    const HOUR_S = 3600
    expect(caddy?.lifetime(36 * HOUR_S)).toBe('"session_tickets": {"disabled": false}')
    expect(caddy?.lifetime(40 * HOUR_S)).toContain('"rotation_interval": "14h"')
    expect(caddy?.lifetime(7 * 24 * HOUR_S)).toContain('"rotation_interval": "56h"')
})

test.each(servers)("docs/PROBE.md has what $name is told", (server) => {
    const page = readFileSync(checkoutPath("docs/PROBE.md"), "utf8")
    for (const { set } of [lifetimeIn(server, 600_000), sharingIn(server)])
        for (const line of set.split("\n")) expect(page).toContain(`\`${line.trim()}\``)
})

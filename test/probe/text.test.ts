// What the command prints: in a narrow terminal no line is torn by it.
import { stripVTControlCharacters } from "node:util"
import { expect, test } from "vitest"
import { reportLines } from "#warmhello/cli/probe-text.js"
import type { ProbeEvent } from "#warmhello/probe/probe.js"
import type { ProbeReport } from "#warmhello/probe/report.js"
import { servers } from "#warmhello/probe/servers.js"
import { nginx } from "./real-servers.js"
import { ask } from "./support.js"

const LONGEST_WORD = 60

test.each([60, 80])("a report fits %i columns, its verdict first and its settings whole", async (columns) => {
    await using running = await nginx({ settings: "ssl_session_tickets off;" })
    const report: ProbeReport = await ask({ ...running, options: { agesMs: [0, 200], sleepMs: 200 } })
    const lines = reportLines(report, columns).flatMap((line) => stripVTControlCharacters(line).split("\n"))
    expect(lines[1]).toMatch(/^Does not resume after 200 ms/)
    expect(lines.filter((line) => line.length > columns)).toEqual([])
    expect(lines.filter((line) => line.startsWith("  nginx: "))).toHaveLength(1)
    const text = lines.map((line) => line.trim()).join(" ")
    for (const { name, lifetime } of servers) expect(text).toContain(`${name}: ${lifetime(1)}`)
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

test("what Caddy is told keeps tickets for as long as they are wanted, whenever its keys change", () => {
    const caddy = servers.find(({ name }) => name === "Caddy")
    const HOUR_S = 3600
    expect(caddy?.lifetime(36 * HOUR_S)).toContain("on unless")
    expect(caddy?.lifetime(40 * HOUR_S)).toContain('"rotation_interval": "14h"')
    expect(caddy?.lifetime(7 * 24 * HOUR_S)).toContain('"rotation_interval": "56h"')
})

test("no setting has a word that is longer than a terminal", () => {
    const words = servers.flatMap(({ lifetime, shared }) => `${lifetime(1_000_000)} ${shared}`.split(" "))
    expect(words.filter((word) => word.length > LONGEST_WORD - 4)).toEqual([])
})

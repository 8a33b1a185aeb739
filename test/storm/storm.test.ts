// Small storms; CI has one of 5000 devices as a stage of its own.

import { once } from "node:events"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { describe, expect, test, vi } from "vitest"
import { freePort } from "#dev/servers/free-port.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { startNginx } from "#dev/servers/nginx.js"
import type { Server, ServerOptions } from "#dev/servers/server.js"
import { type StormOptions, storm } from "#dev/storm/storm.js"
import { phases as phaseTable } from "#dev/storm/storm-tables.js"
import { decodeOutcome } from "#warmhello/base/compact-outcome.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { fittedText, tableText } from "#warmhello/cli/table.js"
import type { StormPhase, StormResult } from "#warmhello/run/storm.js"
import { syntheticStorm } from "../report/synthetic-storm.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { dev, startDevCommand } from "../ts/support/command.js"

const TIMEOUT_MS = 180_000
const scenario = (name: string) => checkoutPath(`test/storm/${name}.py`)

async function run(options: Partial<StormOptions>): Promise<StormResult> {
    const result = await storm({
        ...{ devices: 100, scenario: scenario("quick_restart"), server: "mosquitto", certificate: "ecdsa" },
        ...{ workers: 1, atOnce: 16, pool: 1, sharedKeys: false, ticketKeys: false, lifetimeS: 7200, sTimeS: 0 },
        ...{ locust: [], onLine: () => {}, signal: new AbortController().signal },
        ...options,
    })
    if (result === undefined) throw new Error("the storm was broken off")
    return result
}

function phase({ phases }: StormResult, name: string): StormPhase {
    const found = phases.find((one) => one.name === name)
    if (found === undefined) throw new Error(`there is no phase ${name}`)
    return found
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
const total = (counts: Record<string, number>): number => sum(Object.values(counts))

/** What each part tells must be what the whole tells. */
function expectSums(result: StormResult): void {
    const { phases, load, reports } = result
    for (const what of ["wakes", "full", "resumed", "failures", "undelivered", "bytesTx", "bytesRx"] as const) {
        expect([what, sum(phases.map((one) => one[what]))]).toEqual([what, result[what]])
    }
    expect(result.full + result.resumed + result.failures).toBe(result.wakes)
    expect(total(result.reasons)).toBe(result.wakes)
    expect(sum(load.map(({ devices }) => devices))).toBe(result.devices)
    expect(sum(load.map(({ full }) => full))).toBe(result.full)
    expect(sum(load.map(({ resumed }) => resumed))).toBe(result.resumed)
    const { latencies } = result
    const rows = (what: string) => sum(latencies.filter((row) => row.what === what).map(({ count }) => count))
    expect([rows("full"), rows("resumed")]).toEqual([result.full, result.resumed])
    expect(reports.acknowledged).toBe(reports.made)
}

test("a broker restarts under 200 devices on two workers, and no report is lost", { timeout: TIMEOUT_MS }, async () => {
    const result = await run({ devices: 200, workers: 2 })
    expect(result).toMatchObject({ devices: 200, workers: 2, reports: { lost: 0 } })
    expect(result.load.map(({ devices }) => devices)).toEqual([100, 100])
    expectSums(result)
    expect(result.reports.arrived).toBe(result.reports.made)
    expect(phase(result, "first connect")).toMatchObject({ full: 200, failures: 0, errors: {} })
    const steady = phase(result, "steady")
    expect(steady.resumed).toBeGreaterThanOrEqual(200)
    expect(steady.full).toBe(0)
    // Nobody is reached, and who has failed three times in a row is advised to stay away.
    const away = phase(result, "away")
    expect(away.errors["connection-refused"]).toBeGreaterThan(30)
    expect(Object.keys(away.backoff.advisedS)).toEqual(["1", "2"]) // drawn from the second half of 2 s
    expect(away.backoff.sleptLongerS).toBeGreaterThan(0)
    // mosquitto has new ticket keys: each device pays once, and what it had to say meanwhile arrives.
    const back = phase(result, "back")
    expect(away.full + back.full).toBe(200)
    expect(back.allServedS).toBeGreaterThan(0)
    expect(phase(result, "steady again")).toMatchObject({ full: 0, failures: 0 })
    expect(result.memory.stateBytes).toBeLessThan(4096)
})

test("devices that failed together do not come back together", { timeout: TIMEOUT_MS }, async () => {
    const result = await run({ devices: 120, scenario: "outage" })
    expectSums(result)
    expect(result.reports.lost).toBe(0)
    const advised = phase(result, "away").backoff.advisedS
    expect(total(advised)).toBe(120)
    // Of the nine seconds from 8 to 16 no one has half of the devices, and few have none.
    expect(
        Object.keys(advised)
            .map(Number)
            .every((s) => 8 <= s && s <= 16),
    ).toBe(true)
    expect(Object.keys(advised).length).toBeGreaterThanOrEqual(6)
    expect(Math.max(...Object.values(advised))).toBeLessThan(60)
    expect(phase(result, "back")).toMatchObject({ full: 120, failures: 0 })
})

test("a report tells of the wake that made it, whichever delivers it", { timeout: TIMEOUT_MS }, async () => {
    const said = `${temporaryFolder()}/said`
    vi.stubEnv("STORM_SAID", said)
    const result = await run({ scenario: scenario("quick_told") })
    vi.unstubAllEnvs()
    const lines = readFileSync(said, "ascii").trim().split("\n")
    const last = new Map(lines.map((line) => line.split(" ") as [string, string]))
    expect(last.size).toBe(result.reports.made)
    const results = [...last.values()].map((hex) => decodeOutcome(Buffer.from(hex, "hex"))?.result)
    const count = (word: string) => results.filter((one) => one === word).length
    expect(count("failed")).toBeGreaterThan(30)
    expect(count("failed") + count("full") + count("resumed")).toBe(result.reports.made)
    // At the end a device may wake once more for what is unsent alone.
    for (const [word, wakes] of [
        ["failed", result.failures],
        ["full", result.full],
        ["resumed", result.resumed],
    ] as const) {
        expect(count(word)).toBeLessThanOrEqual(wakes)
        expect(count(word)).toBeGreaterThan(wakes - 20)
    }
})

test("the server's processor time is told for both sorts", { timeout: TIMEOUT_MS }, async () => {
    const result = await run({ devices: 200, server: "nginx", certificate: "rsa", ticketKeys: true, tls: "1.2" })
    expectSums(result)
    expect(result.protocols).toEqual({ "TLS1.2": result.full + result.resumed })
    expect(result.reports).toMatchObject({ arrived: null, lost: 0 })
    const { serverCpuS, serverCpuSpread } = result
    // An RSA signature of 2048 bits takes what nothing else here takes.
    expect(serverCpuS.full).toBeGreaterThan(serverCpuS.resumed ?? Number.POSITIVE_INFINITY)
    expect(serverCpuSpread.resumed?.leastS).toBeGreaterThan(0)
    expect(serverCpuSpread.resumed?.mostS).toBeLessThan(0.1)
    // All of it is in the phases.
    expect(sum(result.phases.map(({ serverCpuTotalS }) => serverCpuTotalS ?? 0))).toBeGreaterThan(0)
})

test("a rotation costs nothing while the old ticket key is kept, and a renewed certificate costs nginx all sessions", {
    timeout: TIMEOUT_MS,
}, async () => {
    const result = await run({ server: "nginx", scenario: scenario("quick_rotation"), ticketKeys: true })
    expectSums(result)
    expect(phase(result, "old key kept").full).toBeLessThan(10) // of wakes that were under way
    expect(phase(result, "old key gone").full).toBeGreaterThan(90)
    expect(phase(result, "renewed").full).toBeGreaterThan(90)
})

test.each([
    [false, 0.33],
    [true, 1],
])(
    "of a pool of three each device resumes where it can: shared keys %s",
    { timeout: TIMEOUT_MS },
    async (sharedKeys, share) => {
        const settings = { scenario: scenario("quick_minute"), server: "nginx", pool: 3, devices: 200 } as const
        const result = await run({ ...settings, sharedKeys, workers: 2 })
        expectSums(result)
        const minutes = result.phases.slice(1)
        const withSession = sum(minutes.map(({ wakes, powerLosses }) => wakes - powerLosses))
        const resumed = sum(minutes.map((one) => one.resumed))
        expect(resumed / withSession).toBeGreaterThan(share - 0.1)
        expect(resumed / withSession).toBeLessThan(share + 0.1)
        // Whoever has lost the power has no session.
        expect(sum(minutes.map(({ reasons }) => reasons.none ?? 0))).toBe(
            sum(minutes.map(({ powerLosses }) => powerLosses)),
        )
        for (const { allServedS } of minutes) expect(allServedS).toBeGreaterThan(0)
    },
)

describe("a server of the user's", () => {
    async function withServer(
        start: (options: ServerOptions) => Promise<Server>,
        scheme: string,
        options: Partial<StormOptions>,
    ): Promise<StormResult> {
        const identity = await createIdentity()
        using server = await start({ identity: identity.server })
        const ca = `${temporaryFolder()}/ca.pem`
        writeFileSync(ca, identity.ca)
        return await run({ devices: 20, host: `${scheme}://localhost:${server.port}`, ca, ...options })
    }

    test.each([
        ["nginx", startNginx, "https"],
        ["mosquitto", startMosquitto, "mqtts"],
    ] as const)("may be %s", { timeout: TIMEOUT_MS }, async (_, start, scheme) => {
        const result = await withServer(start, scheme, { scenario: scenario("quick_minute") })
        expectSums(result)
        expect(result).toMatchObject({ failures: 0, undelivered: 0, serverCpuS: { full: null, resumed: null } })
        expect(result.resumed).toBeGreaterThan(20)
    })

    test("wants a plot", { timeout: TIMEOUT_MS }, async () => {
        const lines: string[] = []
        const plotless = `${temporaryFolder()}/plotless.py`
        writeFileSync(plotless, "from storm import Device\n\n\nclass Board(Device):\n    pass\n")
        await expect(run({ devices: 5, scenario: plotless, onLine: (line) => lines.push(line) })).rejects.toThrow(
            "failed",
        )
        expect(lines.join("\n")).toContain("storm: the scenario has no function under @plot")
    })

    test("is not restarted", { timeout: TIMEOUT_MS }, async () => {
        const lines: string[] = []
        const onLine = (line: string) => lines.push(line)
        await expect(withServer(startNginx, "https", { onLine })).rejects.toThrow("has failed")
        expect(lines.join("\n")).toContain("give no --host")
    })
})

describe("refused before Locust is begun", () => {
    const folder = temporaryFolder()
    const written = (name: string, text: string) => {
        writeFileSync(`${folder}/${name}`, text)
        return `${folder}/${name}`
    }

    test.each([
        [["--pool", "3"], "a pool is of nginx only"],
        [["--shared-keys", "--server", "nginx"], "--shared-keys goes with --pool"],
        [["--ticket-keys"], "mosquitto has no setting for ticket keys"],
        [["--host", "localhost:8883", "--ca", "ca.pem"], "--host is mqtts://NAME:PORT or https://NAME:PORT"],
        [["--host", "mqtts://localhost:8883"], "--host wants --ca"],
        [["--scenario", "nowhere"], "there is no scenario nowhere, and no file of that name: outage, pool,"],
        [
            ["--scenario", written("other.py", "from locust import User\n")],
            "is no scenario: it imports nothing of storm",
        ],
    ])("%j", async (args, message) => {
        const { code, stdout, stderr } = await dev("storm", "--devices", "5", ...args)
        expect(stderr).toContain(message)
        expect(stdout).toBe("")
        expect(code).toBe(2)
    })

    test("a port in use", async () => {
        const server = createServer().listen(0, "127.0.0.1")
        await once(server, "listening")
        const { port } = server.address() as AddressInfo
        const { code, stderr } = await dev("storm", "--devices", "5", "--web", String(port))
        expect(stderr).toMatch(/^error: cannot listen at http:.* EADDRINUSE/)
        expect(stderr).not.toContain("--page") // which is no flag of it
        expect(code).toBe(6)
        server.close()
    })
})

test("whoever waits hears how many are served, and why not all", { timeout: TIMEOUT_MS }, async () => {
    const ca = `${temporaryFolder()}/ca.pem`
    writeFileSync(ca, (await createIdentity()).ca)
    const nobody = `https://localhost:${await freePort()}`
    const storm = startDevCommand([
        "storm",
        "--devices",
        "5",
        "--workers",
        "1",
        "--scenario",
        "same_minute",
        "--host",
        nobody,
        "--ca",
        ca,
    ])
    await storm.shows("0 of 5 devices are served; failed: connection-refused ")
    storm.process.kill("SIGINT")
    expect((await storm.ended).code).toBe(130)
})

test.each([60, 100])(
    "in a terminal of %i columns no line of a storm's tables is longer, and no figure is left out",
    (columns) => {
        const [table, wide] = [phaseTable(syntheticStorm()), Number.POSITIVE_INFINITY]
        const text = fittedText(table, columns)
        for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(columns)
        for (const cell of table.rows.flat()) expect(text.replace(/\s+/g, " ")).toContain(cell)
        expect(fittedText(table, wide)).toBe(tableText(table))
    },
)

test("openssl s_time says what it sees of the same server", { timeout: TIMEOUT_MS }, async () => {
    const settings = { devices: 20, scenario: scenario("quick_minute"), server: "nginx", sTimeS: 1 } as const
    const { sTime } = await run({ ...settings, tls: "1.2" })
    expect(sTime?.map(({ protocol, way }) => [protocol, way])).toEqual([
        ["TLS1.2", "new"],
        ["TLS1.2", "reuse"],
    ])
    const [anew, again] = sTime ?? []
    expect(anew?.resumed).toBe(0)
    expect(again?.resumed).toBeGreaterThan(0.9 * (again?.connections ?? 0))
    expect(again?.serverCpuS).toBeLessThan(anew?.serverCpuS ?? 0)
})

test("its JSON is on standard output alone, and Locust's own CSV where its flag says", {
    timeout: TIMEOUT_MS,
}, async () => {
    const csv = `${temporaryFolder()}/locust`
    const few = ["--devices", "20", "--workers", "1", "--json", "-"]
    const { code, stdout, stderr } = await dev(
        "storm",
        ...few,
        "--scenario",
        scenario("quick_minute"),
        "--",
        "--csv",
        csv,
    )
    expect(code).toBe(0)
    const result = JSON.parse(stdout) as StormResult
    expect(stderr).toContain("20 devices on 1 workers")
    const stats = readFileSync(`${csv}_stats.csv`, "utf8")
    expect(stats).toMatch(new RegExp(`^wake,mqtts,${result.wakes},0,`, "m"))
})

test("a scenario that is not there is told with those that are", async () => {
    const { code, stderr } = await dev("storm", "--scenario", "calm")
    expect(code).toBe(2)
    expect(stderr).toMatch(/there is no scenario calm.*pool, renewed, restart/s)
})

/** Processes of which an argument is in this folder. */
const processesOf = (folder: string): string[] =>
    readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .filter((pid) => {
            try {
                return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder)
            } catch {
                return false // it has gone
            }
        })

test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
] as const)("%s ends it, its workers and its servers", { timeout: TIMEOUT_MS }, async (signal, exitCode) => {
    const TMPDIR = temporaryFolder()
    const flags = ["--devices", "50", "--workers", "2", "--scenario", "steady", "--sleep", "1s"]
    const command = startDevCommand(["storm", ...flags], { TMPDIR })
    await command.shows("steady ...")
    expect(processesOf(TMPDIR).length).toBeGreaterThanOrEqual(4) // Locust's three and the broker
    command.process.kill(signal)
    expect((await command.ended).code).toBe(exitCode)
    await vi.waitFor(() => expect(processesOf(TMPDIR)).toEqual([]), 10_000)
    expect(readdirSync(TMPDIR)).toEqual([])
})

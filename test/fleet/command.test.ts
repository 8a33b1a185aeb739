// The command as a user meets it: what it reads, what it refuses, and what it says to do about it.
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { freePort } from "#dev/servers/free-port.js"
import { reasons } from "#warmhello/base/core-codes.js"
import { fleetLines } from "#warmhello/cli/fleet-text.js"
import type { FleetSummary } from "#warmhello/fleet/page-data.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand, warmhello } from "../ts/support/command.js"
import { failed, full, RunningFleet, resumed, until } from "./programs.js"

const folder = temporaryFolder()

function written(name: string, contents: string): string {
    const path = join(folder, name)
    writeFileSync(path, contents)
    return path
}

const lines = (...values: object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join("")

describe("files", () => {
    test("of lines of JSON are read, summed up with reasons in OUTCOMES' words, and outliers named", async () => {
        const shed = { ...failed, device: "shed" }
        const path = written("fleet.jsonl", lines({ ...full, device: "a" }, { ...resumed, device: "a" }, shed, shed))
        const { code, stdout, stderr } = await warmhello("fleet", path)
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
        expect(stdout).toContain("50 % of the wakes that opened resumed: 4 reports of 2 devices")
        expect(stdout).toMatch(/^2 {2}67 % {2}failed \(connection-refused\)$/m)
        expect(stdout).toContain(reasons.refused)
        expect(stdout).toMatch(/^shed fails each wake, 2 in a row$/m)
    })

    test("that simulate and a board's log are made of are read as well, and those that are none are skipped", async () => {
        const json = join(folder, "simulated.json")
        expect((await warmhello("simulate", "--cycles", "3", "--json", json)).code).toBe(0)
        const log = written(
            "board.log",
            `boot: ready\nI (120) {not json\n[1.5] warmhello-wake ${JSON.stringify({
                ...{
                    v: 1,
                    wake: 3,
                    cause: "deep-sleep",
                    sleptMs: 600_000,
                    forcedFull: false,
                    marksUs: {},
                    connect: null,
                },
            })}\nwarmhello-wake {"v":1,"wake"\n`,
        )
        const { code, stdout } = await warmhello("fleet", json, log, "--json", "-")
        expect(code).toBe(0)
        const summary = JSON.parse(stdout) as FleetSummary
        expect(summary.results).toEqual({ full: 1, resumed: 2, failed: 1 })
        expect(summary.refused).toEqual({ "not-an-outcome": 1 })
        expect(summary.devices).toBe(2)
    })

    test("come by a pipe, too, and what is kept of them is itself such a file", async () => {
        const state = join(folder, "piped")
        const input = Buffer.from(lines({ ...full, device: "a" }, { ...resumed, device: "b" }))
        const piped = startCommand(["fleet", "-", "--state", state], {}, input)
        expect((await piped.ended).stdout).toContain("2 reports of 2 devices")
        const again = await startCommand(["fleet", "-", "--state", state], {}, input).ended
        expect(again.stdout).toContain("4 reports of 2 devices")
    })

    test("without a report end with what to give", async () => {
        const { code, stderr } = await warmhello("fleet", written("empty.log", "nothing here\n{}\n"))
        expect(code).toBe(2)
        expect(stderr).toMatch(/^error: there is no report in it; 1 line skipped\nGive outcomes as lines of JSON/)
    })
})

describe("refused with what to do", () => {
    test.each([
        [[], "name where reports come from: --mqtt, --http, files, or the --state of before"],
        [["--http", "0", "--topic", "a/{device}"], "--topic goes with --mqtt"],
        [["--mqtt", "mqtt://localhost", "--path", "/{device}"], "--path goes with --http"],
        [["--http", "0", "--otlp-every", "1s"], "--otlp-every goes with --otlp"],
        [["--mqtt", "localhost"], "A broker is mqtt://host:port"],
        [["--http", "0.0.0.0"], "Where to listen is a port"],
        [["--http", "70000"], "Where to listen is a port"],
        [["--mqtt", "mqtt://localhost", "--topic", "a/b"], "a/b is no pattern"],
        [["--mqtt", "mqtt://localhost", "--ca", "ca.pem"], "go with --mqtt mqtts://"],
        [["--http", "0", "--otlp", "localhost:4318"], "It must be a URL"],
        [["nowhere.jsonl"], "cannot read nowhere.jsonl"],
        [["--http", "0", "--devices", "0"], "It must be a whole number"],
    ])("%j", async (args, message) => {
        const { code, stderr } = await warmhello("fleet", ...args)
        expect(stderr).toContain(message)
        expect(code).toBe(2)
    })

    test("a port that is in use", async () => {
        const server = createServer().listen(0, "127.0.0.1")
        await once(server, "listening")
        const { port } = server.address() as AddressInfo
        const args = ["--http", String(port), "--page", String(await freePort())]
        const { code, stdout, stderr } = await warmhello("fleet", ...args)
        expect(code).toBe(6)
        expect(stderr).toContain(`cannot listen at http://127.0.0.1:${port}`)
        expect(stderr).toContain("Give --http or --page a port that is free")
        expect(stdout).toBe("") // nothing is there yet to look at
        server.close()
    })

    test("a folder that cannot be made", async () => {
        const { code, stderr } = await warmhello("fleet", "--http", String(await freePort()), "--state", "/proc/state")
        expect(code).toBe(2)
        expect(stderr).toContain("cannot write /proc/state: ENOENT")
    })

    test.each(["http", "mqtt"])(
        "a place for simulate's reports where nobody is, by %s: before it wakes",
        async (way) => {
            const url = `${way}://127.0.0.1:${await freePort()}`
            const { code, stdout, stderr } = await warmhello("simulate", "--cycles", "2", "--report", url)
            expect(stdout).not.toMatch(/wake|full/)
            expect(stderr).toMatch(
                /takes no report: .*ECONNREFUSED.*\nIs the broker, or warmhello fleet, running there\?/,
            )
            expect(code).toBe(4)
        },
    )
})

describe("files for TLS with the broker", () => {
    const broker = ["--page", "0", "--mqtt", "mqtts://localhost:1"]

    test.each([
        ["a CA's that has no certificate", "--ca", "key", /^error: there is no certificate as PEM in \S+key.pem\n/],
        ["a CA's that was cut", "--ca", "cut", /^error: \S+cut.pem is damaged: /],
        ["a key of another certificate", "--key", "other", /is not the key of \S+: key values mismatch/],
        ["a key that is none", "--key", "certificate", /is not the key of \S+: /],
        ["one that is not there", "--ca", "nowhere", /^error: cannot read \S+nowhere.pem: ENOENT/],
    ])("%s", async (_, flag, name, message) => {
        const authority = await createCertificateAuthority()
        const { certificate, key } = await authority.issue({ names: ["a"] })
        written("certificate.pem", certificate)
        written("key.pem", key)
        written("other.pem", (await authority.issue({ names: ["a"] })).key)
        written("cut.pem", `${certificate.slice(0, 100)}\n-----END CERTIFICATE-----\n`)
        const files = { "--key": ["--cert", join(folder, "certificate.pem")], "--ca": [] }[flag] ?? []
        const { code, stdout, stderr } = await warmhello(
            "fleet",
            ...broker,
            ...files,
            flag,
            join(folder, `${name}.pem`),
        )
        expect(stderr).toMatch(message)
        expect(stdout).toBe("")
        expect(code).toBe(2)
    })
})

test.each(["mqtt://127.0.0.1/a/+/b", "mqtt://127.0.0.1/a/#", "mqtt://127.0.0.1/%zz"])(
    "simulate reports to no topic that is none: %s",
    async (url) => {
        const { code, stderr } = await warmhello("simulate", "--report", url)
        expect(stderr).toContain("Reports go to mqtt://host:port/topic, without + and #")
        expect(code).toBe(2)
    },
)

test("what a folder of --state has is told by that alone", async () => {
    const state = join(folder, "told")
    await warmhello("fleet", written("one.jsonl", lines({ ...full, device: "a" })), "--state", state)
    const { code, stdout } = await warmhello("fleet", "--state", state)
    expect(stdout).toContain("1 report of 1 device")
    expect(code).toBe(0)
})

describe("by HTTP", () => {
    test("what cannot be taken is answered with why, and the rest is kept", async () => {
        const fleet = await RunningFleet.start()
        const answers = async (...[device, body, type]: Parameters<RunningFleet["post"]>) => {
            const response = await fleet.post(device, body, type)
            return [response.status, (await response.text()).trim()]
        }
        expect(await answers("a", JSON.stringify(resumed))).toEqual([204, ""])
        expect(await answers("a", "{}")).toEqual([400, "JSON without the fields of an outcome"])
        expect(await answers("a", "\x01")).toEqual([400, "neither JSON nor a compact outcome"])
        expect(await answers("a", "x".repeat(20_000))).toEqual([413, "longer than a report may be"])
        const nameless = "nothing names the device by 1 to 128 characters, none of them of control"
        for (const name of ["", "x".repeat(129), "\x1b[2J"]) {
            expect(await answers(name, JSON.stringify(resumed))).toEqual([400, nameless])
        }
        const batch = `${lines({ ...full, device: "b" }, {}, { ...full })}no\n`
        expect(await answers("gateway", batch, "application/x-ndjson")).toEqual([200, "2 kept, 2 no report"])
        const root = `http://127.0.0.1:${fleet.httpPort}`
        expect((await fetch(`${root}/elsewhere/a`, { method: "POST", body: "{}" })).status).toBe(404)
        expect((await fetch(`${root}/outcomes/a`)).status).toBe(405)
        expect((await fetch(`${root}/summary.json`)).status).toBe(404) // devices' names are not for whoever reports
        const summary = await fleet.summary()
        expect(summary).toMatchObject({
            reports: 3,
            devices: 3,
            refused: { "not-an-outcome": 3, "not-cbor": 1, "too-long": 1, "no-device": 3 },
        })
        await fleet.end()
    })

    test.each(["evil.example", "127.evil.example"])(
        "a page of %s gets nothing, though its name points here",
        async (host) => {
            const fleet = await RunningFleet.start()
            const { Agent, request } = await import("node:http")
            const [response] = await once(
                request({
                    agent: new Agent(),
                    port: fleet.pagePort,
                    path: "/summary.json",
                    headers: { host },
                }).end(),
                "response",
            )
            expect(response.statusCode).toBe(403)
            response.resume()
            await fleet.end()
        },
    )

    test.each(["LOCALHOST", "Localhost.", "127.0.0.1", "[::1]"])(
        "a browser that calls this machine %s gets it",
        async (host) => {
            const fleet = await RunningFleet.start()
            const [response] = await once(
                request({ port: fleet.pagePort, headers: { host: `${host}:${fleet.pagePort}` } }).end(),
                "response",
            )
            expect(response.statusCode).toBe(200)
            response.resume()
            await fleet.end()
        },
    )

    test("a page at LOCALHOST is for this machine, whose name others cannot take", async () => {
        const [page, http] = [await freePort(), String(await freePort())]
        const running = startCommand(["fleet", "--page", `LOCALHOST:${page}`, "--http", http])
        await running.shows("POST reports to")
        const [response] = await once(
            request({ port: page, host: "localhost", headers: { host: "evil.example" } }).end(),
            "response",
        )
        expect(response.statusCode).toBe(403)
        response.resume()
        running.process.kill("SIGINT")
        await running.ended
    })

    test("a path without its first slash has it all the same", async () => {
        const fleet = await RunningFleet.start(["--path", "fleet/{device}"])
        const url = `http://127.0.0.1:${fleet.httpPort}/fleet/a`
        expect((await fetch(url, { method: "POST", body: JSON.stringify(full) })).status).toBe(204)
        expect((await fleet.end()).stdout).toContain(`:${fleet.httpPort}/fleet/{device}`)
    })

    test("bodies that do not end take no more than 64 MB together, and others are told to try again", async () => {
        const fleet = await RunningFleet.start()
        const path = { host: "127.0.0.1", port: fleet.httpPort, path: "/outcomes/slow", method: "POST" }
        const headers = { "content-type": "application/x-ndjson" }
        const requests = Array.from({ length: 70 }, () => request({ ...path, headers, agent: false }))
        const answered = new Promise<number | undefined>((done) => {
            for (const one of requests) {
                one.on("error", () => {}) // it is cut off
                one.on("response", ({ statusCode }) => done(statusCode))
                one.write(Buffer.alloc(1_000_000, " "))
            }
        })
        expect(await answered).toBe(503)
        for (const one of requests) one.destroy()
        const taken = () => fleet.post("a", JSON.stringify(resumed))
        expect((await until(taken, ({ status }) => status !== 503)).status).toBe(204)
    })

    test("a gateway's pattern may name the server; devices may be known by hashes alone, the same after a restart", async () => {
        const state = join(folder, "hashed")
        const names: string[] = []
        for (let run = 1; run <= 2; run++) {
            const fleet = await RunningFleet.start(["--path", "/{server}/{device}", "--hash-names", "--state", state])
            const url = `http://127.0.0.1:${fleet.httpPort}/mq.example/porch-of-mrs-smith`
            for (let n = 0; n < 2; n++) await fetch(url, { method: "POST", body: JSON.stringify(failed) })
            const summary = await fleet.counted(2 * run)
            expect(summary.servers).toMatchObject([{ name: "mq.example", failed: 2 * run }])
            names.push(...summary.outliers.map(({ device }) => device))
            const { stdout } = await fleet.end()
            expect(stdout).not.toContain("smith")
        }
        expect(new Set(names).size).toBe(1)
        expect(names[0]).toMatch(/^[0-9a-f]{16}$/)
        expect(readFileSync(join(state, "state.json"), "utf8")).not.toContain("smith")
    })

    test("Ctrl-C ends it with all that it knows, in the terminal and as JSON", async () => {
        const json = join(folder, "end.json")
        const fleet = await RunningFleet.start(["--json", json])
        await fleet.post("a", JSON.stringify(resumed))
        const { code, stdout } = await fleet.end()
        expect(code).toBe(130)
        expect(stdout).toContain("nothing of it outlives this process: --state keeps it in a folder")
        expect(stdout).toContain("100 % of the wakes that opened resumed: 1 report of 1 device")
        expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({ reports: 1 })
    })
})

test.each([30, 60, 100])("in a terminal of %i columns no line is longer, but for a word that is", async (columns) => {
    const path = written(
        "wide.jsonl",
        lines(...[1, 2, 3].map(() => ({ ...full, device: "a-device-with-a-long-name" }))),
    )
    const { stdout } = await warmhello("fleet", path, "--json", "-")
    const summary = JSON.parse(stdout) as FleetSummary
    const text = fleetLines(summary, columns)
    for (const line of text) expect(line.length).toBeLessThanOrEqual(columns)
    const flat = (all: string[]) => all.map((line) => line.trim()).join(" ")
    expect(flat(text)).toBe(flat(fleetLines(summary, Number.POSITIVE_INFINITY)))
})

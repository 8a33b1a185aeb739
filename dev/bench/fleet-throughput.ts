// How many reports a second warmhello fleet takes, by each way in. It runs as a user has it, in a process of its own, and
// its own processor time is what counts: whoever sends is another process's work.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { Agent, request } from "node:http"
import { type AddressInfo, createServer } from "node:net"
import { Aedes } from "aedes"
import { encodeOutcome } from "../../ts/base/compact-outcome.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { endWithUs, TemporaryFolder } from "../../ts/base/temporary.js"
import { Intake } from "../../ts/fleet/intake.js"
import type { FleetSummary } from "../../ts/fleet/page-data.js"
import { MemoryStore } from "../../ts/fleet/store.js"
import { freePort } from "../servers/free-port.js"

export interface FleetRow {
    name: string
    reports: number
    devices: number
    seconds: number
    reportsPerSecond: number
    /** Of warmhello fleet's own process, user and system. */
    cpuSeconds: number
    reportsPerCpuSecond: number
    peakRssMb: number
}

const DEVICES = 5000
const CONNECTIONS = 64
const TICKS_A_SECOND = 100

/** Of many kinds, as a fleet's are. */
const outcomes = Array.from({ length: 64 }, (_, n) =>
    encodeOutcome({
        ...{
            version: 1,
            error: null,
            protocol: "TLS1.3",
            attempts: 1,
            endingCas: "none",
            earlyData: null,
            clock: "known",
        },
        ...(n % 4 === 0
            ? ({ result: "full", reason: n % 8 === 0 ? "none" : "refused", kind: null, sessionAgeS: 0 } as const)
            : ({ result: "resumed", reason: "accepted", kind: "psk", sessionAgeS: 600 + n } as const)),
        ...{ handshakeMs: 60 + n, handshakeBytes: 1200 + n, firmware: 1 + (n % 3), energyMj: 120 + n },
    }),
)
const outcome = (n: number): Buffer => Buffer.from(outcomes[n % outcomes.length] ?? [])
const device = (n: number): string => `device-${n % DEVICES}`

function row(name: string, reports: number, seconds: number, cpuSeconds: number, peakRssMb: number): FleetRow {
    return {
        ...{ name, reports, devices: Math.min(reports, DEVICES) },
        ...{ seconds: Number(seconds.toFixed(3)), reportsPerSecond: Math.round(reports / seconds) },
        ...{
            cpuSeconds: Number(cpuSeconds.toFixed(2)),
            reportsPerCpuSecond: Math.round(reports / cpuSeconds),
            peakRssMb,
        },
    }
}

/** Without any way in: decoded, checked, counted. */
export function benchCounting(reports: number): FleetRow {
    const intake = new Intake(new MemoryStore())
    const [started, cpu] = [performance.now(), process.cpuUsage()]
    for (let n = 0; n < reports; n++) intake.message(outcome(n), { device: device(n), server: undefined }, () => {})
    const { user, system } = process.cpuUsage(cpu)
    const seconds = (performance.now() - started) / 1000
    return row(
        "decoded and counted",
        reports,
        seconds,
        (user + system) / 1e6,
        Math.round(process.resourceUsage().maxRSS / 1024),
    )
}

/** The command in a process of its own. */
class Fleet implements AsyncDisposable {
    readonly #child
    readonly page: string

    private constructor(child: ReturnType<typeof spawn>, page: string) {
        this.#child = child
        this.page = page
    }

    static async start(args: string[]): Promise<Fleet> {
        const page = await freePort()
        const main = checkoutPath("build/ts/cli/main.js")
        const child = spawn(process.execPath, [main, "fleet", ...args, "--page", String(page)], { stdio: "ignore" })
        endWithUs(child)
        const fleet = new Fleet(child, `http://127.0.0.1:${page}`)
        while ((await fleet.reports().catch(() => undefined)) === undefined) await new Promise(setImmediate)
        return fleet
    }

    async reports(): Promise<number> {
        const summary = (await (await fetch(`${this.page}/summary.json`)).json()) as FleetSummary
        return summary.reports
    }

    /** Polled, at a pace that costs it nothing to speak of. */
    async reaches(reports: number): Promise<void> {
        while ((await this.reports()) < reports) await new Promise((done) => setTimeout(done, 100))
    }

    get cpuSeconds(): number {
        const fields = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8")
            .replace(/^.*\) /, "")
            .split(" ")
        return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
    }

    get peakRssMb(): number {
        const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.#child.pid}/status`, "utf8"))?.[1]
        return Math.round(Number(kilobytes) / 1024)
    }

    async [Symbol.asyncDispose](): Promise<void> {
        this.#child.kill("SIGINT")
        await once(this.#child, "close")
    }
}

/** All of them on their way, so many at a time. */
async function together(reports: number, width: number, send: (n: number) => Promise<void>): Promise<void> {
    let next = 0
    const one = async () => {
        while (next < reports) await send(next++)
    }
    await Promise.all(Array.from({ length: width }, one))
}

async function timed(name: string, reports: number, fleet: Fleet, send: () => Promise<void>): Promise<FleetRow> {
    const [started, cpu] = [performance.now(), fleet.cpuSeconds]
    await send()
    await fleet.reaches(reports)
    const seconds = (performance.now() - started) / 1000
    return row(name, reports, seconds, fleet.cpuSeconds - cpu, fleet.peakRssMb)
}

/** One request a report, each answered once it is on the disk. */
export async function benchHttp(reports: number): Promise<FleetRow> {
    using folder = new TemporaryFolder("bench-fleet")
    const port = await freePort()
    await using fleet = await Fleet.start(["--http", String(port), "--state", folder.file("state")])
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
    const post = (n: number) =>
        new Promise<void>((done, failed) => {
            const options = { agent, host: "127.0.0.1", port, path: `/outcomes/${device(n)}`, method: "POST" }
            request(options, (response) => response.resume().on("end", done))
                .on("error", failed)
                .end(outcome(n))
        })
    const result = await timed("by HTTP, kept", reports, fleet, () => together(reports, CONNECTIONS, post))
    agent.destroy()
    return result
}

/** A gateway's way: many lines in one request. */
export async function benchBatches(reports: number): Promise<FleetRow> {
    using folder = new TemporaryFolder("bench-fleet")
    const port = await freePort()
    await using fleet = await Fleet.start(["--http", String(port), "--state", folder.file("state")])
    const LINES = 500
    const line = (n: number) =>
        JSON.stringify({
            device: device(n),
            result: "resumed",
            reason: "accepted",
            protocol: "TLS1.3",
            kind: "psk",
            handshakeMs: 62,
        })
    const post = async (batch: number) => {
        const body = Array.from({ length: LINES }, (_, n) => line(batch * LINES + n)).join("\n")
        const headers = { "content-type": "application/x-ndjson" }
        await (await fetch(`http://127.0.0.1:${port}/outcomes/gateway`, { method: "POST", headers, body })).text()
    }
    return await timed("by HTTP in batches of 500, kept", reports, fleet, () => together(reports / LINES, 4, post))
}

/** QoS 1, each acknowledged once it is on the disk; the broker is in this process. */
export async function benchMqtt(reports: number): Promise<FleetRow> {
    using folder = new TemporaryFolder("bench-fleet")
    const broker = await Aedes.createBroker()
    const server = createServer(broker.handle).listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    try {
        const subscribed = once(broker, "subscribe")
        await using fleet = await Fleet.start([
            ...["--mqtt", `mqtt://127.0.0.1:${port}`, "--state", folder.file("state")],
        ])
        await subscribed
        const publish = (n: number) =>
            new Promise<void>((done, failed) => {
                const topic = `warmhello/${device(n)}/outcome`
                const packet = {
                    cmd: "publish",
                    qos: 1,
                    topic,
                    payload: outcome(n),
                    dup: false,
                    retain: false,
                } as const
                broker.publish(packet, (error) => (error ? failed(error) : done()))
            })
        return await timed("by MQTT, kept", reports, fleet, () => together(reports, CONNECTIONS, publish))
    } finally {
        server.close()
        broker.close()
    }
}

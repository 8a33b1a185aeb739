// The verdict against what a device then does: `warmhello simulate` at the same server with the same sleep, in real time.
import type { LookupAddress } from "node:dns"
import { writeFileSync } from "node:fs"
import https from "node:https"
import net from "node:net"
import { describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { Random } from "#warmhello/base/random.js"
import type { ProbeReport } from "#warmhello/probe/report.js"
import type { Wake } from "#warmhello/sim/simulation.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "../ts/support/command.js"
import { appBytecode } from "../ts/support/compile-apps.js"
import { nginx, openssl } from "./real-servers.js"
import { ask } from "./support.js"

/** Where lifetimes count. */
const SLEEP_MS = 3000
const SHORT_SLEEP_MS = 500
/** A session of this lifetime is there after two sleeps, and not after three, however the server rounds. */
const TWO_SLEEPS_S = 8
const SHORT: Sleeps = { sleepMs: SHORT_SLEEP_MS, cycles: 6 }
const LONG: Sleeps = { sleepMs: SLEEP_MS, cycles: 9 }
/** Ages that see its end. */
const beyond = [0, SLEEP_MS, 10_000]

const folder = temporaryFolder()
const app = `${folder}/gets.devs`
writeFileSync(app, appBytecode("gets"))

interface Place {
    port: number
    ca: Buffer
}

interface Sleeps {
    sleepMs: number
    cycles: number
    /** Of the probe: beside that of the sleep. */
    agesMs?: number[]
    runs?: number
    lookup?: () => Promise<LookupAddress[]>
}

/** What each wake of a device that speaks both versions was: "FRR". */
async function simulated({ port, ca }: Place, { sleepMs, cycles }: Sleeps): Promise<string> {
    const file = `${folder}/${port}.pem`
    writeFileSync(file, ca)
    const sleep = ["--sleep", `${sleepMs}ms`, "--real-time", "--cycles", String(cycles)]
    const args = ["simulate", app, "--server", `localhost:${port}`, "--ca", file, ...sleep, "--json", "-"]
    const { stdout, stderr } = await warmhello(...args)
    if (stdout === "") throw new Error(stderr)
    const wakes: Wake[] = JSON.parse(stdout).wakes
    return wakes.map(({ result }) => ({ full: "F", resumed: "R", failed: "-" })[result]).join("")
}

/** What the verdict says that it is, as far as it says so: one for each number of wakes in a row that it leaves open. */
function foretold({ wakes }: ProbeReport["verdict"], cycles: number): string[] {
    if (wakes === null) return ["F".repeat(cycles)]
    const { inARow, fullInARow } = wakes
    const [least, most] = [Math.min(inARow.least, cycles), Math.min(inARow.most, cycles)]
    return Array.from({ length: most - least + 1 }, (_, n) => {
        const row = "R".repeat(least + n) + "F".repeat(fullInARow)
        return `F${row.repeat(cycles)}`.slice(0, cycles)
    })
}

/** The probe first, then the device. */
async function both(place: Place, sleeps: Sleeps): Promise<{ report: ProbeReport; was: string; saidToBe: string[] }> {
    const { sleepMs, agesMs = [0, sleepMs], cycles, runs = 1, lookup } = sleeps
    const report = await ask({
        ...{ server: `localhost:${place.port}`, ca: place.ca },
        options: { sleepMs, agesMs, runs, ...(lookup && { lookup }) },
    })
    return { report, was: await simulated(place, sleeps), saidToBe: foretold(report.verdict, cycles) }
}

const shareOf = (was: string): number => [...was].filter((wake) => wake === "R").length / was.length

/** One is a share of few wakes, which a busy machine makes long; the other of few sessions. */
const TOLERANCE = 0.25

function expectShare({ verdict }: ProbeReport, was: string): void {
    const said = verdict.wakes?.resumedShare ?? 0
    expect(Math.abs(said - shareOf(was)), `${said} was said, and it was ${was}`).toBeLessThan(TOLERANCE)
}

const patient = { timeout: 240_000 }

describe.concurrent("what the verdict says of wakes, and what wakes are", patient, () => {
    test("at a server that resumes by TLS 1.3", async () => {
        await using running = await openssl()
        const { report, was, saidToBe } = await both(running, SHORT)
        expect(report.verdict.answer).toBe("resumes")
        expect(saidToBe).toEqual([was])
        expect(was).toBe("FRRRRR")
    })

    test("at one that takes each ticket once", async () => {
        await using running = await openssl("-max_early_data", "4096")
        const { was, saidToBe } = await both(running, SHORT)
        expect(saidToBe).toEqual([was])
        expect(was).toBe("FRRRRR")
    })

    test("at one whose lifetime is shorter than the sleep, without the wait", async () => {
        await using running = await nginx({ settings: "ssl_protocols TLSv1.2 TLSv1.3; ssl_session_timeout 2s;" })
        const { report, was, saidToBe } = await both(running, { ...LONG, cycles: 3 })
        expect(report).toMatchObject({ isWaitSpared: true, verdict: { answer: "does-not-resume" } })
        expect(saidToBe).toEqual([was])
        expect(was).toBe("FFF")
    })

    test("at one whose tickets of TLS 1.2 are not renewed", async () => {
        const settings = `ssl_protocols TLSv1.2; ssl_session_timeout ${TWO_SLEEPS_S}s;`
        await using running = await nginx({ settings })
        const { report, was } = await both(running, LONG)
        expect(report.verdict).toMatchObject({
            answer: "resumes",
            wakes: { inARow: { least: 2, most: 2 }, fullInARow: 1, end: "life" },
        })
        expectShare(report, was)
        expect(was).toMatch(/^F(RR?F)+R*$/)
    })

    test("at one whose sessions by ID end, which nothing promises", async () => {
        const cache = "ssl_session_tickets off; ssl_session_cache shared:sessions:1m;"
        const settings = `ssl_protocols TLSv1.2; ssl_session_timeout ${TWO_SLEEPS_S}s; ${cache}`
        await using running = await nginx({ settings })
        const { report, was } = await both(running, { ...LONG, agesMs: beyond })
        expect(report.verdict).toMatchObject({
            answer: "sometimes",
            wakes: { inARow: { least: 2, most: 2 }, fullInARow: 2, end: "life" },
        })
        expectShare(report, was)
        expect(was).toMatch(/^F(RR?FF)+R*F*$/)
    })

    test("at one that gives no tickets", async () => {
        await using running = await openssl("-num_tickets", "0")
        const { report, was, saidToBe } = await both(running, SHORT)
        expect(report.verdict.answer).toBe("does-not-resume")
        expect(saidToBe).toEqual([was])
        expect(was).toBe("FFFFFF")
    })

    test("at one that gives none in a resumption", async () => {
        await using running = await nodeServer()
        const { report, was, saidToBe } = await both(running, SHORT)
        expect(report.verdict).toMatchObject({ answer: "sometimes", wakes: { end: "spent" } })
        expect(saidToBe).toEqual([was])
        expect(was).toBe("FRRFRR")
    })
})

/** Connections go to either of two machines that share a certificate and no key. */
async function pool(protocol: string): Promise<Place & AsyncDisposable> {
    const identity = await createIdentity()
    const settings = `ssl_protocols ${protocol};`
    const machines = [await nginx({ settings, identity }), await nginx({ settings, identity })] as const
    const ports: readonly [number, number] = [machines[0].port, machines[1].port]
    const random = new Random(1)
    const relay = net.createServer((inside) => {
        const outside = net.connect(random.pick(ports), "127.0.0.1")
        for (const socket of [inside, outside]) socket.on("error", () => {}).on("close", () => other(socket).destroy())
        const other = (socket: net.Socket) => (socket === inside ? outside : inside)
        inside.pipe(outside).pipe(inside)
    })
    await new Promise<void>((up) => relay.listen(0, "127.0.0.1", up))
    return {
        port: (relay.address() as net.AddressInfo).port,
        ca: Buffer.from(identity.ca),
        [Symbol.asyncDispose]: async () => {
            await new Promise<void>((down) => relay.close(() => down()))
            for (const machine of machines) await machine[Symbol.asyncDispose]()
        },
    }
}

/** Each is drawn at random. */
const DRAWN = { sleepMs: 50, cycles: 80, runs: 40 }

describe.concurrent("two machines behind one address that share no key", patient, () => {
    // By TLS 1.2 a device that is refused makes a second full handshake, to ask for TLS 1.3 (Rhythm).
    test.each(["TLSv1.3", "TLSv1.2"])("by %s as many wakes resume as the verdict says", async (protocol) => {
        await using running = await pool(protocol)
        const { report, was } = await both(running, DRAWN)
        expect(report.verdict.answer).toBe("sometimes")
        expectShare(report, was)
    })
})

/** Node's own, which gives two tickets in a full handshake by TLS 1.3 and none in a resumption. */
async function nodeServer(): Promise<Place & AsyncDisposable> {
    const { ca, server: identity } = await createIdentity()
    const server = https.createServer({ cert: identity.certificate, key: identity.key }, (_, answer) =>
        answer.end("ok"),
    )
    await new Promise<void>((up) => server.listen(0, "127.0.0.1", up))
    return {
        port: (server.address() as net.AddressInfo).port,
        ca: Buffer.from(ca),
        [Symbol.asyncDispose]: () =>
            new Promise<void>((down) => {
                server.close(() => down())
                server.closeAllConnections()
            }),
    }
}

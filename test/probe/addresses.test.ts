// A name with several addresses: what a session of one is worth at another.
import type { LookupAddress } from "node:dns"
import net from "node:net"
import { expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { nginx, type Running } from "./real-servers.js"
import { ask, outcomesOf, SLEEP_MS } from "./support.js"

const settings = "ssl_session_cache shared:sessions:1m; ssl_protocols TLSv1.2 TLSv1.3;"
const addresses: LookupAddress[] = [
    { address: "127.0.0.1", family: 4 },
    { address: "127.0.0.2", family: 4 },
]

interface Pool extends AsyncDisposable {
    first: Running
    lookup: () => Promise<LookupAddress[]>
}

/** Two machines with one certificate, and one key for tickets, or one each. */
async function pool(isShared: boolean): Promise<Pool> {
    const identity = await createIdentity()
    const key = (byte: number) => Buffer.alloc(80, byte)
    const first = await nginx({ settings, identity, ticketKey: key(1) })
    const port = first.port
    const second = await nginx({ settings, identity, address: "127.0.0.2", port, ticketKey: key(isShared ? 1 : 2) })
    return {
        first,
        lookup: () => Promise.resolve(addresses),
        [Symbol.asyncDispose]: async () => {
            await first[Symbol.asyncDispose]()
            await second[Symbol.asyncDispose]()
        },
    }
}

test.concurrent("two machines with the same ticket key resume each other's sessions", async () => {
    await using machines = await pool(true)
    const report = await ask({ ...machines.first, options: { lookup: machines.lookup } })
    expect(report.verdict.answer).toBe("resumes")
    expect(report.addresses).toMatchObject([
        { address: "127.0.0.1", error: null, fromFirst: { offered: 0 } },
        { address: "127.0.0.2", error: null, own: { resumed: 1, offered: 1 }, fromFirst: { resumed: 2, offered: 2 } },
    ])
})

test.concurrent("two machines with a key each resume only their own, and are told to share it", async () => {
    await using machines = await pool(false)
    const report = await ask({ ...machines.first, options: { lookup: machines.lookup } })
    expect(report.verdict.answer).toBe("sometimes")
    expect(report.addresses).toMatchObject([
        { address: "127.0.0.1" },
        { address: "127.0.0.2", own: { resumed: 1, offered: 1 }, fromFirst: { resumed: 0, offered: 2 } },
    ])
    const share = report.advice.find(({ code }) => code === "share-keys")
    expect(share?.settings.find(({ server }) => server === "nginx")?.set).toContain("ssl_session_ticket_key")
})

test.concurrent("an address that is not reached is told, and the others are asked", async () => {
    await using machine = await nginx({ settings })
    const lookup = () => Promise.resolve([{ address: "127.0.0.3", family: 4 }, ...addresses])
    const report = await ask({ ...machine, options: { lookup, ways: ["TLS1.3 psk"] } })
    expect(report.verdict).toMatchObject({ answer: "resumes", sleepMs: SLEEP_MS })
    expect(report.addresses.map(({ address, error }) => [address, error === null])).toEqual([
        ["127.0.0.3", false],
        ["127.0.0.1", true],
        ["127.0.0.2", false],
    ])
})

/** Something at the second address, on the port of the first. */
interface Faulty extends AsyncDisposable {
    what: string
}

async function resetting(port: number): Promise<Faulty> {
    const server = net.createServer((socket) => {
        socket.on("error", () => {})
        socket.once("data", () => socket.resetAndDestroy())
    })
    await new Promise<void>((up) => server.listen(port, "127.0.0.2", up))
    return {
        what: "closed in the middle of the handshake",
        [Symbol.asyncDispose]: () => new Promise<void>((down) => server.close(() => down())),
    }
}

const faults: Record<string, (port: number) => Promise<Faulty>> = {
    "resets each connection": resetting,
    "answers with an alert": async (port) => {
        const machine = await nginx({
            settings: "ssl_reject_handshake on; ssl_protocols TLSv1.2 TLSv1.3;",
            address: "127.0.0.2",
            port,
        })
        return { what: "with an alert", [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose]() }
    },
    "has the certificate of another authority": async (port) => {
        const machine = await nginx({ settings, address: "127.0.0.2", port })
        return { what: "is not signed by the given CA", [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose]() }
    },
}

test.concurrent.each(
    Object.keys(faults).flatMap((fault) => [
        { fault, order: ["127.0.0.2", "127.0.0.1"] },
        { fault, order: ["127.0.0.1", "127.0.0.2"] },
    ]),
)("of $order the second machine $fault: the other is asked to the end", async ({ fault, order }) => {
    await using machine = await nginx({ settings })
    await using faulty = await (faults[fault] as (port: number) => Promise<Faulty>)(machine.port)
    const lookup = () => Promise.resolve(order.map((address) => ({ address, family: 4 })))
    const report = await ask({ ...machine, options: { lookup } })
    expect(report.verdict.answer).toBe("resumes")
    expect(report.verdict.text).toMatch(/^Resumes after 5\.00 s \(TLS 1\.3, psk\)\. 127\.0\.0\.2 failed\.$/)
    const of = (address: string) => report.addresses.find((one) => one.address === address)
    expect(of("127.0.0.1")?.error).toBeNull()
    expect(of("127.0.0.2")?.error).toContain(faulty.what)
    expect(outcomesOf(report, "TLS1.2 ticket")).toEqual(["resumed", "resumed", "resumed"])
})

test.concurrent("a machine that lacks the version of the other does not resume its sessions", async () => {
    await using machine = await nginx({ settings })
    await using old = await nginx({
        ...{ settings: "ssl_protocols TLSv1.2;", address: "127.0.0.2", port: machine.port },
        identity: machine.identity,
    })
    const lookup = () => Promise.resolve(["127.0.0.2", "127.0.0.1"].map((address) => ({ address, family: 4 })))
    const report = await ask({ ...machine, ca: old.ca, options: { lookup } })
    expect(report.verdict).toMatchObject({ answer: "sometimes", protocol: "TLS1.3" })
    expect(report.addresses).toMatchObject([
        { address: "127.0.0.2", error: null, lacks: ["TLS1.3 psk"] },
        { address: "127.0.0.1", error: null, lacks: [] },
    ])
})

// Early data (RFC 8446 2.3) with real servers, each of which counts what it is sent: a report arrives once, whatever the
// server thinks of it early, and twice at most where the server takes it and breaks off.
import { once } from "node:events"
import net from "node:net"
import { afterEach, describe, expect, test } from "vitest"
import { Board } from "#dev/interop/board.js"
import { type Arrival, type EarlyServer, earlyHaproxy, earlyKinds, earlyNginx } from "#dev/servers/early-data.js"
import { erlangStateful, erlangStateless } from "#dev/servers/erlang.js"
import { createIdentity } from "#dev/servers/identities.js"
import type { NginxOptions } from "#dev/servers/nginx.js"
import type { Seen, ServerOptions } from "#dev/servers/server.js"
import { CHANGE_CIPHER_SPEC_RECORD, DATA_RECORD, HANDSHAKE_RECORD, records } from "#dev/servers/wire.js"
import type { ClientOptions } from "#warmhello/core/client.js"
import { loadState, saveState, sleep } from "#warmhello/core/platform.js"
import { skipWait } from "#warmhello/core/waiting.js"
import { TimeSkip } from "#warmhello/sim/time-skip.js"
import { skipped } from "../support/needs.js"

const identity = await createIdentity()
const LIMIT = 4000

/** And waits for a ticket on a busy machine, too. */
const consent: Partial<ClientOptions> = { policy: { earlyData: true, ticketWaitMs: 5000 } }

/** A board that sends one report in each wake. */
class Reporter implements Disposable {
    #reports = 0

    private constructor(
        readonly server: EarlyServer,
        readonly board: Board,
    ) {}

    static async create(server: EarlyServer, more: Partial<ClientOptions> = consent): Promise<Reporter> {
        return new Reporter(server, await Board.create(server.server, identity.ca, "psk", more))
    }

    get count(): number {
        return this.#reports
    }

    async report(size = 100): Promise<Seen> {
        const exchange = this.server.exchange(String(++this.#reports), size)
        const seen = await this.board.wake({ exchange })
        expect(seen.visit.error).toBeNull()
        if (exchange[0]?.until === "end") expect(seen.visit.reply.toString("latin1")).toMatch(/^HTTP\/1\.[01] 200 /)
        return seen
    }

    /** How often each report has arrived, as the server counts, and which of them came early. */
    async arrived(): Promise<Arrival[]> {
        return await this.server.arrivals(this.board.proxy.connections.length)
    }

    [Symbol.dispose](): void {
        this.board[Symbol.dispose]()
    }
}

const what = ({ visit: { outcome } }: Seen) => ({ result: outcome?.result, earlyData: outcome?.earlyData })

const full = { result: "full", earlyData: null }
const resumed = { result: "resumed", earlyData: null }
const accepted = { result: "resumed", earlyData: "accepted" }
const refused = { result: "resumed", earlyData: "refused" }

const late = (report: string): Arrival => ({ report, isEarly: false })
const early = (report: string): Arrival => ({ report, isEarly: true })

/** The report has left behind the hello, before any byte of the server's had come. */
function leftWithTheHello({ wire }: Seen, size = 100): boolean {
    const [first, second] = wire.flights
    const sent = records(wire.toServer.bytes).filter(({ type }) => type !== CHANGE_CIPHER_SPEC_RECORD)
    const [hello, report] = sent
    if (first?.direction !== "toServer" || second?.direction !== "toClient") return false
    return (
        hello?.type === HANDSHAKE_RECORD &&
        report?.type === DATA_RECORD &&
        report.end - report.start > size &&
        report.end <= first.size
    )
}

/** The first flight once more, from somebody who has recorded it and cannot end the handshake. `answered`: waits for more
 * than a ServerHello and what belongs to it, the answer to the request. */
async function replay(server: EarlyServer, { wire }: Seen, answered: boolean): Promise<void> {
    const socket = net.connect({ host: "127.0.0.1", port: server.server.port, noDelay: true })
    socket.on("error", () => {})
    socket.write(wire.toServer.bytes.subarray(0, wire.flights[0]?.size))
    for (let got = 0; got < (answered ? 300 : 1); ) {
        const [bytes] = (await once(socket, "data")) as [Buffer]
        got += bytes.length
    }
    socket.end()
    if (!socket.destroyed) await once(socket, "close")
}

describe.each(earlyKinds)("$name", ({ missing, start, knowsReplays, outrunsTickets }) => {
    const why = missing()
    if (why !== undefined) {
        test.skip(skipped(`early data: ${why}`))
        return
    }
    const servers: EarlyServer[] = []
    afterEach(() => {
        for (const server of servers.splice(0)) server[Symbol.dispose]()
    })
    async function begin(more: Partial<ServerOptions> = {}): Promise<EarlyServer> {
        const server = await start({ identity: identity.server, earlyDataMax: () => LIMIT, ...more })
        servers.push(server)
        return server
    }

    test("takes a report with the hello, wake after wake, and counts each once", async () => {
        using device = await Reporter.create(await begin())
        expect(what(await device.report())).toEqual(full)
        for (let wake = 2; wake <= (outrunsTickets === true ? 2 : 4); wake++) {
            const seen = await device.report()
            expect(what(seen)).toEqual(accepted)
            expect(seen.visit.outcome?.earlyBytes).toBe(100)
            expect(leftWithTheHello(seen)).toBe(true)
        }
        const arrived = await device.arrived()
        expect(arrived.map(({ report }) => report)).toEqual(["1", "2", "3", "4"].slice(0, arrived.length))
        expect(arrived).toHaveLength(device.count)
        expect(arrived[0]).toEqual(late("1"))
    })

    test("gets nothing early from a device whose app has not consented", async () => {
        using device = await Reporter.create(await begin(), {})
        expect(what(await device.report())).toEqual(full)
        const seen = await device.report()
        expect(what(seen)).toEqual(resumed)
        expect(leftWithTheHello(seen)).toBe(false)
        expect(await device.arrived()).toEqual([late("1"), late("2")])
    })

    test("gets a report beyond its limit once, whole, after the handshake", async () => {
        using device = await Reporter.create(await begin())
        await device.report()
        const seen = await device.report(6000)
        expect(seen.visit.outcome?.result).toBe("resumed")
        expect(seen.visit.outcome?.earlyBytes).toBe(0)
        expect(await device.arrived()).toEqual([late("1"), late("2")])
    })

    test("restarted with other keys, gets the report once, after a full handshake", async () => {
        const server = await begin()
        using device = await Reporter.create(server)
        await device.report()
        await device.arrived()
        await server.server.restart()
        device.board.proxy.clear()
        const seen = await device.report()
        expect(what(seen)).toEqual({ result: "full", earlyData: "refused" })
        expect(seen.visit.attempts).toBe(1)
        expect((await device.arrived()).filter(({ report }) => report === "2")).toEqual([late("2")])
    })

    test("refuses the early data of a device whose clock is fast, resumes, and gets the report once", async () => {
        using device = await Reporter.create(await begin())
        await device.report()
        sleep(120_000)
        expect(what(await device.report())).toEqual(refused)
        expect(await device.arrived()).toEqual([late("1"), late("2")])
    })

    test("refuses the early data of a device whose clock is slow, resumes, and gets the report once", async () => {
        using time = new TimeSkip()
        using device = await Reporter.create(await begin({ environment: time.environment as Record<string, string> }))
        await device.report()
        time.skip(120_000)
        expect(what(await device.report())).toEqual(refused)
        expect(await device.arrived()).toEqual([late("1"), late("2")])
    })

    test("that takes a report and breaks off gets it twice at most", async () => {
        using device = await Reporter.create(await begin())
        await device.report()
        device.board.proxy.plan([{ direction: "toClient", at: 1, fault: { do: "cut", by: "rst" } }])
        const seen = await device.report()
        expect(seen.visit.attempts).toBe(2)
        expect(seen.visit.outcome?.result).toBe("full")
        const times = (await device.arrived()).filter(({ report }) => report === "2")
        expect(times.length).toBeGreaterThanOrEqual(1)
        expect(times.length).toBeLessThanOrEqual(2)
        expect(times.at(-1)).toEqual(late("2"))
    })

    test(`takes a report that somebody has recorded ${knowsReplays ? "no" : "a"} second time`, async () => {
        const server = await begin()
        using device = await Reporter.create(server)
        await device.report()
        const seen = await device.report()
        expect(what(seen)).toEqual(accepted)
        await replay(server, seen, !knowsReplays)
        const times = (await device.arrived()).filter(({ report }) => report === "2")
        expect(times).toHaveLength(knowsReplays ? 1 : 2)
    })

    test("that sees a ticket for the second time, early or not, gets that report once, too", async () => {
        using device = await Reporter.create(await begin())
        await device.report()
        const state = saveState()
        expect(what(await device.report())).toEqual(accepted)
        loadState(state)
        await device.report()
        const reports = (await device.arrived()).map(({ report }) => report)
        expect(reports).toEqual(["1", "2", "3"])
    })
})

describe("nginx", () => {
    async function begin(options: Parameters<typeof earlyNginx>[0], more = consent): Promise<Reporter> {
        return await Reporter.create(await earlyNginx(options), more)
    }
    const keeping = (more: Partial<NginxOptions> = {}): NginxOptions => ({
        ...{ identity: identity.server, earlyDataMax: () => LIMIT, keepsTicketKey: true },
        ...more,
    })

    test("that takes no early data any more resumes, gets the report once, and is not asked again in vain", async () => {
        let most = LIMIT
        using device = await begin(keeping({ earlyDataMax: () => most }))
        using server = device.server
        await device.report()
        most = 0
        await server.server.restart()
        expect(what(await device.report())).toEqual(refused)
        expect(what(await device.report())).toEqual(resumed)
        expect(await device.arrived()).toEqual([late("1"), late("2"), late("3")])
    })

    test("that asks for another hello gets the report once, after the handshake", async () => {
        const options = keeping({ group: "x25519" })
        using device = await begin(options)
        using server = device.server
        await device.report()
        options.group = "secp256r1"
        await server.server.restart()
        const seen = await device.report()
        expect(what(seen)).toEqual(refused)
        expect(seen.visit.outcome).toMatchObject({ group: "secp256r1", result: "resumed" })
        expect(await device.arrived()).toEqual([late("1"), late("2")])
    })

    test("that takes a report, and of which nothing is heard then, counts it twice: early, and in full", async () => {
        let tellEarly: () => void = () => {}
        const hasCome = new Promise<void>((done) => (tellEarly = done))
        using device = await begin({
            ...keeping(),
            statusFor: ({ isEarly }) => {
                if (isEarly) tellEarly()
                return 200
            },
        })
        using _server = device.server
        await device.report()
        device.board.proxy.plan([{ direction: "toClient", at: 0, fault: { do: "stall" } }])
        const reported = device.report()
        await hasCome
        expect(skipWait()).toBeGreaterThan(1000) // to where the second attempt joins the first
        const { visit } = await reported
        expect(visit.outcome?.result).toBe("full")
        expect(visit.attempts).toBe(2)
        expect(await device.arrived()).toEqual([late("1"), early("2"), late("2")])
    })

    const reuses: Partial<ClientOptions> = {
        policy: { earlyData: true, ticketWaitMs: 5000, reuse: "when-not-renewed" },
    }
    test.each([
        ["none", consent],
        ["none with reuse", reuses],
    ])("may answer before it gives a ticket to an app that has it close, for which %s is full", async (_, policy) => {
        using device = await begin(keeping(), policy)
        using _server = device.server
        expect(what(await device.report())).toEqual(full)
        expect(what(await device.report())).toEqual(accepted)
        for (let wake = 3; wake <= 8; wake++) expect((await device.report()).visit.outcome?.result).toBe("resumed")
        const reports = (await device.arrived()).map(({ report }) => report)
        expect(reports).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"])
    })

    test("takes a recorded report as often as it comes, and knows that each was early", async () => {
        using device = await begin(keeping())
        using server = device.server
        await device.report()
        const seen = await device.report()
        await replay(server, seen, true)
        await replay(server, seen, true)
        const arrived = await device.arrived()
        expect(arrived.map(({ report }) => report)).toEqual(["1", "2", "2", "2"])
        expect(arrived.slice(2)).toEqual([early("2"), early("2")])
    })

    test("answers a report of 100 bytes in three packets each way, and no round trip is before it", async () => {
        using first = await begin(keeping())
        using server = first.server
        await first.report()
        const helloSize = (await first.report()).wire.flights[0]?.size ?? 0
        using device = await Reporter.create(server)
        await device.report()
        // The server's first answer waits until the hello and the report have passed: who waited for it would wait for ever.
        device.board.proxy.plan([{ direction: "toClient", at: 0, fault: { do: "hold", untilOther: helloSize } }])
        const seen = await device.report()
        expect(what(seen)).toEqual(accepted)
        expect(leftWithTheHello(seen)).toBe(true)
        expect(seen.wire.toServer.writes).toBeLessThanOrEqual(3)
        expect(seen.wire.toClient.writes).toBeLessThanOrEqual(3)
    })
})

test("HAProxy that agrees to another application protocol gets the report once, after the handshake", async () => {
    let alpn = "first"
    using server = await earlyHaproxy({
        ...{ identity: identity.server, earlyDataMax: () => LIMIT, keepsTicketKey: true, alpn: () => alpn },
    })
    using device = await Reporter.create(server, { ...consent, alpn: "first,second" })
    await device.report()
    alpn = "second"
    await server.server.restart()
    const seen = await device.report()
    expect(seen.visit.outcome?.earlyData).toBe("refused")
    expect((await device.arrived()).map(({ report }) => report)).toEqual(["1", "2"])
})

describe.each([erlangStateful, erlangStateless])("$name, whose tickets allow early data in vain", (kind) => {
    const why = kind.missing()
    if (why !== undefined) {
        test.skip(skipped(`early data: ${why}`))
        return
    }

    test("answers after the handshake, and is offered none from then on", async () => {
        using server = await kind.start({ identity: identity.server })
        using board = await Board.create(server, identity.ca, "psk", consent)
        const seen: Seen[] = []
        while (seen.length < 3) seen.push(await board.wake())
        for (const { visit } of seen) {
            expect(visit.error).toBeNull()
            expect(visit.reply.toString("latin1").match(/HTTP\/1\.[01] 200/g)).toHaveLength(1)
        }
        expect(seen.map(what)).toEqual([full, refused, resumed])
    })
})

// Early data on the ESP32 port: an app writes before there is a network, and its bytes leave with the hello.
import { afterEach, describe, expect, test } from "vitest"
import { FaultProxy } from "#dev/network/fault-proxy.js"
import { type EarlyServer, earlyNginx } from "#dev/servers/early-data.js"
import { createIdentity } from "#dev/servers/identities.js"
import { TimeSkip } from "#warmhello/sim/time-skip.js"
import { Board, slept, type Wake } from "./board.js"

const identity = await createIdentity()
const owned: Disposable[] = []
afterEach(() => {
    for (const one of owned.splice(0)) one[Symbol.dispose]()
})

interface World {
    server: EarlyServer
    line: FaultProxy
    /** A wake after deep sleep, the server's clock gone on as far as the board's. */
    nextWake: (...args: string[]) => Promise<Wake>
    device: Board
}

const SLEEP_S = 60

async function world(...args: string[]): Promise<World> {
    let most = 4000
    const time = new TimeSkip()
    owned.push(time)
    const server = await earlyNginx({
        environment: time.environment as Record<string, string>,
        ...{ identity: identity.server, earlyDataMax: () => most, keepsTicketKey: true },
    })
    most = 0 // from a restart on
    const line = await FaultProxy.start(server.server.port)
    const device = new Board({
        ca: identity.ca,
        port: line.port,
        args: ["--early-data", "--sleep", String(SLEEP_S), ...args],
    })
    const nextWake = (...more: string[]): Promise<Wake> => {
        time.skip(SLEEP_S * 1000)
        return device.wake("deep-sleep", ...more)
    }
    owned.push(server, line, device)
    return { server, line, device, nextWake }
}

const count = async ({ server, line }: World) => (await server.arrivals(line.connections.length)).length

describe.each(["ds", "c"])("a program (%s)", (app) => {
    test("opens before Wi-Fi is up in a wake with a session, and what it writes leaves with the hello", async () => {
        const all = await world("--app", app)
        const first = slept(await all.device.wake("power-on"))
        expect(first.line.connect).toMatchObject({ result: "full", earlyData: null })
        const second = await all.nextWake()
        expect(slept(second).line.connect).toMatchObject({ result: "resumed", earlyData: "accepted", earlyBytes: 18 })
        expect(second.app.at(-1)).toMatch(app === "ds" ? /^close, \d+ bytes$/ : /^got \d+ bytes, resumed$/)
        const { flights } = all.line.last
        expect(flights[0]?.direction).toBe("toServer")
        expect(flights[1]?.direction).toBe("toClient")
        const { marksUs } = slept(second).line
        expect(marksUs.tls).toBeGreaterThanOrEqual(marksUs.tcp ?? Number.POSITIVE_INFINITY)
        expect(await count(all)).toBe(2)
    })

    test("hears nothing of a server that refuses it: the bytes arrive once, after the handshake", async () => {
        const all = await world("--app", app)
        await all.device.wake("power-on")
        await all.server.server.restart()
        const second = await all.nextWake()
        expect(slept(second).line.connect).toMatchObject({ result: "resumed", earlyData: "refused" })
        expect(second.app.at(-1)).toMatch(app === "ds" ? /^close, \d+ bytes$/ : /^got \d+ bytes, resumed$/)
        expect(await count(all)).toBe(2)
    })

    test("hears of a network that does not come as of one that is lost", async () => {
        const all = await world("--app", app)
        await all.device.wake("power-on")
        const second = await all.nextWake("--no-dhcp", "--address-taken", "--no-route")
        expect(second.app.at(-1)).toMatch(app === "ds" ? /^error (no-network|no-address)/ : /^got 0 bytes, failed$/)
        expect(second.line?.connect ?? null).toBeNull()
        expect(await count(all)).toBe(1)
    })
})

test("an app's fetch, head and body in pieces of one turn, leaves with the hello as a whole", async () => {
    const all = await world("--does", "pieces")
    await all.device.wake("power-on")
    const second = slept(await all.nextWake())
    expect(second.line.connect).toMatchObject({ earlyData: "accepted", earlyBytes: 18 })
    expect(await count(all)).toBe(2)
})

test("an app that closes once it has written has sent it with the hello, and once", async () => {
    const all = await world("--does", "early")
    await all.device.wake("power-on")
    const second = slept(await all.nextWake())
    expect(second.app).toEqual(["open", "closed, 0 bytes"])
    expect(second.line.connect).toMatchObject({ earlyData: "accepted", earlyBytes: 18 })
    expect(await count(all)).toBe(2)
})

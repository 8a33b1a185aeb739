// Unmodified apps whose first bytes leave with the hello, before a real server's answer.
import { once } from "node:events"
import { afterEach, expect, test } from "vitest"
import { type Carried, FaultProxy, type Step } from "#dev/network/fault-proxy.js"
import type { BackendRequest } from "#dev/servers/backend.js"
import { type EarlyServer, earlyNginx } from "#dev/servers/early-data.js"
import { startHaproxy } from "#dev/servers/haproxy.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { DATA_RECORD, records } from "#dev/servers/wire.js"
import { Client, type ClientOptions } from "#warmhello/core/client.js"
import type { CoreConnect } from "#warmhello/core/connect.js"
import { losePower } from "#warmhello/core/platform.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"
import type { SimulationOptions } from "#warmhello/sim/simulation.js"
import { runApp } from "../ts/support/simulate.js"
import { visit } from "../ts/support/visit.js"

/** More than a ServerHello and what belongs to it, and less than that with an answer, in bytes. */
const WITH_AN_ANSWER = 300

const identity = await createIdentity()
const owned: Disposable[] = []
afterEach(() => {
    for (const one of owned.splice(0)) one[Symbol.dispose]()
})

interface World {
    server: EarlyServer
    line: FaultProxy
    requests: BackendRequest[]
    options: Pick<SimulationOptions, "server" | "minVersion" | "policy">
}

async function world(statusFor: (request: BackendRequest) => number = () => 200): Promise<World> {
    const requests: BackendRequest[] = []
    const server = await earlyNginx({
        ...{ identity: identity.server, earlyDataMax: () => 4000 },
        statusFor: (request) => {
            requests.push(request)
            return statusFor(request)
        },
    })
    const line = await FaultProxy.start(server.server.port)
    owned.push(server, line)
    return {
        ...{ server, line, requests },
        options: {
            server: { host: "localhost", port: line.port, ca: Buffer.from(identity.ca) },
            minVersion: "1.3",
            policy: { earlyData: true },
        },
    }
}

/** What the device sends after its first flight waits until the server has answered the request, which it thus has to take
 * for early data. `before`: a connection whose first flight was as long. */
function holdTheEndOfTheHandshake(before: Carried): Step[] {
    const hello = before.flights[0]?.size ?? 0
    expect(before.toServer.size).toBeGreaterThan(hello)
    return [{ direction: "toServer", at: hello, fault: { do: "hold", untilOther: WITH_AN_ANSWER } }]
}

test("the sample app's fetch costs no round trip: the server answers all of it before the handshake's end", async () => {
    const { line, requests, options } = await world()
    await runApp("app", { ...options, cycles: 2 })
    line.plan([], holdTheEndOfTheHandshake(line.last))
    const { wakes } = await runApp("app", { ...options, cycles: 2 })
    expect(wakes.map(({ result, earlyData }) => [result, earlyData])).toEqual([
        ["full", null],
        ["resumed", "accepted"],
    ])
    expect(requests.at(-1)?.isEarly).toBe(true)
    for (const { body } of requests) expect(JSON.parse(body)).toHaveProperty("celsius")
    expect(line.last.flights.slice(0, 2).map(({ direction }) => direction)).toEqual(["toServer", "toClient"])
    expect(line.last.toServer.writes).toBeLessThanOrEqual(3)
})

test("without consent the same app writes after the handshake, as ever", async () => {
    const { requests, options } = await world()
    const { wakes } = await runApp("app", { ...options, policy: {}, cycles: 2 })
    expect(wakes.map(({ earlyData }) => earlyData)).toEqual([null, null])
    expect(requests.map(({ isEarly }) => isEarly)).toEqual([false, false])
})

test("an app that is answered 425 asks again after the handshake, and does so from then on", async () => {
    let isPicky = false
    const { line, requests, options } = await world(({ isEarly }) => (isPicky && isEarly ? 425 : 200))
    const easy = await runApp("too-early", { ...options, policy: {}, cycles: 2 })
    expect(easy.lines.map(({ text }) => text)).toEqual([
        "server answers 200, early data not sent",
        "server answers 200, early data accepted",
    ])
    isPicky = true
    requests.length = 0
    line.plan([], holdTheEndOfTheHandshake(line.last))
    const { lines, wakes } = await runApp("too-early", { ...options, policy: {}, cycles: 3 })
    expect(lines.map(({ text }) => text)).toEqual([
        "server answers 200, early data not sent",
        "too early: once more, after the handshake",
        "server answers 200, early data accepted",
        "server answers 200, early data not sent",
    ])
    expect(requests.map(({ isEarly }) => isEarly)).toEqual([false, true, false, false])
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1)
    expect(wakes.map(({ result }) => result)).not.toContain("failed")
})

test("the MQTT client's CONNECT leaves with the hello, to mosquitto behind HAProxy, and the reading arrives", async () => {
    // Without a certificate it speaks plain MQTT.
    using broker = await startMosquitto({ identity: identity.server, pskAlone: true })
    using server = await startHaproxy({
        ...{ identity: identity.server, earlyDataMax: () => 4000, tcpPort: broker.port },
    })
    const line = await FaultProxy.start(server.port)
    owned.push(line)
    const { lines, wakes } = await runApp("mqtt", {
        ...{ cycles: 2, minVersion: "1.3", policy: { earlyData: true } },
        server: { host: "localhost", port: line.port, ca: Buffer.from(identity.ca) },
    })
    expect(wakes.map(({ result, earlyData }) => [result, earlyData])).toEqual([
        ["full", null],
        ["resumed", "accepted"],
    ])
    expect(lines.filter(({ text }) => text.startsWith("published"))).toHaveLength(2)
    const [hello, connect] = records(line.last.toServer.bytes)
    expect(hello?.start).toBe(0)
    expect(connect?.type).toBe(DATA_RECORD)
    expect(connect?.end).toBeLessThanOrEqual(line.last.flights[0]?.size ?? 0)
})

test("an app that writes and closes before the handshake is counted once, as any other", async () => {
    losePower()
    const { line, requests } = await world()
    const config: ClientOptions = {
        ...{ host: "localhost", port: line.port, ca: Buffer.from(identity.ca) },
        ...{ minVersion: "1.3", maxVersion: "1.3", tickets: true },
        policy: { earlyData: true, ticketWaitMs: 5000 },
    }
    const request = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nok"
    const first = await visit(config, request.replace("\r\n", "\r\nConnection: close\r\n"))
    expect(first.outcome?.result).toBe("full")
    using client = new Client(config)
    const told: string[] = []
    const tell = (what: string, { outcome }: CoreConnect) => told.push(`${what} ${outcome.result}`)
    const socket = new TlsSocket(client, {
        ...{ host: "127.0.0.1", port: line.port, connectTimeoutMs: 10_000 },
        observer: {
            connecting: () => 1,
            connected: (connect) => tell("connected", connect),
            closed: (_, connect) => tell("closed", connect),
        },
    })
    socket.on("open", () => {
        told.push("open")
        socket.write(Buffer.from(request))
        socket.close()
    })
    socket.connect()
    await once(socket, "closed")
    expect(socket.outcome?.earlyData).toBe("accepted")
    expect(requests).toHaveLength(2)
    expect(told).toEqual(["open", "connected resumed", "closed resumed"])
})

// Unmodified apps whose first bytes leave with the hello, before a real server's answer.
import { afterEach, expect, test } from "vitest"
import { FaultProxy } from "#dev/network/fault-proxy.js"
import type { BackendRequest } from "#dev/servers/backend.js"
import { type EarlyServer, earlyNginx } from "#dev/servers/early-data.js"
import { createIdentity } from "#dev/servers/identities.js"
import type { SimulationOptions } from "#warmhello/sim/simulation.js"
import { runApp } from "../ts/support/simulate.js"

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
        ...{ identity: identity.server, earlyDataMax: () => 4000, antiReplay: false },
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

test("the sample app's fetch costs no round trip: head and body have left before the server has said anything", async () => {
    const { line, requests, options } = await world()
    const { wakes } = await runApp("app", { ...options, cycles: 2 })
    expect(wakes.map(({ result, earlyData }) => [result, earlyData])).toEqual([
        ["full", null],
        ["resumed", "accepted"],
    ])
    expect(requests.map(({ isEarly }) => isEarly)).toEqual([false, true])
    for (const { body } of requests) expect(JSON.parse(body)).toHaveProperty("celsius")
    // The hello with the whole request, and the answer: what follows is the end of the handshake and the goodbye.
    const flights = line.connections[1]?.flights ?? []
    expect(flights[0]?.direction).toBe("toServer")
    expect(line.connections[1]?.toServer.bytes.subarray(0, flights[0]?.size).length).toBeGreaterThan(500)
})

test("without consent the same app writes after the handshake, as ever", async () => {
    const { requests, options } = await world()
    const { wakes } = await runApp("app", { ...options, policy: {}, cycles: 2 })
    expect(wakes.map(({ earlyData }) => earlyData)).toEqual([null, null])
    expect(requests.map(({ isEarly }) => isEarly)).toEqual([false, false])
})

test("an app that is answered 425 asks again after the handshake, and does so from then on", async () => {
    const { requests, options } = await world(({ isEarly }) => (isEarly ? 425 : 200))
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

test("an app whose server takes such requests early is never asked to repeat one", async () => {
    const { requests, options } = await world()
    const { lines } = await runApp("too-early", { ...options, policy: {}, cycles: 2 })
    expect(lines.map(({ text }) => text)).toEqual([
        "server answers 200, early data not sent",
        "server answers 200, early data accepted",
    ])
    expect(requests.map(({ isEarly }) => isEarly)).toEqual([false, true])
})

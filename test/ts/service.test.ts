// The service beside the connects of the simulator.
import { expect, test, vi } from "vitest"
import { Client } from "#warmhello/core/client.js"
import { losePower } from "#warmhello/core/platform.js"
import { Service } from "#warmhello/core/service.js"
import * as spec from "#warmhello/service/spec.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { refusedConnect } from "./support/refused.js"
import { resultsOf, runApp } from "./support/simulate.js"
import { clientOptions } from "./support/visit.js"

const GET = 0x1000
const SET = 0x2000
const nothing = Buffer.alloc(0)
const ca = Buffer.from((await createCertificateAuthority()).certificate)

test("nothing in a connect waits for the service: dead, it changes no wake", async () => {
    const alive = await runApp("app")
    vi.spyOn(Service.prototype, "handlePacket").mockImplementation(() => {
        throw new Error("a connect has asked the service")
    })
    vi.spyOn(Service.prototype, "next").mockImplementation(() => undefined)
    try {
        const dead = await runApp("app")
        expect(resultsOf(dead.wakes)).toEqual(resultsOf(alive.wakes))
        expect(dead.lines).toEqual(alive.lines)
    } finally {
        vi.restoreAllMocks()
    }
})

test("what the service notes of a connect without TLS takes microseconds", () => {
    using service = new Service()
    using client = new Client(clientOptions({ port: 443, ca }))
    using connect = refusedConnect(client)
    const rounds = 2000
    const started = performance.now()
    for (let n = 0; n < rounds; n++) {
        const name = service.connecting()
        service.connected(connect)
        service.closed(name, connect)
    }
    const perConnectUs = (1000 * (performance.now() - started)) / rounds
    expect(perConnectUs).toBeLessThan(100) // about 5; a slow machine gets its time
})

test("counts and settings outlive deep sleep, and not a loss of power", () => {
    using service = new Service()
    using client = new Client(clientOptions({ port: 443, ca }))
    using connect = refusedConnect(client)
    service.connected(connect)
    expect(service.handlePacket(SET | spec.registers.enabled, spec.writeEnabled(false))).toBe("silent")
    const failed = () => {
        const answer = service.handlePacket(GET | spec.registers.counts, nothing)
        return typeof answer === "string" ? answer : spec.readCounts(answer.payload)?.failed
    }
    service.wake(false)
    expect(failed()).toBe(1)
    service.wake(true)
    expect(failed()).toBe(0)
})

test("C and TypeScript read each other's payloads", () => {
    losePower()
    using service = new Service()
    const ask = (register: number) => {
        const answer = service.handlePacket(GET | register, nothing)
        if (typeof answer === "string") throw new Error(answer)
        return answer.payload
    }
    using client = new Client(clientOptions({ port: 443, ca }))
    for (let n = 1; n <= 3; n++) {
        using connect = refusedConnect(client)
        service.connected(connect)
    }
    expect(spec.readOutcome(ask(spec.registers.outcome))).toMatchObject({
        ...{ number: 3, result: "failed", reason: "none", error: "connection-refused" },
        ...{ backoffS: 60, alert: -1, group: "" },
    })
    const peer = { host: "warmhello.test", port: 65535 }
    service.handlePacket(SET | spec.registers.pinnedPeer, spec.writePinnedPeer(peer))
    expect(spec.readPinnedPeer(ask(spec.registers.pinnedPeer))).toEqual(peer)
    service.handlePacket(SET | spec.registers.minProtocol, spec.writeMinProtocol("TLS1.3"))
    expect(spec.readMinProtocol(ask(spec.registers.minProtocol))).toBe("TLS1.3")
    expect(spec.readStoredSession(ask(spec.registers.storedSession))).toEqual({ stored: null, expiresInS: 0 })
})

test("what is no packet of the service's is refused", () => {
    using service = new Service()
    expect(service.handlePacket(GET | 0x1ff, nothing)).toBe("not-implemented")
    expect(service.handlePacket(SET | spec.registers.maxAge, Buffer.alloc(3))).toBe("not-implemented")
    expect(service.handlePacket(SET | spec.registers.pinnedPeer, Buffer.alloc(4000))).toBe("not-implemented")
})

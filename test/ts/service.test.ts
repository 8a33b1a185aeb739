// The service beside the connects of the simulator.
import { expect, test, vi } from "vitest"
import { Client } from "#warmhello/core/client.js"
import { losePower } from "#warmhello/core/platform.js"
import { Service } from "#warmhello/core/service.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { refusedConnect } from "./support/refused.js"
import { packed, register, unpacked } from "./support/service-payload.js"
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
    expect(service.handlePacket(SET | register("enabled"), packed("enabled", 0))).toBe("silent")
    const counts = () => {
        const answer = service.handlePacket(GET | register("counts"), nothing)
        return typeof answer === "string" ? answer : unpacked("counts", answer.payload)
    }
    service.wake(false)
    expect(counts()).toMatchObject({ failed: 1 })
    service.wake(true)
    expect(counts()).toMatchObject({ failed: 0 })
})

test("the service in C and jacdac-ts read each other's payloads", () => {
    losePower()
    using service = new Service()
    const ask = (name: string) => {
        const answer = service.handlePacket(GET | register(name), nothing)
        if (typeof answer === "string") throw new Error(answer)
        return unpacked(name, answer.payload)
    }
    const set = (name: string, ...values: (number | string)[]) =>
        expect(service.handlePacket(SET | register(name), packed(name, ...values))).toBe("silent")
    using client = new Client(clientOptions({ port: 443, ca }))
    for (let n = 1; n <= 3; n++) {
        using connect = refusedConnect(client)
        service.connected(connect)
    }
    const outcome = ask("outcome")
    expect(outcome).toMatchObject({
        ...{ number: 3, result: "Failed", reason: "None", error: "ConnectionRefused" },
        ...{ alert: -1, group: "" },
    })
    const { backoff } = outcome as { backoff: number }
    expect(backoff).toBeGreaterThanOrEqual(30)
    expect(backoff).toBeLessThanOrEqual(60)
    set("pinned_peer", 65535, "wärmhello.test")
    expect(ask("pinned_peer")).toEqual({ host: "wärmhello.test", port: 65535 })
    set("min_protocol", 2)
    expect(ask("min_protocol")).toBe("Tls13")
    expect(ask("stored_session")).toEqual({ stored: "None", expires_in: 0 })
})

test("what is no packet of the service's is refused", () => {
    using service = new Service()
    expect(service.handlePacket(GET | 0x1ff, nothing)).toBe("not-implemented")
    expect(service.handlePacket(SET | register("max_age"), Buffer.alloc(3))).toBe("not-implemented")
    expect(service.handlePacket(SET | register("pinned_peer"), Buffer.alloc(4000))).toBe("not-implemented")
})

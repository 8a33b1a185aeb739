// The ESP32 port between two tasks: the service and the app on one, TLS on the other.
import { afterAll, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { Board, resultOf, slept } from "./board.js"

const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const board = ({ args = [] }: { args?: string[] } = {}) => new Board({ ca: identity.ca, port: server.port, args })

test("an app that sleeps with its connection open still resumes", async () => {
    using device = board({ args: ["--does", "sleepy"] })
    expect(slept(await device.wake("power-on")).line.connect).toMatchObject({ result: "full", stored: "both" })
    expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
})

test("an app that has the service forget connects by a full handshake next time", async () => {
    using device = board({ args: ["--does", "forget"] })
    expect(resultOf(await device.wake("power-on"))).toBe("full")
    expect(resultOf(await device.wake("deep-sleep"))).toBe("full")
})

test("the service tells of the connects", async () => {
    using device = board()
    const full = slept(await device.wake("power-on"))
    const resumed = slept(await device.wake("deep-sleep"))
    for (const wake of [full, resumed]) expect(wake.world.filter((line) => /^service event/.test(line))).not.toEqual([])
})

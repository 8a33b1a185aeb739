// What a wake takes over from the last one: access point, channel, address.
import { afterAll, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { Board, slept, type Wake } from "./board.js"

const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const board = (...args: string[]) => new Board({ ca: identity.ca, port: server.port, args })

/** How it got to the access point and to an address. */
const ways = (wake: Wake) => slept(wake).world.filter((line) => /^(wifi (fast|scan)|ip|upstream)/.test(line))
const opened = ["open", expect.stringMatching(/^close, /)]

const inFull = ["wifi scan home", "ip dhcp"]
const fast = ["wifi fast home", "ip lease"]

test("the first wake scans and asks DHCP, the second does neither, and DeviceScript's own scan keeps out of it", async () => {
    using device = board()
    expect(ways(await device.wake("power-on"))).toEqual(inFull)
    expect(ways(await device.wake("deep-sleep"))).toEqual(fast)
})

test("a C program's wakes are fast too: leaving the access point to sleep is no failure of it", async () => {
    using device = board("--app", "c")
    expect(ways(await device.wake("power-on"))).toEqual(inFull)
    expect(ways(await device.wake("deep-sleep"))).toEqual(fast)
    expect(ways(await device.wake("deep-sleep"))).toEqual(fast)
})

test("an access point that has changed its channel is found by a scan, and kept", async () => {
    using device = board()
    slept(await device.wake("power-on"))
    const moved = await device.wake("deep-sleep", "--ap-moved")
    expect(moved.app).toEqual(opened)
    expect(ways(moved)).toEqual(["wifi fast home", ...inFull])
    expect(ways(await device.wake("deep-sleep", "--ap-moved"))).toEqual(fast)
})

test("an address that is another's by now is given up for DHCP's, and the connect comes about", async () => {
    using device = board()
    slept(await device.wake("power-on"))
    const taken = await device.wake("deep-sleep", "--address-taken")
    expect(taken.app).toEqual(opened)
    expect(ways(taken)).toEqual([...fast, "ip dhcp"])
    expect(ways(await device.wake("deep-sleep"))).toEqual(fast)
})

test("with an address that is another's, the name is looked up anew, and the first look-up is not heard any more", async () => {
    using device = board()
    slept(await device.wake("power-on"))
    const taken = await device.wake("deep-sleep", "--address-taken", "--slow-names")
    expect(taken.app).toEqual(opened)
    expect(ways(taken)).toEqual([...fast, "ip dhcp"])
    const { ip = 0, dns = 0 } = slept(taken).line.marksUs
    expect((dns - ip) / 1e6).toBeLessThan(3.7) // 2 s of doubt, and the second look-up
})

test("a lease is used for half of its time", async () => {
    using device = board("--lease", "3600")
    slept(await device.wake("power-on"))
    expect(ways(await device.wake("deep-sleep"))).toEqual(fast) // after 600 s
    expect(ways(await device.wake("deep-sleep"))).toEqual(fast) // 1200 s
    expect(ways(await device.wake("deep-sleep"))).toEqual(["wifi fast home", "ip dhcp"]) // 1800 s, if the clock is right
})

test("a lease of unknown length is not used", async () => {
    using device = board("--lease", "0")
    slept(await device.wake("power-on"))
    expect(ways(await device.wake("deep-sleep"))).toEqual(["wifi fast home", "ip dhcp"])
})

test("a static address needs no DHCP, not even in the first wake, and is not doubted", async () => {
    using device = board("--static-address")
    expect(ways(await device.wake("power-on"))).toEqual(["wifi scan home", "ip lease"])
    expect(ways(await device.wake("deep-sleep"))).toEqual(fast)
    const cut = slept(await device.wake("deep-sleep", "--address-taken"))
    expect(cut.app).toEqual([expect.stringMatching(/^error unknown-host/)])
})

test("a network with less protection than asked for is not joined", async () => {
    using device = board("--wpa2")
    expect((await device.wake("power-on")).world).toContain("wifi asks for protection 3")
})

test("with slow Wi-Fi every wake scans and asks", async () => {
    using device = board("--slow-wifi")
    slept(await device.wake("power-on"))
    expect(ways(await device.wake("deep-sleep"))).toEqual(inFull)
})

test.each([
    ["as firmware/Kconfig has it", {}, "radio sleeps till each DTIM beacon, listen interval 3"],
    ["without power save", { powerSave: "none" }, "radio sleeps never, listen interval 3"],
    ["with a listen interval", { powerSave: "max" }, "radio sleeps till beacons of its own choice, listen interval 10"],
] as const)("the radio sleeps between packets %s, in a C program as below DeviceScript", async (_, options, told) => {
    for (const app of [[], ["--app", "c"]]) {
        using device = new Board({ ca: identity.ca, port: server.port, args: app, ...options })
        const wakes = [await device.wake("power-on"), await device.wake("deep-sleep")]
        for (const wake of wakes) expect(slept(wake).world).toContain(told)
    }
})

// What a wake takes over from the last one: access point, channel, address, time.
import { afterAll, expect, test } from "vitest"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { createIdentity } from "../support/identities.js"
import { startOpenssl } from "../support/servers/openssl.js"
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

const asks = ({ world }: Wake) => world.filter((line) => line.startsWith("time asked"))

test("the time is asked for once a day, after the app's work, with Wi-Fi still up", async () => {
    using device = board("--time-server", "time.test", "--time", String(Math.floor(Date.now() / 1000)))
    const first = slept(await device.wake("power-on"))
    const order = ["time asked of time.test", "wifi off"].map((line) => first.world.indexOf(line))
    expect(first.app).toEqual(opened)
    expect(first.world).toContain("time server time.test: answered")
    expect(order[0]).toBeGreaterThan(0)
    expect(order[0]).toBeLessThan(order[1] ?? 0)
    expect(asks(slept(await device.wake("deep-sleep", "--sleep", "86400")))).toEqual([])
    expect(asks(slept(await device.wake("deep-sleep")))).toHaveLength(1)
})

test("a time server that says nothing costs a second, and is asked again", async () => {
    using device = board("--time-server", "time.test")
    const first = slept(await device.wake("power-on"))
    expect(asks(first)).toHaveLength(1)
    expect(first.world).toContain("time server time.test: silent")
    expect(asks(slept(await device.wake("deep-sleep")))).toHaveLength(1)
})

/** Certificates of a year, and a time that a server tells of ten years from now. */
async function boardWithLies() {
    const notAfter = new Date(Date.now() + 365 * 86400_000)
    const authority = await createCertificateAuthority("a CA of a year", "ecdsa", { notAfter })
    const yearly = await startOpenssl({ identity: await authority.issue({ names: ["localhost"], notAfter }) })
    return {
        yearly,
        device: new Board({ ca: authority.certificate, port: yearly.port, args: ["--time-server", "time.test"] }),
    }
}
const nowS = Math.floor(Date.now() / 1000)
const truth = ["--time", String(nowS)]
const lie = ["--time", String(nowS + 10 * 365 * 86400)]

test("a time server that lies is asked again in the wake that suffers from it, and its next answer wins", async () => {
    const { yearly, device } = await boardWithLies()
    using _server = yearly
    using _device = device
    const lied = slept(await device.wake("power-on", ...lie))
    expect(lied.line.connect).toMatchObject({ result: "full", clock: "unknown" })
    const suffering = slept(await device.wake("deep-sleep", ...truth))
    expect(suffering.line.connect).toMatchObject({ error: "clock-suspect", clock: "suspect", backoffS: 0 })
    expect(asks(suffering)).toHaveLength(1)
    const healed = slept(await device.wake("deep-sleep", ...truth))
    expect(healed.line.connect).toMatchObject({ error: null, clock: "known" })
    expect(asks(healed)).toEqual([])
})

test("a time server that goes on lying is asked each hour, and locks the device out no longer than it lies", async () => {
    const { yearly, device } = await boardWithLies()
    using _server = yearly
    using _device = device
    slept(await device.wake("power-on", ...lie))
    expect(asks(slept(await device.wake("deep-sleep", ...lie)))).toHaveLength(1)
    expect(asks(slept(await device.wake("deep-sleep", "--sleep", "3700", ...lie)))).toEqual([])
    const asking = slept(await device.wake("deep-sleep", ...truth))
    expect(asking.line.connect).toMatchObject({ error: "clock-suspect" })
    expect(asks(asking)).toHaveLength(1)
    expect(slept(await device.wake("deep-sleep", ...truth)).line.connect).toMatchObject({ error: null, clock: "known" })
})

// Where the board has its time from: a server on this machine that answers, is late, lies, or is no time server.
import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { type NtpServer, startNtp } from "../support/servers/ntp.js"
import { Board, slept, type Wake } from "./board.js"

const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const opened = ["open", expect.stringMatching(/^close, /)]
const asks = ({ world }: Wake) => world.filter((line) => line.startsWith("time asked"))
const said = ({ world }: Wake) => world.filter((line) => line.startsWith("time server"))
const timedBy = ({ port }: NtpServer) => ["--time-server", "time.test", "--ntp-port", String(port)]
const board = (ntp: NtpServer) => new Board({ ca: identity.ca, port: server.port, args: timedBy(ntp) })
/** From the end of the app's work to sleep, in milliseconds. */
const closingMs = (wake: Wake) => {
    const { application = 0, closing = 0 } = slept(wake).line.marksUs
    return (closing - application) / 1000
}

test("the time is asked for once a day, beside the app's work, and known from the next wake on", async () => {
    using ntp = await startNtp()
    using device = board(ntp)
    const first = slept(await device.wake("power-on"))
    expect(first.app).toEqual(opened)
    expect(first.world.indexOf("time asked of time.test")).toBeLessThan(first.world.indexOf("wifi off"))
    expect(said(first)).toEqual(["time server time.test: answered"])
    expect(first.line.connect).toMatchObject({ clock: "unknown" })
    const second = slept(await device.wake("deep-sleep", "--sleep", "86400"))
    expect(asks(second)).toEqual([])
    expect(second.line.connect).toMatchObject({ clock: "known" })
    expect(asks(slept(await device.wake("deep-sleep")))).toHaveLength(1)
})

test("an answer that comes while the app works costs the wake nothing", async () => {
    using ntp = await startNtp()
    using device = board(ntp)
    using timeless = new Board({ ca: identity.ca, port: server.port })
    ntp.delayMs = 800
    const wake = slept(await device.wake("power-on", "--does", "lingers"))
    expect(said(wake)).toEqual(["time server time.test: answered"])
    // To wait for the answer after the app's work would cost those 800 ms.
    const otherwise = slept(await timeless.wake("power-on", "--does", "lingers"))
    expect(closingMs(wake) - closingMs(otherwise)).toBeLessThan(700)
})

test("an answer that is late is waited for, a second at most", async () => {
    using ntp = await startNtp()
    using device = board(ntp)
    ntp.delayMs = 600
    expect(said(slept(await device.wake("power-on")))).toEqual(["time server time.test: answered"])
    ntp.delayMs = 5000
    const late = slept(await device.wake("power-on"))
    expect(said(late)).toEqual(["time server time.test: silent"])
    expect(closingMs(late)).toBeLessThan(1700)
})

/** In which of these wakes, each of which ends in so many seconds of sleep, the time is asked for. */
async function askingWakes(device: Board, sleeps: number[]): Promise<boolean[]> {
    const asked: boolean[] = []
    for (const sleepS of sleeps) {
        const wake = slept(await device.wake("deep-sleep", "--sleep", String(sleepS)))
        asked.push(asks(wake).length > 0)
        if (asks(wake).length === 0) expect(closingMs(wake)).toBeLessThan(500)
    }
    return asked
}

test("a server that never answers costs a second, and then nothing for ever longer, until it answers", async () => {
    using ntp = await startNtp()
    using device = board(ntp)
    ntp.sends = () => []
    const first = slept(await device.wake("power-on", "--sleep", "300"))
    expect(said(first)).toEqual(["time server time.test: silent"])
    expect(closingMs(first)).toBeLessThan(1700)
    // Ten minutes after that, and twenty after the next.
    expect(await askingWakes(device, [300, 600, 600])).toEqual([false, true, false])
    ntp.sends = (answer) => [answer]
    expect(await askingWakes(device, [60])).toEqual([true])
    expect(slept(await device.wake("deep-sleep")).line.connect).toMatchObject({ clock: "known" })
})

test("a server that refuses is left alone as well", async () => {
    using ntp = await startNtp()
    using device = board(ntp)
    ntp.sends = (answer) => [changed(answer, (copy) => copy.writeUInt8(0, 1))]
    expect(said(slept(await device.wake("power-on", "--sleep", "300")))).toEqual(["time server time.test: refuses"])
    expect(await askingWakes(device, [300, 300])).toEqual([false, true])
})

test("a clock in doubt is asked for in each wake, whoever was silent", async () => {
    using lies = await boardWithLies()
    const { ntp, device } = lies
    ntp.timeS = lieS
    slept(await device.wake("power-on", "--sleep", "60"))
    ntp.sends = () => []
    for (let i = 0; i < 2; i++) {
        const suffering = slept(await device.wake("deep-sleep", "--sleep", "60"))
        expect(suffering.line.connect).toMatchObject({ error: "clock-suspect" })
        expect(asks(suffering)).toHaveLength(1)
    }
    ntp.timeS = nowS
    ntp.sends = (answer) => [answer]
    const asking = slept(await device.wake("deep-sleep", "--sleep", "60"))
    expect(asks(asking)).toHaveLength(1)
    expect(slept(await device.wake("deep-sleep")).line.connect).toMatchObject({ error: null, clock: "known" })
})

test("a network that goes before the answer is not the server's silence", async () => {
    using ntp = await startNtp()
    using device = board(ntp)
    ntp.sends = () => []
    const lost = slept(await device.wake("power-on", "--does", "lingers", "--ap-leaves", "900", "--sleep", "60"))
    expect(asks(lost)).toHaveLength(1)
    expect(await askingWakes(device, [60])).toEqual([true])
})

test("a question that is lost is asked again", async () => {
    using ntp = await startNtp()
    using device = board(ntp)
    ntp.sends = (answer) => (ntp.questions.length === 1 ? [] : [answer])
    const wake = slept(await device.wake("power-on", "--does", "lingers"))
    expect(said(wake)).toEqual(["time server time.test: answered"])
    expect(ntp.questions).toHaveLength(2)
    expect(ntp.questions[0]?.subarray(40)).not.toEqual(ntp.questions[1]?.subarray(40))
})

/** Certificates of a year, which a time of years from now ends. */
async function boardWithLies() {
    const notAfter = new Date(Date.now() + 365 * 86400_000)
    const authority = await createCertificateAuthority("a CA of a year", "ecdsa", { notAfter })
    const yearly = await startOpenssl({ identity: await authority.issue({ names: ["localhost"], notAfter }) })
    const ntp = await startNtp()
    const device = new Board({ ca: authority.certificate, port: yearly.port, args: timedBy(ntp) })
    const end = () => {
        for (const each of [device, ntp, yearly]) each[Symbol.dispose]()
    }
    return { ntp, device, [Symbol.dispose]: end }
}

const changed = (answer: Buffer, change: (copy: Buffer) => void) => {
    const copy = Buffer.from(answer)
    change(copy)
    return copy
}
const future = (answer: Buffer) => changed(answer, (copy) => copy.writeUInt32BE(copy.readUInt32BE(40) + 2e8, 40))
const wrongOrigin = (answer: Buffer) => changed(future(answer), (copy) => copy.writeUInt8(copy.readUInt8(31) ^ 1, 31))

describe("what is no answer is passed over, and the answer behind it taken:", () => {
    test.each<[string, (answer: Buffer, question: Buffer) => Buffer]>([
        ["another origin", wrongOrigin],
        ["the question itself", (_, question) => question],
        ["garbage", () => Buffer.alloc(48, 0xff)],
        ["an empty packet", () => Buffer.alloc(0)],
        ["half of an answer", (answer) => future(answer).subarray(0, 47)],
        ["a broadcast", (answer) => changed(future(answer), (copy) => copy.writeUInt8((4 << 3) | 5, 0))],
    ])("%s", async (_, forged) => {
        using lies = await boardWithLies()
        const { ntp, device } = lies
        ntp.sends = (answer, question) => [forged(answer, question), answer]
        expect(said(slept(await device.wake("power-on")))).toEqual(["time server time.test: answered"])
        expect(slept(await device.wake("deep-sleep")).line.connect).toMatchObject({ error: null, clock: "known" })
    })
})

test.each<[string, (copy: Buffer) => void]>([
    ["a kiss-o'-death", (copy) => copy.writeUInt8(0, 1)],
    ["a clock that is not set", (copy) => copy.writeUInt8(copy.readUInt8(0) | 0xc0, 0)],
])("%s is no time, and not asked again in this wake", async (_, change) => {
    using ntp = await startNtp()
    using device = board(ntp)
    ntp.sends = (answer) => [changed(answer, change)]
    const wake = slept(await device.wake("power-on"))
    expect(said(wake)).toEqual(["time server time.test: refuses"])
    expect(ntp.questions).toHaveLength(1)
    expect(slept(await device.wake("deep-sleep")).line.connect).toMatchObject({ clock: "unknown" })
})

const nowS = Math.floor(Date.now() / 1000)
const lieS = nowS + 10 * 365 * 86400

test("a time server that lies is asked again in the wake that suffers from it, and its next answer wins", async () => {
    using lies = await boardWithLies()
    const { ntp, device } = lies
    ntp.timeS = lieS
    const lied = slept(await device.wake("power-on"))
    expect(lied.line.connect).toMatchObject({ result: "full", clock: "unknown" })
    ntp.timeS = nowS
    const suffering = slept(await device.wake("deep-sleep"))
    expect(suffering.line.connect).toMatchObject({ error: "clock-suspect", clock: "suspect", backoffS: 0 })
    expect(asks(suffering)).toHaveLength(1)
    const healed = slept(await device.wake("deep-sleep"))
    expect(healed.line.connect).toMatchObject({ error: null, clock: "known" })
    expect(asks(healed)).toEqual([])
})

test("a time server that goes on lying is asked each hour, and locks the device out no longer than it lies", async () => {
    using lies = await boardWithLies()
    const { ntp, device } = lies
    ntp.timeS = lieS
    slept(await device.wake("power-on"))
    expect(asks(slept(await device.wake("deep-sleep")))).toHaveLength(1)
    expect(asks(slept(await device.wake("deep-sleep", "--sleep", "3700")))).toEqual([])
    ntp.timeS = nowS
    const asking = slept(await device.wake("deep-sleep"))
    expect(asking.line.connect).toMatchObject({ error: "clock-suspect" })
    expect(asks(asking)).toHaveLength(1)
    expect(slept(await device.wake("deep-sleep")).line.connect).toMatchObject({ error: null, clock: "known" })
})

// A wake that its app does not end.
import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { startNtp } from "../support/servers/ntp.js"
import { startServer } from "../ts/support/tls-server.js"
import { Board, resultOf, slept, type Wake } from "./board.js"

const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const board = (...args: string[]) => new Board({ ca: identity.ca, port: server.port, args })
const sleeps = ({ world }: Wake) => world.filter((line) => line.startsWith("sleep "))
const lasted = (wake: Wake) => (slept(wake).line.marksUs.closing ?? 0) / 1e6

describe.each([
    ["an app that never sleeps", "ds", "stay"],
    ["an app in an endless loop", "ds", "spin"],
    ["a C program in an endless loop", "c", "spin"],
])("%s", (_, app, does) => {
    test("sleeps at the deadline all the same, with its session kept", async () => {
        using device = board("--app", app, "--does", does, "--deadline", "1")
        const first = slept(await device.wake("power-on"))
        expect(first.line).toMatchObject({ endedBy: "deadline", connect: { result: "full", stored: "both" } })
        expect(lasted(first)).toBeGreaterThan(0.9)
        expect(lasted(first)).toBeLessThan(2)
        // It has to let the others work.
        expect(first.world).toContain("other task gets priority 1")
        expect(first.world.indexOf("wifi off")).toBeGreaterThan(0)
        expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
    })
})

test("a wake that its deadline ends sleeps as long as the app did last, and ten minutes before it ever did", async () => {
    using device = board("--deadline", "1")
    expect(sleeps(await device.wake("power-on", "--does", "stay"))).toEqual(["sleep 600000"])
    for (const app of ["ds", "c"]) {
        slept(await device.wake("deep-sleep", "--app", app, "--sleep", app === "c" ? "7200" : "3600"))
        const overdue = await device.wake("deep-sleep", "--does", "stay")
        expect(sleeps(overdue)).toEqual([app === "c" ? "sleep 7200000" : "sleep 3600000"])
    }
})

test("a server that never answers a request does not outlast the deadline, and its session is kept", async () => {
    const silent = await startServer({ names: ["localhost"], onConnection: () => {} })
    await using _silent = silent
    using device = new Board({ ca: silent.authority.certificate, port: silent.port, args: ["--deadline", "2"] })
    const wake = slept(await device.wake("power-on"))
    expect(wake.app).toEqual(["open"]) // nor does the app hear any more
    expect(wake.line).toMatchObject({ endedBy: "deadline", connect: { result: "full" } })
    expect(lasted(wake)).toBeLessThan(3.5)
    expect(resultOf(await device.wake("deep-sleep"))).toBe("resumed")
})

/* In ticks of 32 bits half a day was a third of a second. */
test("a deadline of many hours is as long as it says", async () => {
    using device = board("--deadline", "42950")
    const { line } = slept(await device.wake("power-on", "--does", "lingers"))
    expect(line).toMatchObject({ endedBy: "app", connect: { result: "full" } })
})

test("a connection whose server has answered may stay idle: that is no silence", async () => {
    const answering = await startServer({
        names: ["localhost"],
        onConnection: (socket) => socket.on("data", () => socket.write("answer")),
    })
    await using _answering = answering
    const args = ["--deadline", "12", "--does", "stay"]
    using device = new Board({ ca: answering.authority.certificate, port: answering.port, args })
    const wake = slept(await device.wake("power-on"))
    expect(wake.app).toEqual(["open"])
    expect(wake.line).toMatchObject({ endedBy: "deadline", connect: { result: "full" } })
})

test("a connect is not begun after the deadline, nor is one waited for", async () => {
    using device = board("--deadline", "1", "--no-route", "--connects", "100")
    const wake = slept(await device.wake("power-on"))
    expect(wake.line).toMatchObject({ endedBy: "deadline", connect: null })
    expect(lasted(wake)).toBeLessThan(2)
})

test("an app that is about to sleep when the deadline comes is not disturbed", async () => {
    using ntp = await startNtp()
    ntp.sends = () => [] // so that sleep takes a second
    using device = board(
        "--deadline",
        "1",
        "--time-server",
        "time.test",
        "--ntp-port",
        String(ntp.port),
        "--sleep",
        "60",
    )
    const wake = slept(await device.wake("power-on"))
    expect(lasted(wake)).toBeGreaterThan(1)
    expect(wake.line.endedBy).toBe("app")
    expect(wake.world.filter((line) => line.startsWith("warmhello-wake"))).toHaveLength(1)
    expect(sleeps(wake)).toEqual(["sleep 60000"])
})

test.each(["none", "0", "30"])("an app that takes its time is left alone (deadline %s)", async (deadline) => {
    using device = board("--does", "lingers", "--deadline", deadline)
    const wake = slept(await device.wake("power-on"))
    expect(wake.line.endedBy).toBe("app")
    expect(wake.world).not.toContain("other task gets priority 1")
})

test("without a deadline a silent server is waited for as well", { timeout: 30_000 }, async () => {
    const later = await startServer({
        names: ["localhost"],
        onConnection: (socket) => socket.once("data", () => setTimeout(() => socket.end("late"), 12_000)),
    })
    await using _later = later
    using device = new Board({ ca: later.authority.certificate, port: later.port, args: ["--deadline", "none"] })
    expect(slept(await device.wake("power-on")).app).toEqual(["open", "close, 4 bytes"])
})

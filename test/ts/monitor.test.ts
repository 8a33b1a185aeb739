// `warmhello monitor`, at a pseudo-terminal with the firmware's own lines.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { wakeText } from "#warmhello/cli/monitor.js"
import { SerialLog } from "#warmhello/firmware/serial-log.js"
import { parseWakeLine } from "#warmhello/run/wake-line.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand, warmhello } from "./support/command.js"
import { plugIn, type TestPort } from "./support/serial-port.js"

const lines = readFileSync(join(import.meta.dirname, "../vectors/wake-lines.txt"), "utf8")
    .trimEnd()
    .split("\n")
const [offline = "", resumed = "", full = ""] = lines

const folder = temporaryFolder()
const path = join(folder, "port")
let board: TestPort
beforeEach(async () => {
    board = await plugIn(path)
})
afterEach(async () => await board.unplug())

const readWakes = (file: string) => JSON.parse(readFileSync(file, "utf8")).wakes

test("shows the outcome of each wake's connect, and the board's other lines", async () => {
    const monitor = startCommand(["monitor", "--port", path, "--wakes", "5"])
    await monitor.shows("is open")
    board.says(`\x1b[0;32mI (31) wifi: up\r\n${lines.join("\r\n")}\r\n`)
    const { code, stdout } = await monitor.ended
    expect(stdout).toContain("wifi: up")
    expect(stdout).toContain("wake 1  power-on  no TLS connection  awake 10001 ms")
    expect(stdout).toContain(
        "wake 17  deep-sleep after 10m  resumed (accepted)  TLS1.3 psk  handshake 41.00 ms  sent 517 B  received 254 B",
    )
    expect(stdout).toMatch(/wake 18 .* full \(disabled\) .*\(told to make a full handshake\)/)
    expect(stdout).toMatch(/wake 2 .* ended by its deadline/)
    expect(stdout).toMatch(/wake 5 {2}crash .* the app was not started, after crashes in a row/)
    expect(code).toBe(0)
})

test("writes the wakes as JSON, whole after each of them", async () => {
    const file = join(folder, "wakes.json")
    const monitor = startCommand(["monitor", "--port", path, "--wakes", "2", "--json", file])
    await monitor.shows("is open")
    board.says(`${offline}\n`)
    await monitor.shows("wake 1 ")
    expect(readWakes(file)).toHaveLength(1)
    board.says(`${resumed}\n`)
    await monitor.ended
    expect(readWakes(file)).toMatchObject([{ wake: 1 }, { wake: 17, connect: { result: "resumed" } }])
})

test("with --json - nothing else is on standard output, even when Ctrl-C ends it", async () => {
    const monitor = startCommand(["monitor", "--port", path, "--json", "-"])
    await monitor.shows("is open")
    board.says(`${full}\n`)
    await monitor.shows("wake 18 ")
    monitor.process.kill("SIGINT")
    const { code, stdout } = await monitor.ended
    expect(JSON.parse(stdout)).toMatchObject({ port: path, wakes: [{ wake: 18 }] })
    expect(code).toBe(130)
})

test("goes on when the port comes back after a sleep", async () => {
    const monitor = startCommand(["monitor", "--port", path, "--wakes", "2"])
    await monitor.shows("is open")
    board.says(`${offline}\n`)
    await monitor.shows("wake 1 ")
    await board.unplug()
    await monitor.shows("went away")
    board = await plugIn(path)
    await monitor.shows("is back")
    board.says(`${resumed}\n`)
    const { code, stdout } = await monitor.ended
    expect(stdout).toContain("wake 17 ")
    expect(code).toBe(0)
})

test("a port that stays away is an error", async () => {
    const monitor = startCommand(["monitor", "--port", path, "--away-timeout", "300ms"])
    await monitor.shows("is open")
    await board.unplug()
    const { code, stderr } = await monitor.ended
    expect(stderr).toContain(`${path} went away and did not come back`)
    expect(code).toBe(6)
})

test("a port that is not there, or is none, is an error that says what to give", async () => {
    const missing = await warmhello("monitor", "--port", join(folder, "none"))
    expect(missing.stderr).toMatch(/there is no such port\nPlug the board in and give its port/)
    expect(missing.code).toBe(2)
    writeFileSync(join(folder, "file"), "")
    const file = await warmhello("monitor", "--port", join(folder, "file"))
    expect(file.stderr.match(/^error: /gm)).toHaveLength(1)
    expect(file.code).toBe(2)
})

test("a port that another program has open is an error", async () => {
    const first = startCommand(["monitor", "--port", path])
    await first.shows("is open")
    const second = await warmhello("monitor", "--port", path)
    expect(second.stderr).toContain("it is in use")
    expect(second.code).toBe(6)
    first.process.kill("SIGINT")
    await first.ended
})

test("a connect that sleep cut off in its handshake is said so", () => {
    const wake = parseWakeLine(resumed.replace('"result":"resumed"', '"result":"pending"'))
    expect(wake && wakeText(wake)).toContain("cut off by sleep before its handshake was over")
})

test("a wake's line that was cut is said so, and the next one is read", () => {
    const log = new SerialLog()
    const cut = `${resumed.slice(0, 200)}\n${full}\n`
    expect(log.take(Buffer.from(cut)).map((event) => event.kind)).toEqual(["unreadable", "wake"])
})

test("lines come in pieces, between bytes that are no text", () => {
    const log = new SerialLog()
    const bytes = Buffer.concat([Buffer.from([0xff, 0x00, 0xfe, 0x0a]), Buffer.from(`${resumed}\r\n`)])
    const events = Array.from(bytes, (byte) => log.take(Uint8Array.of(byte))).flat()
    expect(events.filter((event) => event.kind === "wake")).toHaveLength(1)
})

test("a stream without an end of line does not fill memory", () => {
    const log = new SerialLog()
    for (let piece = 0; piece < 100; piece++) log.take(Buffer.alloc(65_536, "x"))
    const [event] = log.take(Buffer.from("\n"))
    expect(event?.kind === "text" && event.text.length).toBeLessThanOrEqual(8192)
})

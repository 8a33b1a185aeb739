// An app that has Wi-Fi and sleep of its own, and takes of the ESP32 port no more than the chip as a machine:
// test/esp32/own.c.
import { execFileSync } from "node:child_process"
import { afterAll, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { Board } from "./board.js"

const program = checkoutPath("build/asan/esp32/esp32_own")
const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const board = () => new Board({ ca: identity.ca, port: server.port, program })
const slept = { code: 0, stderr: "" }
const got = (how: string) => expect.stringMatching(new RegExp(`^got \\d{4} bytes, ${how}, clock known$`))

test("connects in full, and resumes after deep sleep, a reset and a loss of power", async () => {
    using device = board()
    const before = ["before the machine: state", "before Wi-Fi: entropy", "before Wi-Fi is on: entropy"]
    expect(await device.wake("power-on")).toMatchObject({ ...slept, app: [...before, got("full")] })
    for (const reason of ["deep-sleep", "reset", "power-on"] as const) {
        expect(await device.wake(reason)).toMatchObject({ ...slept, app: [...before, got("resumed")] })
    }
})

test("has Wi-Fi, sleep and log to itself", async () => {
    using device = board()
    const wake = await device.wake("power-on")
    expect(wake.world.filter((line) => /wifi|ip /.test(line))).toEqual([])
    expect(wake.world).toContain("sleep 600000")
    expect(wake.line).toBeUndefined()
})

test("links nothing of the port's Wi-Fi, TLS task or wake", () => {
    const symbols = execFileSync("nm", [program], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
    expect(symbols).toMatch(/ T wh_port_platform_ready$/m)
    expect(
        [...symbols.matchAll(/ [TtBbDd] (wh_(?:wifi|tls|sleep|wake|sntp|settings|esp32_(?!machine))\w*)$/gm)].map(
            ([, name]) => name,
        ),
    ).toEqual(["wh_sleep_calls_asked_us", "wh_sleep_calls_prepare"])
})

// An app that has Wi-Fi and sleep of its own, and takes of the ESP32 port no more than the chip as a machine.
import { afterAll, expect, test } from "vitest"
import { createIdentity } from "../support/identities.js"
import { startOpenssl } from "../support/servers/openssl.js"
import { Board } from "./board.js"

const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())

const board = () => new Board({ ca: identity.ca, port: server.port, args: ["--app", "own"] })
const slept = { code: 0, stderr: "" }
const got = (how: string) => expect.stringMatching(new RegExp(`^got \\d{4} bytes, ${how}, clock known$`))

test("connects in full, and resumes after deep sleep and after a loss of power", async () => {
    using device = board()
    const first = await device.wake("power-on")
    expect(first).toMatchObject({ ...slept, app: ["before Wi-Fi: entropy", got("full")] })
    expect(await device.wake("deep-sleep")).toMatchObject({ ...slept, app: [expect.anything(), got("resumed")] })
    expect(await device.wake("reset")).toMatchObject({ ...slept, app: [expect.anything(), got("resumed")] })
    expect(await device.wake("power-on")).toMatchObject({ ...slept, app: [expect.anything(), got("resumed")] })
})

test("has its Wi-Fi left alone", async () => {
    using device = board()
    const { world } = await device.wake("power-on")
    expect(world.filter((line) => /wifi|ip /.test(line))).toEqual([])
    expect(world).toContain("sleep 600000")
})

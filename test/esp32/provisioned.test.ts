// A board that was given its provisioning file, and one that was not.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { provisionImage } from "#warmhello/provision/provision.js"
import { createIdentity } from "../support/identities.js"
import { startOpenssl } from "../support/servers/openssl.js"
import { Board, slept } from "./board.js"

const folder = mkdtempSync(join(tmpdir(), "warmhello-provisioned-"))
const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => {
    server[Symbol.dispose]()
    rmSync(folder, { recursive: true })
})
writeFileSync(join(folder, "ca.pem"), identity.ca)

/** A board with this provisioning file, and an app that names a server of its own. */
function provisioned(more: object = {}): Board {
    const contents = {
        wifi: { ssid: "field", password: "correct horse", security: "wpa3" },
        server: { host: "localhost", port: server.port, ca: "ca.pem" },
        ...more,
    }
    const file = join(folder, "provision.json")
    writeFileSync(file, JSON.stringify(contents))
    const board = new Board({ ca: "", port: 1, args: ["--provisioned", "--host", "warmhello.test"] })
    board.file("provision.bin", provisionImage(file))
    return board
}

test("it goes where its provisioning says, and resumes", async () => {
    using board = provisioned()
    const first = slept(await board.wake("power-on"))
    expect(first.world).toContain("wifi scan field")
    expect(first.world).toContain("wifi asks for protection 6")
    expect(first.line.connect).toMatchObject({ result: "full", protocol: "TLS1.3" })
    expect(slept(await board.wake("deep-sleep")).line.connect).toMatchObject({ result: "resumed" })
})

test("what the file sets is obeyed: versions, A/B, time server", async () => {
    using board = provisioned({ tls: { version: "1.2" }, everySecondWakeFull: true, ntpServer: "time.test" })
    const first = slept(await board.wake("power-on"))
    expect(first.line.connect).toMatchObject({ protocol: "TLS1.2" })
    expect(first.world).toContain("time asked of time.test")
    expect(slept(await board.wake("deep-sleep")).line.forcedFull).toBe(true)
})

test.each([
    [1, "deadline"],
    [0, "app"],
    [undefined, "app"],
])("a wake of an app that takes 1.5 s, with wakeDeadlineS %s, is ended by the %s", async (wakeDeadlineS, endedBy) => {
    using board = provisioned({ wakeDeadlineS })
    expect(slept(await board.wake("power-on", "--does", "lingers")).line.endedBy).toBe(endedBy)
})

test("without provisioning it joins DeviceScript's network, and says that it trusts nobody", async () => {
    using board = new Board({ ca: "", port: server.port, args: ["--provisioned"] })
    const { app, world } = slept(await board.wake("power-on"))
    expect(world).toContain("wifi scan from-settings")
    expect(world).toContain("not provisioned: Wi-Fi as DeviceScript's settings say, and no CA to trust")
    expect(app).toEqual([expect.stringMatching(/^error ca-unreadable/)])
})

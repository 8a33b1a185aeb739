// A board that was given its provisioning file, and one that was not.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { PROVISION_SLOT_SIZE } from "#warmhello/core/provision.js"
import { provisionImage } from "#warmhello/provision/provision.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { Board, resultOf, slept } from "./board.js"

const folder = temporaryFolder()
const identity = await createIdentity()
const server = await startOpenssl({ identity: identity.server })
afterAll(() => server[Symbol.dispose]())
writeFileSync(join(folder, "ca.pem"), identity.ca)

function imageWith(more: object = {}): Buffer {
    const contents = {
        wifi: { ssid: "field", password: "correct horse", security: "wpa3" },
        server: { host: "localhost", port: server.port, ca: "ca.pem" },
        ...more,
    }
    const file = join(folder, "provision.json")
    writeFileSync(file, JSON.stringify(contents))
    return provisionImage(file)
}

/** A board with this provisioning file, and an app that names a server of its own. */
function provisioned(more: object = {}): Board {
    const board = new Board({ ca: "", port: 1, args: ["--provisioned", "--host", "warmhello.test"] })
    board.file("provision.bin", imageWith(more))
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

describe("a slot that it was sent", async () => {
    const renewed = await createIdentity()
    const next = await startOpenssl({ identity: renewed.server })
    afterAll(() => next[Symbol.dispose]())
    writeFileSync(join(folder, "ca-next.pem"), renewed.ca)
    const slot = () =>
        imageWith({ server: { host: "localhost", port: next.port, ca: "ca-next.pem" } }).subarray(
            0,
            PROVISION_SLOT_SIZE,
        )

    test.each(["ds", "c"])("counts from the next wake on, with another CA and server (%s)", async (app) => {
        const to = (port: number) => [
            "--app",
            app,
            ...(app === "c" ? ["--host", "localhost", "--port", `${port}`] : []),
        ]
        using board = provisioned()
        const first = slept(await board.wake("power-on", ...to(server.port), "--slot", board.file("slot", slot())))
        expect(first.line.connect).toMatchObject({ result: "full" })
        expect(first.app).toContain("rotates: ok, again: state")
        const second = slept(await board.wake("deep-sleep", ...to(next.port)))
        expect(second.line.connect).toMatchObject({ result: "full", reason: "other-binding", error: null })
        const third = slept(await board.wake("deep-sleep", ...to(next.port)))
        expect(third.line.connect).toMatchObject({ result: "resumed" })
    })

    test("and is damaged changes nothing", async () => {
        using board = provisioned()
        const damaged = slot()
        damaged.writeUInt8(damaged.readUInt8(100) ^ 1, 100)
        const { app } = slept(await board.wake("power-on", "--slot", board.file("slot", damaged)))
        expect(app).toContain("rotates: damaged, again: damaged")
        expect(slept(await board.wake("deep-sleep")).line.connect).toMatchObject({ result: "resumed" })
    })

    test("may lose the power in an operation on flash, and the device still reaches one of the two servers", async () => {
        let cuts = 0
        for (let at = 2; ; at += 3) {
            using board = provisioned()
            const args = ["--slot", board.file("slot", slot()), "--cut-at", `${at}`]
            const { code, app } = await board.wake("power-on", ...args)
            const result = resultOf(await board.wake("power-on"))
            expect(result, `cut at ${at}`).toMatch(/^(full|resumed)$/)
            if (app.includes("rotates: ok, again: state") || code === 0) break
            cuts++
        }
        expect(cuts).toBeGreaterThan(5)
    })
})

test("a board without a partition for it cannot rotate", async () => {
    using board = new Board({ ca: identity.ca, port: server.port })
    const { app } = slept(await board.wake("power-on", "--slot", board.file("slot", imageWith())))
    expect(app).toContain("rotates: state, again: state")
})

test("without provisioning it joins DeviceScript's network, and says that it trusts nobody", async () => {
    using board = new Board({ ca: "", port: server.port, args: ["--provisioned"] })
    const { app, world } = slept(await board.wake("power-on"))
    expect(world).toContain("wifi scan from-settings")
    expect(world).toContain("not provisioned: Wi-Fi as DeviceScript's settings say, and no CA to trust")
    expect(app).toEqual([expect.stringMatching(/^error ca-unreadable/)])
})

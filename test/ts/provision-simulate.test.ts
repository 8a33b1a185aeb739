// One provisioning file from the image to the wire: what a board would do with it, in the simulator, over real TLS.
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { Wake } from "#warmhello/sim/simulation.js"
import { whyNoMcu } from "../mcu/support.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"
import { createProvisionFiles, type Json } from "./support/provision-files.js"
import { startServer } from "./support/tls-server.js"

const folder = temporaryFolder()
const files = await createProvisionFiles(folder)
const { authority } = files
let count = 0
const newFlash = () => join(folder, `flash-${count++}.bin`)

const serve = () =>
    startServer({
        ...{ names: ["localhost", "127.0.0.1"], authority, asksForCertificate: true },
        alpn: ["mqtt", "http/1.1"],
    })

async function simulated(provision: string, ...flags: string[]) {
    const args = ["simulate", appFile("reports"), "--provision", provision, "--json", "-", ...flags]
    const { code, stdout, stderr } = await warmhello(...args)
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
    const { wakes, server, tls }: { wakes: Wake[]; server: string; tls: object } = JSON.parse(stdout)
    return { wakes, server, tls, stderr, reasons: wakes.map(({ reason }) => reason) }
}

test("server, CA, identity, ALPN and versions come from the file, and what is not simulated is told", async () => {
    await using server = await serve()
    const provision = files.provision({
        server: { port: server.port },
        tls: { version: "1.2", alpn: ["mqtt"] },
    })
    const run = await simulated(provision, "--cycles", "2")
    expect(run).toMatchObject({ server: `localhost:${server.port}`, tls: { minVersion: "1.2", maxVersion: "1.2" } })
    expect(run.wakes).toMatchObject([
        { result: "full", protocol: "TLS1.2" },
        { result: "resumed", protocol: "TLS1.2" },
    ])
    expect(run.stderr).toContain("its Wi-Fi, addresses and time server are not simulated")
    expect(server.resumed).toEqual([false, true])
    expect(server.alpn).toEqual(["mqtt", "mqtt"])
    expect(server.clientNames).toEqual(["device", "device"])
})

describe("a session in flash, after a rotation,", () => {
    /** A wake with the one file, then one with the other. */
    async function rotated(changes: (port: number) => { [name: string]: Json | undefined }) {
        await using server = await serve()
        const flash = newFlash()
        const flags = ["--flash", flash, "--cycles", "1"]
        const standard = (port: number) => ({ server: { port }, tls: { alpn: ["mqtt"] } })
        await simulated(files.provision(standard(server.port)), ...flags)
        const { reasons } = await simulated(
            files.provision({ ...standard(server.port), ...changes(server.port) }),
            ...flags,
        )
        return { reasons, resumed: server.resumed }
    }
    const resumes = { reasons: ["accepted"], resumed: [false, true] }
    const isOfNoUse = { reasons: ["other-binding"], resumed: [false, false] }

    test("is resumed when nothing has changed", async () => {
        expect(await rotated(() => ({}))).toEqual(resumes)
    })

    test("is resumed when the Wi-Fi, the time server and the policy have changed", async () => {
        const wifi = { ssid: "elsewhere", password: "another password", fastWake: false }
        const changes = { wifi, ntpServer: "pool.ntp.org", policy: { ticketWaitMs: 100 } }
        expect(await rotated(() => changes)).toEqual(resumes)
    })

    test("is of no use at once when the CA has changed, though the key below it is the same", async () => {
        files.write("ca-renewed.pem", (await authority.renew()).certificate)
        expect(await rotated((port) => ({ server: { port, ca: "ca-renewed.pem" } }))).toEqual(isOfNoUse)
    })

    test("is of no use at once when a CA has come beside the first", async () => {
        files.write("ca-both.pem", `${authority.certificate}\n${(await authority.renew()).certificate}`)
        expect(await rotated((port) => ({ server: { port, ca: "ca-both.pem" } }))).toEqual(isOfNoUse)
    })

    test("is of no use at once when client certificate and key have changed, or are gone", async () => {
        const other = await authority.issue({ names: ["device"], purpose: "client" })
        files.write("other.pem", other.certificate)
        files.write("other.key", other.key)
        expect(await rotated(() => ({ identity: { certificate: "other.pem", key: "other.key" } }))).toEqual(isOfNoUse)
        expect(await rotated(() => ({ identity: undefined }))).toEqual(isOfNoUse)
    })

    test("is of no use at once when the application protocols have changed", async () => {
        expect(await rotated(() => ({ tls: { alpn: ["http/1.1"] } }))).toEqual(isOfNoUse)
    })

    test("is of no use at once under another name of the same server", async () => {
        expect(await rotated((port) => ({ server: { port, host: "127.0.0.1" } }))).toEqual(isOfNoUse)
    })

    test("is of no use at once when versions or the use of tickets have changed", async () => {
        const alpn = ["mqtt"]
        expect(await rotated(() => ({ tls: { alpn, version: "1.3" } }))).toEqual(isOfNoUse)
        expect(await rotated(() => ({ tls: { alpn, tickets: false } }))).toEqual(isOfNoUse)
    })
})

test("with everySecondWakeFull, every second wake offers nothing", async () => {
    await using server = await serve()
    const tls = { version: "1.2" } // whose session is not spent by a wake
    const provision = files.provision({ server: { port: server.port }, tls, everySecondWakeFull: true })
    const { reasons } = await simulated(provision, "--cycles", "4")
    expect(reasons).toEqual(["none", "disabled", "accepted", "disabled"])
    expect(server.resumed).toEqual([false, false, true, false])
})

test("the policy of the file is the client's", async () => {
    await using server = await serve()
    const provision = files.provision({ server: { port: server.port }, policy: { disabled: true } })
    expect((await simulated(provision, "--cycles", "2")).reasons).toEqual(["none", "disabled"])
})

const missing = whyNoMcu()

test.skipIf(missing !== undefined)("the emulated microcontroller takes the same file", async () => {
    await using server = await serve()
    const provision = files.provision({ server: { port: server.port } })
    const { wakes } = await simulated(provision, "--cycles", "2", "--mcu", "rv32")
    expect(wakes.map(({ result }) => result)).toEqual(["full", "resumed"])
    expect(server.clientNames).toEqual(["device", "device"])
})

describe("the command refuses", () => {
    test.each(["--server=a:1", "--ca=ca.pem", "--cert=a", "--key=a", "--alpn=mqtt", "--tls=1.2", "--no-tickets"])(
        "%s beside the file",
        async (flag) => {
            const { code, stderr } = await warmhello(
                "simulate",
                appFile("reports"),
                "--provision",
                files.provision(),
                flag,
            )
            expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be used with") })
        },
    )

    test("a file with an error, before it compiles anything", async () => {
        const provision = files.provision({ server: { ca: "no.pem" } })
        const { code, stdout, stderr } = await warmhello("simulate", "--provision", provision)
        expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("no.pem") })
        expect(stdout).not.toContain("compiling")
    })
})

// Servers that ask for a client certificate, and the ways in which a device's files can be wrong.
import { execFileSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Board } from "#dev/interop/board.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { startNginx } from "#dev/servers/nginx.js"
import { createCertificateAuthority, type KeyKind } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { type CommandResult, warmhello } from "../ts/support/command.js"
import { appFile } from "../ts/support/compile-apps.js"
import type { Start } from "./every-server.js"
import { expectFull, expectResumed } from "./expectations.js"

const identity = await createIdentity()
const devices = await createCertificateAuthority("devices")
const strangers = await createCertificateAuthority("strangers")
const servers: [string, Start][] = [
    ["nginx", startNginx],
    ["mosquitto", startMosquitto],
]

async function deviceOf(authority: typeof devices, keyKind: KeyKind = "ecdsa") {
    const { certificate, key } = await authority.issue({ names: ["device-1"], keyKind, purpose: "client" })
    return { certificate: Buffer.from(certificate), key: Buffer.from(key) }
}

test.each(servers)("%s takes a device's RSA key as well", async (_, start) => {
    using server = await start({ identity: identity.server, clientCa: devices.certificate })
    using board = await Board.create(server, identity.ca, "psk", { identity: await deviceOf(devices, "rsa") })
    await expectFull(server, await board.wake(), "none")
    await expectResumed(server, await board.wake(), "psk")
})

test("mosquitto names a stranger's certificate as the reason, in both versions", async () => {
    using server = await startMosquitto({ identity: identity.server, clientCa: devices.certificate })
    for (const kind of ["ticket", "psk"] as const) {
        using board = await Board.create(server, identity.ca, kind, { identity: await deviceOf(strangers) })
        const { visit } = await board.wake()
        expect(visit.error).toBe("client-certificate-refused")
    }
})

test("mosquitto names the missing certificate as the reason in TLS 1.3", async () => {
    using server = await startMosquitto({ identity: identity.server, clientCa: devices.certificate })
    using board = await Board.create(server, identity.ca, "psk")
    expect((await board.wake()).visit.error).toBe("client-certificate-wanted")
})

describe("warmhello simulate --cert --key", () => {
    const folder = temporaryFolder()

    function file(name: string, contents: string | Buffer): string {
        const path = join(folder, name)
        writeFileSync(path, contents)
        return path
    }

    const ca = file("ca.pem", identity.ca)

    function simulate(port: number, ...flags: string[]): Promise<CommandResult> {
        const server = ["--server", `localhost:${port}`, "--ca", ca]
        return warmhello("simulate", appFile("app"), ...server, "--cycles", "3", ...flags)
    }

    test("connects, and resumes", async () => {
        const device = await deviceOf(devices)
        using server = await startNginx({ identity: identity.server, clientCa: devices.certificate })
        const files = ["--cert", file("device.pem", device.certificate), "--key", file("device.key", device.key)]
        const { code, stdout } = await simulate(server.port, ...files, "--alpn", "http/1.1")
        expect(stdout).toContain("3 wakes: 1 full, 2 resumed, 0 failed")
        expect(code).toBe(0)
    })

    test("names what is wrong with the files before anything else happens", async () => {
        const device = await deviceOf(devices)
        const other = await deviceOf(devices)
        const certificate = file("own.pem", device.certificate)
        const key = file("own.key", device.key)
        const locked = join(folder, "locked.key")
        execFileSync("openssl", ["pkey", "-in", key, "-aes128", "-passout", "pass:secret", "-out", locked])
        const broken = file("broken.pem", device.certificate.subarray(0, 200))
        const cases: [string, string, string][] = [
            [certificate, file("other.key", other.key), "the client key does not belong to the client certificate"],
            [certificate, locked, "is locked with a passphrase"],
            [
                certificate,
                file("broken.key", device.key.subarray(0, 100)),
                "block 1 of the client key (PRIVATE KEY, from line 1) is damaged",
            ],
            [broken, key, "block 1 of the client certificate (CERTIFICATE, from line 1) is damaged"],
            [join(folder, "none.pem"), key, "cannot read"],
        ]
        for (const [cert, keyFile, message] of cases) {
            const { code, stderr } = await simulate(1, "--cert", cert, "--key", keyFile)
            expect(stderr).toContain(message)
            expect(code).toBe(2)
        }
        expect((await simulate(1, "--cert", certificate)).stderr).toContain("--cert and --key go together")
        expect((await simulate(1, "--alpn", "a,,b")).stderr).toContain("comma-separated list")
    })
})

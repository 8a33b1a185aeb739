// An app in the simulator whose device has an external pre-shared key, and the command that makes one.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { checkProvision } from "#warmhello/provision/provision.js"
import type { NewPsk } from "#warmhello/provision/psk.js"
import type { Wake } from "#warmhello/sim/simulation.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "./support/command.js"
import { type AppName, appFile } from "./support/compile-apps.js"
import { createProvisionFiles } from "./support/provision-files.js"

const folder = temporaryFolder()
const files = await createProvisionFiles(folder)

async function made(...flags: string[]): Promise<NewPsk> {
    const { code, stdout } = await warmhello("provision", "--psk", "sensor-17", "--json", "-", ...flags)
    expect(code).toBe(0)
    return JSON.parse(stdout)
}

async function wakesOf(app: AppName, ...flags: string[]): Promise<Wake[]> {
    const { code, stdout, stderr } = await warmhello("simulate", appFile(app), "--json", "-", ...flags)
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" })
    return JSON.parse(stdout).wakes
}

describe("warmhello provision --psk", () => {
    test("makes a key of 32 bytes, another one each time, and tells each server's form of it", async () => {
        const { psk, servers } = await made()
        expect(psk).toMatchObject({ identity: "sensor-17", key: expect.stringMatching(/^[0-9a-f]{64}$/) })
        expect((await made()).psk.key).not.toBe(psk.key)
        expect(servers.map(({ line }) => line)).toEqual([
            `sensor-17:${psk.key}`,
            `sensor-17:${psk.key}`,
            `-psk_identity sensor-17 -psk ${psk.key}`,
        ])
    })

    test("prints the field of the provisioning file as it is taken", async () => {
        const { stdout } = await warmhello("provision", "--psk", "sensor-17")
        const field = /^"psk": .*$/m.exec(stdout)?.[0]
        const { psk } = JSON.parse(`{${field}}`)
        expect(checkProvision(files.provision({ psk })).provision?.client.psk).toEqual({
            identity: psk.identity,
            key: Buffer.from(psk.key, "hex"),
        })
    })

    test.each([
        [["--psk", "two words"], "printable ASCII"],
        [["--psk", "a:b"], "printable ASCII"],
        [["file.json", "--psk", "a"], "stands alone"],
    ])("refuses %j", async (flags, message) => {
        const { code, stderr } = await warmhello("provision", ...flags)
        expect(stderr).toContain(message)
        expect(code).toBe(2)
    })
})

test("a key in the file is refused in words", () => {
    const told = (psk: { [name: string]: string }) =>
        checkProvision(files.provision({ psk })).errors.map(({ message }) => message)
    const key = "00".repeat(32)
    expect(told({ identity: "a", key: "00".repeat(15) })).toEqual([
        "psk.key must have 32 to 128 hexadecimal digits, two for a byte",
    ])
    expect(told({ identity: "a:b", key })[0]).toContain("psk.identity must have 1 to 64 printable ASCII characters")
    expect(told({ identity: "#00", key })[0]).toContain("psk.identity must")
    expect(told({ identity: "a" })).toEqual(["psk.key is missing"])
})

test("TLS 1.2 alone and early data are warned of, as their sessions hide the key from some servers", () => {
    const psk = { identity: "sensor-17", key: "00".repeat(32) }
    const codes = (tls: { version: string }, policy = {}) =>
        checkProvision(files.provision({ psk, tls, policy })).warnings.map(({ code }) => code)
    expect(codes({ version: "1.2" })).toContain("psk-sessions")
    expect(codes({ version: "1.2" }, { disabled: true })).not.toContain("psk-sessions")
    expect(codes({ version: "auto" })).not.toContain("psk-sessions")
    expect(codes({ version: "auto" }, { earlyData: true })).toContain("psk-sessions")
})

describe("warmhello simulate --psk", () => {
    const psk = `sensor-17:${"5a".repeat(32)}`

    test.each([["1.3"], ["auto"]])(
        "TLS %s, built-in server: the app is served by the key in each wake",
        async (version) => {
            const wakes = await wakesOf(
                "reports",
                "--psk",
                psk,
                "--tls",
                version,
                "--cycles",
                "3",
                "--power-loss-every",
                "2",
            )
            for (const wake of wakes) {
                expect(wake).toMatchObject({ result: "full", kind: "external-psk", protocol: "TLS1.3", stored: null })
                expect(wake).toMatchObject({ attempts: 1, sessionAgeS: null, serverSaysResumed: false, error: null })
            }
            expect(wakes).toHaveLength(3)
        },
    )

    test("--explain does not call the key a session", async () => {
        const flags = ["--psk", psk, "--tls", "1.2", "--cycles", "2", "--explain"]
        const { stdout } = await warmhello("simulate", appFile("reports"), ...flags)
        expect(stdout).toMatch(
            /asked with no session: in full, by the pre-shared key[\s\S]*asked with a session \(ticket\): resumed/,
        )
    })

    test("TLS 1.2, built-in server: the key, then its session", async () => {
        const wakes = await wakesOf("reports", "--psk", psk, "--tls", "1.2", "--cycles", "3")
        expect(wakes).toMatchObject([
            { result: "full", kind: "external-psk", cipher: "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256" },
            { result: "resumed", kind: "ticket", serverSaysResumed: true },
            { result: "resumed", kind: "ticket", serverSaysResumed: true },
        ])
    })
})

test("a key in the provisioning file greets a real server, and one that knows another goes on by certificate", async () => {
    const identity = await createIdentity()
    const key = "a5".repeat(32)
    using server = await startOpenssl({
        ...{ identity: identity.server, psk: { identity: "sensor-17", key: Buffer.from(key, "hex") } },
    })
    writeFileSync(join(folder, "openssl-ca.pem"), identity.ca)
    const wakes = (name: string) => {
        const file = files.provision({
            server: { host: "localhost", port: server.port, ca: "openssl-ca.pem" },
            ...{ identity: undefined, psk: { identity: name, key } },
        })
        return wakesOf("gets", "--provision", file, "--cycles", "1")
    }
    expect(await wakes("sensor-17")).toMatchObject([{ result: "full", kind: "external-psk", attempts: 1 }])
    expect(await wakes("sensor-18")).toMatchObject([{ result: "full", kind: null, attempts: 1 }])
})

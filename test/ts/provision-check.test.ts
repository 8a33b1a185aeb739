// What `warmhello provision --check` finds before any board has the file.
import { execFileSync } from "node:child_process"
import { generateKeyPairSync } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Client } from "#warmhello/core/client.js"
import { readProvisionImage } from "#warmhello/core/provision.js"
import { checkProvision, provisionImage } from "#warmhello/provision/provision.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { bundleOf } from "../trust/bundle.js"
import { authorityCertificate } from "../trust/certificates.js"
import { warmhello } from "./support/command.js"
import { createProvisionFiles, type Json } from "./support/provision-files.js"

const DAY_MS = 86_400_000
const folder = temporaryFolder()
const files = await createProvisionFiles(folder)
const { authority } = files
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)
const ago = { notBefore: inDays(-20), notAfter: inDays(-10) }
const ahead = { notBefore: inDays(10), notAfter: inDays(100) }
const soon = { notBefore: inDays(-10), notAfter: inDays(10) }

const codesOf = (changes: { [name: string]: Json }) =>
    checkProvision(files.provision(changes)).errors.map(({ code }) => code)
const warningsOf = (changes: { [name: string]: Json }) => {
    const { errors, warnings } = checkProvision(files.provision(changes))
    expect(errors).toEqual([])
    return warnings.map(({ code }) => code)
}
/** The first error, as a user reads it. */
function told(changes: { [name: string]: Json }): { message: string; hint: string } {
    const [error] = checkProvision(files.provision(changes)).errors
    return { message: error?.message ?? "", hint: error?.hint ?? "" }
}

test("a good file shows nothing, and its image makes a client", () => {
    const path = files.provision()
    expect(checkProvision(path)).toMatchObject({ errors: [], warnings: [] })
    const { client, wifi } = readProvisionImage(provisionImage(path))
    expect(wifi).toEqual({ ssid: "workshop", password: "correct horse battery", security: "wpa2", fastWake: true })
    expect(client).toMatchObject({ host: "localhost", port: 443, minVersion: "1.2", maxVersion: "1.3", tickets: true })
    new Client(client)[Symbol.dispose]()
})

describe("a field is refused in words:", () => {
    test.each<[string, { [name: string]: Json }, string]>([
        ["an SSID of 33 bytes", { wifi: { ssid: `${"ü".repeat(16)}x` } }, "wifi.ssid must have 1 to 32 bytes"],
        ["an empty SSID", { wifi: { ssid: "" } }, "wifi.ssid must have 1 to 32 bytes"],
        ["a short password", { wifi: { password: "1234567" } }, "wifi.password must have 8 to 63 printable"],
        ["a long password", { wifi: { password: "x".repeat(64) } }, "wifi.password must have 8 to 63 printable"],
        ["a WPA2 key for WPA3", { wifi: { password: "a".repeat(64), security: "wpa3" } }, "WPA3 does not take"],
        ["a password on an open network", { wifi: { security: "open" } }, "does not go with an open network"],
        [
            "a gateway elsewhere",
            { wifi: { staticAddress: { address: "10.0.0.2", netmask: "255.255.255.0", gateway: "10.0.1.1" } } },
            "gateway in its own network",
        ],
        [
            "a netmask with holes",
            { wifi: { staticAddress: { address: "10.0.0.2", netmask: "255.0.255.0", gateway: "10.0.0.1" } } },
            "netmask",
        ],
        [
            "a URL as host",
            { server: { host: "https://example.com" } },
            "https://example.com is a URL: give its host alone",
        ],
        [
            "a port in the host",
            { server: { host: "example.com:8883" } },
            "example.com:8883 has a port, which is given apart",
        ],
        ["a long host", { server: { host: `${"a.".repeat(130)}a` } }, "at most 253 bytes"],
        ["port 0", { server: { port: 0 } }, "server.port"],
        ["an ALPN name with a comma", { tls: { alpn: ["mqtt,http/1.1"] } }, "tls.alpn.0"],
        ["too much ALPN", { tls: { alpn: ["x".repeat(40), "y".repeat(30)] } }, "tls.alpn must have at most 63 bytes"],
        ["an unknown version", { tls: { version: "1.1" } }, "tls.version"],
        [
            "a certificate without a key",
            { identity: { certificate: "device.pem", key: "" } },
            "identity.key must be the path",
        ],
        [
            "sessions without extended master secret beside an identity",
            {
                identity: { certificate: "device.pem", key: "device.key" },
                policy: { withoutExtendedMasterSecret: true },
            },
            "policy.withoutExtendedMasterSecret does not go with an identity",
        ],
        [
            "TLS 1.2 in the strict profile",
            { tls: { version: "1.2" }, policy: { profile: "strict" } },
            "tls.version must be 1.3 or auto with the strict profile; or choose another policy.profile",
        ],
        [
            "sessions of over a day in the strict profile",
            { policy: { profile: "strict", maxAuthenticatedS: 86401 } },
            "policy.maxAuthenticatedS must be 86400 at most with the strict profile",
        ],
        [
            "early data in the strict profile",
            { policy: { profile: "strict", earlyData: true } },
            "policy.earlyData must be left out with the strict profile",
        ],
        ["a profile that there is not", { policy: { profile: "cheap" } }, "policy.profile"],
    ])("%s", (_, changes, message) => {
        expect(told(changes).message).toContain(message)
        expect(codesOf(changes)).toContain("provision-field")
    })

    test("an unknown one, with those that are known there", () => {
        const { message, hint } = told({ wifi: { pasword: "x" } })
        expect(message).toBe("wifi.pasword is no field")
        expect(hint).toBe("Known there: ssid, password, security, staticAddress, fastWake.")
        expect(told({ serever: {} }).hint).toContain("wifi, server, identity, psk, tls, policy")
        expect(told({ policy: { pined: true } }).hint).toContain("pinned")
    })

    test("what is missing, and everything at once", () => {
        const path = files.write("short.json", '{ "wifi": {}, "server": { "port": 99999 } }')
        const messages = checkProvision(path).errors.map(({ message }) => message)
        expect(messages).toContain("wifi.ssid is missing")
        expect(messages).toContain("server.host is missing")
        expect(messages.find((message) => message.startsWith("server.port"))).toBeDefined()
    })

    test("what is no JSON", () => {
        const path = files.write("broken.json", "{ wifi: }")
        expect(checkProvision(path).errors).toMatchObject([{ code: "provision-syntax" }])
    })

    test("a file that it names and that is not there", () => {
        expect(codesOf({ server: { ca: "no.pem" } })).toEqual(["file-unreadable"])
    })
})

test("the strict profile speaks TLS 1.3 alone, and the board takes it", async () => {
    const path = files.provision({ policy: { profile: "strict" } })
    const { client } = readProvisionImage(provisionImage(path))
    expect(client).toMatchObject({ minVersion: "1.3", maxVersion: "1.3", policy: { profile: "strict" } })
    new Client(client)[Symbol.dispose]()
    expect((await warmhello("provision", path)).stdout).toContain("profile strict")
})

test("consent to early data is said, with what it means", async () => {
    const { stdout } = await warmhello("provision", files.provision({ policy: { earlyData: true } }))
    expect(stdout).toContain("with early data (docs/EARLY-DATA.md: they may arrive twice)")
    expect((await warmhello("provision", files.provision({}))).stdout).not.toContain("early data")
})

describe("certificates and keys:", () => {
    test("the CA is none, damaged, expired, or not valid yet", async () => {
        files.write("ca.txt", "no certificate")
        files.write("ca-damaged.pem", authority.certificate.replace(/[A-Za-z]{20}/, "A".repeat(20)))
        files.write("ca-old.pem", (await createCertificateAuthority("old", "ecdsa", ago)).certificate)
        files.write("ca-new.pem", (await createCertificateAuthority("new", "ecdsa", ahead)).certificate)
        expect(codesOf({ server: { ca: "ca.txt" } })).toEqual(["ca-unreadable"])
        expect(codesOf({ server: { ca: "ca-damaged.pem" } })).toEqual(["ca-unreadable"])
        expect(codesOf({ server: { ca: "ca-old.pem" } })).toEqual(["ca-expired"])
        expect(codesOf({ server: { ca: "ca-new.pem" } })).toEqual(["ca-not-yet-valid"])
    })

    test("the device's certificate has expired, is not valid yet, or has another's key", async () => {
        const issue = async (name: string, dates: object) => {
            const { certificate, key } = await authority.issue({ names: [name], purpose: "client", ...dates })
            files.write(`${name}.pem`, certificate)
            files.write(`${name}.key`, key)
        }
        await issue("old", ago)
        await issue("next", ahead)
        await issue("other", {})
        const identity = (certificate: string, key: string) => ({ identity: { certificate, key } })
        expect(codesOf(identity("old.pem", "old.key"))).toEqual(["client-certificate-expired"])
        expect(codesOf(identity("next.pem", "next.key"))).toEqual(["client-certificate-not-yet-valid"])
        expect(codesOf(identity("device.pem", "other.key"))).toEqual(["key-mismatch"])
    })

    test("the chain is out of order, and the key tells which certificate must stand first", async () => {
        const intermediate = await authority.createIntermediate("between")
        const { certificate, key } = await intermediate.issue({ names: ["leaf"], purpose: "client" })
        const [leaf = "", between = ""] = certificate.split(/(?<=-----END CERTIFICATE-----\n)/)
        files.write("chain.pem", `${leaf}${between}`)
        files.write("reversed.pem", `${between}${leaf}`)
        files.write("chain.key", key)
        const identity = (name: string) => ({ identity: { certificate: name, key: "chain.key" } })
        expect(codesOf(identity("chain.pem"))).toEqual([])
        expect(codesOf(identity("reversed.pem"))).toEqual(["chain-order", "key-mismatch"])
        const [, mismatch] = checkProvision(files.provision(identity("reversed.pem"))).errors
        expect(mismatch?.hint).toBe("It belongs to CN=leaf: that certificate must stand first.")
    })

    test("the key is locked, in either of the ways that keys are locked, or none at all", () => {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
        const lock = { format: "pem", cipher: "aes-256-cbc", passphrase: "secret" } as const
        files.write("locked.key", privateKey.export({ ...lock, type: "pkcs8" }))
        files.write("locked-sec1.key", privateKey.export({ ...lock, type: "sec1" }))
        files.write("nothing.key", "no key")
        for (const key of ["locked.key", "locked-sec1.key"]) {
            expect(codesOf({ identity: { certificate: "device.pem", key } })).toEqual(["key-encrypted"])
        }
        expect(codesOf({ identity: { certificate: "device.pem", key: "nothing.key" } })).toEqual(["key-unreadable"])
    })

    test("a key that Node can read and the core cannot is found by the core", () => {
        const run = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" })
        run("genpkey", "-algorithm", "ed448", "-out", "ed448.key")
        run("req", "-x509", "-new", "-key", "ed448.key", "-subj", "/CN=ed448", "-days", "100", "-out", "ed448.pem")
        const changes = { identity: { certificate: "ed448.pem", key: "ed448.key" } }
        expect(codesOf(changes)).toEqual(["certificate-unreadable", "key-unreadable"])
        expect(told(changes).message).toContain("its key is for Ed448")
        expect(told(changes).hint).toContain("P-256 and P-384")
    })

    test("ESP-IDF's certificate bundle is for apps in C, and not for an image", () => {
        files.write("x509_crt_bundle", bundleOf([authorityCertificate(), authorityCertificate()], "new"))
        const changes = { server: { ca: "x509_crt_bundle" } }
        expect(codesOf(changes)).toEqual(["ca-unreadable"])
        expect(told(changes).message).toContain("it is ESP-IDF's certificate bundle")
        expect(told(changes).hint).toContain("Apps in C take it")
    })

    test("too much for a slot is told with what takes it", () => {
        files.write("bundle.pem", `${authority.certificate}\n`.repeat(14))
        expect(codesOf({ server: { ca: "bundle.pem" } })).toEqual(["provision-too-large"])
        expect(told({ server: { ca: "bundle.pem" } }).message).toMatch(/room for 8128; the CA takes \d{4}/)
    })

    test("DER makes the image that PEM makes", () => {
        const derOf = (name: string) =>
            Buffer.from(readFileSync(join(folder, name), "utf8").replace(/-----.*-----|\s/g, ""), "base64")
        const identity = { certificate: "device.pem", key: "device.key" }
        const plain = provisionImage(files.provision({ identity }))
        for (const name of ["ca.pem", "device.pem", "device.key"]) files.write(`${name}.der`, derOf(name))
        const inDer = { certificate: "device.pem.der", key: "device.key.der" }
        const image = provisionImage(files.provision({ server: { ca: "ca.pem.der" }, identity: inDer }))
        expect(image.equals(plain)).toBe(true)
    })

    test("comments, another layout and a curve's parameters do no harm and take no room", () => {
        const plain = provisionImage(files.provision())
        const pem = readFileSync(join(folder, "ca.pem"), "utf8").replaceAll("\n", "\r\n")
        files.write("commented.pem", `Certificate:\n    Data: by openssl x509 -text\n${pem}`)
        const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
        files.write("with-parameters.key", parameters + readFileSync(join(folder, "device.key"), "utf8"))
        const changes = {
            server: { ca: "commented.pem" },
            identity: { certificate: "device.pem", key: "with-parameters.key" },
        }
        expect(provisionImage(files.provision(changes))).toEqual(plain)
    })
})

describe("a warning is given, and the file still works:", () => {
    test("a certificate or a CA that expires soon", async () => {
        const { certificate, key } = await authority.issue({ names: ["soon"], purpose: "client", ...soon })
        files.write("soon.pem", certificate)
        files.write("soon.key", key)
        files.write("ca-soon.pem", (await createCertificateAuthority("soon", "ecdsa", soon)).certificate)
        const identity = { certificate: "soon.pem", key: "soon.key" }
        expect(warningsOf({ identity })).toEqual(["certificate-expires-soon"])
        expect(warningsOf({ server: { ca: "ca-soon.pem" } })).toEqual(["ca-expires-soon"])
    })

    test("a server's certificate as CA, one for servers as the device's, a root in the chain, an open network", async () => {
        const server = await authority.issue({ names: ["server"] })
        const device = readFileSync(join(folder, "device.pem"), "utf8")
        files.write("server.pem", server.certificate)
        files.write("server.key", server.key)
        files.write("with-root.pem", device + authority.certificate)
        const identity = (certificate: string, key: string) => ({ identity: { certificate, key } })
        expect(warningsOf({ server: { ca: "server.pem" } })).toEqual(["ca-is-no-authority"])
        const oldStyle = [
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=broker",
        ]
        const out = ["-keyout", "old.key", "-out", "old.pem", "-days", "900", "-addext", "basicConstraints=CA:FALSE"]
        execFileSync("openssl", ["req", ...oldStyle, ...out], { cwd: folder, stdio: "ignore" })
        expect(warningsOf({ server: { ca: "old.pem" } })).toEqual(["ca-is-no-authority", "common-name-only"])
        expect(warningsOf(identity("server.pem", "server.key"))).toEqual(["not-for-clients"])
        expect(warningsOf(identity("with-root.pem", "device.key"))).toEqual(["chain-holds-root"])
        const open = files.write(
            "open.json",
            '{"wifi":{"ssid":"cafe","security":"open"},"server":{"host":"localhost","ca":"ca.pem"}}',
        )
        expect(checkProvision(open)).toMatchObject({ errors: [], warnings: [{ code: "open-network" }] })
    })

    test.each<[string, { [name: string]: Json }, string[]]>([
        ["a server", { server: { host: "[FD00::1]" } }, ["server.host is the IPv6 address fd00:"]],
        ["a time server", { ntpServer: "2001:db8::123" }, ["ntpServer is the IPv6 address 2001:db8:"]],
        ["neither, but IPv4", { server: { host: "10.0.0.1" }, ntpServer: "10.0.0.2" }, []],
    ])("an IPv6 address, which no board reaches: %s", (_, changes, messages) => {
        const { errors, warnings } = checkProvision(files.provision(changes))
        expect(errors).toEqual([])
        expect(warnings.map(({ code }) => code)).toEqual(messages.map(() => "ipv6-host"))
        for (const [index, message] of messages.entries()) expect(warnings[index]?.message).toContain(message)
    })
})

describe("the command", () => {
    test("shows every error with its hint, and exits 2", async () => {
        const bad = files.provision({ wifi: { pasword: "x" }, server: { host: "https://example.com" } })
        const { code, stderr } = await warmhello("provision", bad, "--check")
        expect(code).toBe(2)
        expect(stderr.match(/^error:/gm)).toHaveLength(2)
        expect(stderr).toContain("Known there: ssid")
    })

    test("has the codes in its JSON, and writes nothing of a bad file", async () => {
        const bad = files.provision({ identity: { certificate: "device.pem", key: "ca.pem" } })
        const { code, stdout } = await warmhello("provision", bad, "--json", "-")
        expect(code).toBe(2)
        expect(JSON.parse(stdout)).toMatchObject({ ok: false, errors: [{ code: "key-unreadable" }], written: null })
    })

    test.each([
        [["--burn", "--port", "x"], "--burn needs --chip and --port"],
        [[], "name the provisioning file"],
        [["FILE", "--burn", "--chip", "esp32c3", "--port", "x"], "--burn stands alone"],
        [["FILE", "--image", "x"], "--image needs --out"],
        [["FILE", "--check", "--out", "x"], "only one of"],
        [["FILE", "--chip", "esp32c3"], "--chip goes with --burn"],
    ])("refuses flags that do not go together: %s", async (flags, message) => {
        const args = flags.map((flag) => (flag === "FILE" ? files.provision() : flag))
        const { code, stderr } = await warmhello("provision", ...args)
        expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
    })
})

// Bad input: one clear message on standard error, and the exit code of docs/OUTCOMES.md.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"
import { refusingPort, startServer, startTcp, type TestServerOptions } from "./support/tls-server.js"

const HOUR_MS = 3_600_000
const folder = temporaryFolder()

function file(name: string, contents: string | Buffer): string {
    const path = join(folder, name)
    writeFileSync(path, contents)
    return path
}

const authority = await createCertificateAuthority()
const anotherAuthority = await createCertificateAuthority("another CA")
const caFile = file("ca.pem", authority.certificate)
const emptyCaFile = file("empty.pem", "no certificate here\n")
const der = Buffer.from(authority.certificate.replace(/-----.*-----|\s/g, ""), "base64")
const derCaFile = file("ca.der", der.subarray(0, 100))
const damagedCaFile = file("damaged.pem", `${authority.certificate.trimEnd()}\n${authority.certificate.slice(0, 40)}\n`)
const app = appFile("app")

/** Runs the command and expects one message, without the trace of an exception. */
async function expectError(args: string[], code: number, message: string | RegExp): Promise<string> {
    const result = await warmhello(...args)
    expect(result.stderr).toMatch(message)
    expect(result.stderr.match(/^error:/gm)).toHaveLength(1)
    expect(result.stderr + result.stdout).not.toMatch(/^ +at .*:\d+|node:internal|Error:/m)
    expect(result.code).toBe(code)
    return result.stderr
}

describe("on the command line", () => {
    const simulate = ["simulate", app]

    test.each([
        ["an unknown flag", [...simulate, "--wibble"], "error: unknown option '--wibble'"],
        ["an unknown command", ["dance"], "error: unknown command 'dance'"],
        ["a second app", [...simulate, app], "error: too many arguments"],
        ["a negative count", [...simulate, "--cycles", "-1"], "It must be a whole number from 1 to 1000000."],
        ["a negative sleep", [...simulate, "--sleep", "-5m"], "A duration is a number and a unit"],
        ["no value", [...simulate, "--cycles"], "error: option '--cycles <n>' argument missing"],
        ["a port out of range", [...simulate, "--server", "a:70000"], "A server is host or host:port"],
        ["an unknown version", [...simulate, "--tls", "1.1"], "It must be 1.2, 1.3 or auto."],
        [
            "early data in the strict profile",
            [...simulate, "--profile", "strict", "--early-data"],
            "error: --early-data does not go with --profile strict",
        ],
        [
            "TLS 1.2 in the strict profile",
            [...simulate, "--profile", "strict", "--tls", "1.2"],
            "error: --profile strict has TLS 1.3 alone",
        ],
        ["a missing CA file", [...simulate, "--server", "a", "--ca", "no/ca.pem"], "error: cannot read no/ca.pem"],
        ["a folder as CA file", [...simulate, "--server", "a", "--ca", folder], `error: cannot read ${folder}`],
        ["a CA without a server", [...simulate, "--ca", caFile], "error: --ca goes with --server"],
        ["a CA file without a certificate", [...simulate, "--server", "a", "--ca", emptyCaFile], "no certificate"],
        [
            "a CA file in DER that is not whole",
            [...simulate, "--server", "a", "--ca", derCaFile],
            "it is DER that ends too early\nWas it saved whole? Get it again.",
        ],
        [
            "a CA file with a damaged block",
            [...simulate, "--server", "a", "--ca", damagedCaFile],
            "error: block 2 of the CA (CERTIFICATE, from line 11) is damaged: its END is missing before line 13",
        ],
        [
            "flash in no folder",
            [...simulate, "--flash", "no/such/flash"],
            "error: cannot write no/such/flash: there is no no/such",
        ],
        ["a folder as flash", [...simulate, "--flash", folder], `error: cannot use ${folder} as flash: EISDIR`],
        [
            "another file as flash",
            [...simulate, "--flash", emptyCaFile],
            `error: ${emptyCaFile} is no flash: it must have`,
        ],
        ["a missing app", ["simulate", "no/app.ts"], "error: there is no no/app.ts"],
    ])("%s exits 2", async (_, args, message) => {
        await expectError(args, 2, message)
    })

    test("a path for --json that cannot be written exits 2", async () => {
        const args = ["simulate", app, "--cycles", "1", "--json", join(folder, "no/such/folder.json")]
        await expectError(args, 2, /error: cannot write .*no\/such\/folder\.json/)
    })
})

describe("an app", () => {
    test("that does not compile exits 3, with the compiler's own words", async () => {
        mkdirSync(join(folder, "project/src"), { recursive: true })
        file("project/devsconfig.json", "{}")
        file("project/package.json", "{}")
        const source = file("project/src/app.ts", 'const seconds: number = "ten"\nconsole.log(seconds)\n')
        const stderr = await expectError(["simulate", source], 3, "error: src/app.ts does not compile:")
        expect(stderr).toContain("Type 'string' is not assignable to type 'number'")
    })

    test("outside a project exits 3", async () => {
        const source = file("app.ts", 'console.log("hello")\n')
        await expectError(["simulate", source], 3, "is in no project")
    })

    test("that is no bytecode exits 3", async () => {
        const bytecode = file("app.devs", "what has been compiled differently ".repeat(10))
        await expectError(["simulate", bytecode], 3, "error: the virtual machine refuses the program")
    })

    test("that throws exits 3, with what it threw", async () => {
        await expectError(["simulate", appFile("throws")], 3, "error: the app threw: the sensor is broken")
    })

    test.each([
        ["loops for ever", "loops", "error: the app loops without letting anything else happen"],
        ["loops for ever over waits that take no time", "spins", "error: the app loops without letting anything else"],
        ["takes all memory", "hoards", "error: the app has run out of memory"],
        ["calls itself for ever", "recurses", "error: the app calls itself too deep"],
    ] as const)("that %s exits 3, and says so", async (_, name, message) => {
        await expectError(["simulate", appFile(name), "--wake-timeout", "1s"], 3, message)
    })

    test("that is a folder exits 2", async () => {
        await expectError(["simulate", folder], 2, "is no file: an app is a .ts or a .devs")
    })

    test("that never sleeps exits 3, with how long that took", async () => {
        const message = "error: the app did not call standby within 1 s of its wake"
        await expectError(["simulate", appFile("never-sleeps"), "--wake-timeout", "1s"], 3, message)
    })

    test("that never connects exits 3", async () => {
        const message = "error: the app went to sleep without a TLS connection"
        await expectError(["simulate", appFile("never-connects")], 3, message)
    })
})

describe("a server", () => {
    const simulateAt = (port: number, host = "127.0.0.1") => [
        ...["simulate", app, "--server", `${host}:${port}`, "--ca", caFile, "--connect-timeout", "2s"],
    ]

    test("whose name is unknown exits 4", async () => {
        const message = "error: nowhere.invalid:443: the host is unknown or cannot be reached"
        await expectError(simulateAt(443, "nowhere.invalid"), 4, message)
    })

    test("whose port refuses exits 4", async () => {
        await expectError(simulateAt(await refusingPort()), 4, "the server refuses connections on this port")
    })

    test("that accepts and stalls exits 4, and the command waits for it no longer", async () => {
        await using server = await startTcp((socket) => socket.pause())
        await expectError([...simulateAt(server.port), "--connect-timeout", "200ms"], 4, "did not answer in time")
    }, 20_000)

    const others: [string, TestServerOptions, string][] = [
        ["of another CA", { authority: anotherAuthority }, "not signed by the given CA"],
        ["of another name", { authority, names: ["other.test"] }, "is for another host name"],
        ["that has expired", { authority, notAfter: new Date(Date.now() - HOUR_MS) }, "has expired"],
    ]
    test.each(others)("with a certificate %s exits 5", async (_, options, message) => {
        await using server = await startServer({ names: ["127.0.0.1"], ...options })
        await expectError(simulateAt(server.port), 5, message)
    })

    test("of TLS 1.2 alone exits 5 in the strict profile, and the advice names the profile", async () => {
        await using server = await startServer({ authority, names: ["127.0.0.1"], versions: { maxVersion: "TLSv1.2" } })
        const args = [...simulateAt(server.port), "--profile", "strict"]
        await expectError(args, 5, "With --profile strict the server must speak TLS 1.3.")
    })

    test("with a certificate of a private CA exits 5 where public CAs are trusted", async () => {
        await using server = await startServer({ names: ["127.0.0.1"] })
        const args = ["simulate", app, "--server", `127.0.0.1:${server.port}`]
        await expectError(args, 5, "not signed by the given CA")
    })

    test("in plain text exits 5", async () => {
        await using server = await startTcp((socket) => socket.write("220 mail.example ESMTP\r\n"))
        await expectError(simulateAt(server.port), 5, "the server does not speak TLS on this port")
    })

    test("that works exits 0, and the rows say that its clock is real", async () => {
        await using server = await startServer({ authority, names: ["127.0.0.1"] })
        const { code, stdout } = await warmhello(...simulateAt(server.port), "--cycles", "2")
        expect(code).toBe(0)
        expect(stdout).toMatch(/^ +2 +resumed .* real \d/m)
        expect(stdout).toContain("the server's clock is real")
        expect(server.resumed).toEqual([false, true])
    })
})

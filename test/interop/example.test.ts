// firmware/examples/resume.c, compiled under AddressSanitizer and LeakSanitizer, against real servers.
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { startGnutls } from "#dev/servers/gnutls.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { refusingPort, startTcp } from "../ts/support/tls-server.js"

const folder = temporaryFolder()

function file(name: string, contents: string): string {
    writeFileSync(join(folder, name), contents)
    return join(folder, name)
}

const identity = await createIdentity()
const ca = file("ca.pem", identity.ca)

interface Ran {
    code: number
    outcomes: Record<string, unknown>[]
    stderr: string
}

function resume(...args: string[]): Promise<Ran> {
    return new Promise((done) => {
        execFile(checkoutPath("build/asan/resume"), args, { encoding: "utf8" }, (error, stdout, stderr) => {
            const lines = stdout.split("\n").filter((line) => line !== "")
            const code = typeof error?.code === "number" ? error.code : 0
            done({ code, outcomes: lines.map((line) => JSON.parse(line)), stderr })
        })
    })
}

test.each([
    ["OpenSSL", startOpenssl],
    ["nginx", startNginx],
    ["GnuTLS", startGnutls],
] as const)("connects to %s by a full handshake, and then resumes", async (_, start) => {
    using server = await start({ identity: identity.server })
    const { code, outcomes, stderr } = await resume("localhost", String(server.port), ca)
    expect(stderr).toBe("")
    expect(outcomes).toMatchObject([
        { result: "full", reason: "none", protocol: "TLS1.3" },
        { result: "resumed", reason: "accepted", kind: "psk" },
    ])
    expect(code).toBe(0)
})

test("says that the second connection was not resumed", async () => {
    using server = await startNginx({ identity: identity.server, tickets: false, tickets13: 0 })
    const { code, outcomes } = await resume("localhost", String(server.port), ca)
    expect(outcomes.map(({ result }) => result)).toEqual(["full", "full"])
    expect(code).toBe(1)
})

test("names what went wrong, and leaks nothing on the way out", async () => {
    using server = await startNginx({ identity: identity.server })
    const port = String(server.port)
    const strangers = file("strangers.pem", (await createIdentity()).ca)
    const empty = file("empty.pem", "nothing\n")
    await using plain = await startTcp((socket) => socket.end("220 mail.example.com ESMTP\r\n"))
    const cases: [string[], number, string][] = [
        [[], 2, "usage: resume HOST PORT CA.pem"],
        [["localhost", port, join(folder, "none.pem")], 2, "cannot read"],
        [["localhost", port, empty], 2, `${empty} holds no certificate`],
        [["localhost", "0", ca], 2, "an argument is missing or out of range"],
        [["no-such-host.invalid", port, ca], 3, "no-such-host.invalid:"],
        [["localhost", String(await refusingPort()), ca], 3, "the server refuses connections on this port"],
        [["localhost", port, strangers], 3, "not signed by the given CA"],
        [["localhost", String(plain.port), ca], 3, "does not speak TLS"],
    ]
    for (const [args, code, message] of cases) {
        const ran = await resume(...args)
        expect(ran.stderr).toContain(message)
        expect(ran.stderr).not.toContain("Sanitizer")
        expect(ran.code, message).toBe(code)
    }
})

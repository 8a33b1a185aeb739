// What the probe offers is what a board offers, as far as Node's TLS lets it; and with --as-device it is the board's own.
import { readFileSync, writeFileSync } from "node:fs"
import net from "node:net"
import tls, { rootCertificates } from "node:tls"
import { expect, test } from "vitest"
import type { Outcome } from "#warmhello/base/outcome.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { probeExitCode } from "#warmhello/cli/probe.js"
import { Client } from "#warmhello/core/client.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"
import { Bytes } from "#warmhello/probe/bytes.js"
import { connect } from "#warmhello/probe/connect.js"
import { readTarget } from "#warmhello/probe/target.js"
import type { Verdict } from "#warmhello/probe/verdict.js"
import { deviceGroups, tlsOptionsFor } from "#warmhello/probe/ways.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "../ts/support/command.js"
import { nginx } from "./real-servers.js"
import { FORGETS_S } from "./support.js"

/** As OpenSSL calls them. */
const opensslName = (name: string): string =>
    name.includes("_WITH_")
        ? name
              .replace("TLS_", "")
              .replace("_WITH_", "-")
              .replace(/AES_(\d+)/, "AES$1")
              .replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305")
              .replaceAll("_", "-")
        : name

test("the ciphers and groups are a device's, in its order", () => {
    const suites = readFileSync(checkoutPath("firmware/core/include/warmhello/suites.def"), "utf8")
    const names = [...suites.matchAll(/WH_SUITE1[23]\(0x\w+, "(\w+)"\)/g)].map(([, name = ""]) => opensslName(name))
    expect(names.length).toBeGreaterThan(5)
    const options = tlsOptionsFor("TLS1.3 psk", "plain")
    expect(options.ciphers?.split(":")).toEqual(names)
    const client = readFileSync(checkoutPath("firmware/core/src/client.c"), "utf8")
    const groups = /static int groups\[\] = \{([^}]*)\}/.exec(client)?.[1]?.toLowerCase() ?? ""
    expect(groups.split(", ").map((name) => name.replace("wolfssl_ecc_", ""))).toEqual([...deviceGroups])
})

/** Of the ClientHello that comes first, by type: what is in it. */
async function firstHello(start: (port: number) => void): Promise<Map<number, string>> {
    const server = net.createServer()
    await new Promise<void>((up) => server.listen(0, "127.0.0.1", up))
    const hello = new Promise<Buffer>((found) => {
        server.on("connection", (socket) => {
            socket.on("error", () => {})
            socket.once("data", (bytes: Buffer) => {
                found(bytes)
                socket.destroy()
            })
        })
    })
    start((server.address() as net.AddressInfo).port)
    const bytes = new Bytes((await hello).subarray(RECORD_HEADER + MESSAGE_HEADER))
    server.close()
    bytes.take(2 + 32) // version, random
    for (const lengthSize of [1, 2, 1] as const) bytes.vector(lengthSize) // session ID, suites, compression
    const found = new Map<number, string>()
    for (const all = bytes.reader(2); all.left > 0; ) found.set(all.number(2), all.vector(2).toString("hex"))
    return found
}

const RECORD_HEADER = 5
const MESSAGE_HEADER = 4

test("the ClientHello has the groups and the signature algorithms of a board's", async () => {
    const options = { host: "localhost", minVersion: "1.2", maxVersion: "1.3", tickets: true } as const
    using client = new Client({ ...options, port: 1, ca: Buffer.from(rootCertificates[0] ?? "") })
    const board = await firstHello((port) => {
        const socket = new TlsSocket(client, { host: "127.0.0.1", port, connectTimeoutMs: 5000 })
        socket.on("error", () => {})
        socket.connect()
    })
    const node = await firstHello((port) => {
        const socket = tls.connect({ ...tlsOptionsFor("TLS1.3 psk", "plain"), host: "127.0.0.1", port })
        socket.on("error", () => {})
    })
    const [SUPPORTED_GROUPS, SIGNATURE_ALGORITHMS] = [10, 13]
    for (const type of [SUPPORTED_GROUPS, SIGNATURE_ALGORITHMS]) expect(node.get(type)).toBe(board.get(type))
})

test("a server that is broken off in the middle of its handshake is told", async () => {
    const server = net.createServer((socket) => socket.once("data", () => socket.resetAndDestroy()))
    await new Promise<void>((up) => server.listen(0, "127.0.0.1", up))
    const target = readTarget(`localhost:${(server.address() as net.AddressInfo).port}`)
    const credentials = { ca: undefined, certificate: undefined, key: undefined, alpn: [] }
    const request = { target, address: "127.0.0.1", way: "TLS1.3 psk", credentials, proxy: undefined } as const
    const signal = new AbortController().signal
    await expect(connect({ ...request, timeoutMs: 5000, signal })).rejects.toMatchObject({ code: "closed" })
    server.close()
})

const folder = temporaryFolder()

async function asDevice(settings: string, ...more: string[]) {
    await using running = await nginx({ settings })
    const ca = `${folder}/ca-${running.port}.pem`
    writeFileSync(ca, running.ca)
    const quick = ["--runs", "1", "--ages", "0", "--tls", "1.3", "--speak", "https"]
    const flags = ["--ca", ca, "--sleep", "4s", ...quick, "--as-device", ...more, "--json", "-"]
    const { code, stdout, stderr } = await warmhello("probe", running.server, ...flags)
    if (stdout === "") throw new Error(stderr)
    return { code, stderr, report: JSON.parse(stdout) }
}

test.concurrent("a board resumes where the probe says so, and where it differs is told", async () => {
    const { code, stderr, report } = await asDevice("ssl_protocols TLSv1.3; ssl_session_timeout 60s;")
    expect(code).toBe(0)
    expect(report.device).toMatchObject({
        ...{ full: { result: "full" }, atOnce: { result: "resumed", kind: "psk" }, afterSleep: { result: "resumed" } },
    })
    expect(report.device.full.cipher).toBe(report.versions[0].cipher)
    const [first] = report.device.differences
    expect(first).toMatchObject({ what: "full handshake", device: expect.stringMatching(/^\d+ \+ \d+ B, 3 flights$/) })
    expect(stderr).toContain("differs: full handshake: device ")
    expect(stderr).not.toContain("differs: after the sleep")
})

test.concurrent("that a board does without SHA-384 is told where a server prefers it", async () => {
    const order = "ssl_conf_command Ciphersuites TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256;"
    const { report } = await asDevice(`ssl_protocols TLSv1.3; ssl_prefer_server_ciphers on; ${order}`)
    expect(report.device.differences).toContainEqual({
        ...{ what: "cipher", device: "TLS_AES_128_GCM_SHA256", node: "TLS_AES_256_GCM_SHA384" },
    })
})

test.concurrent("a board makes a full handshake where the probe says that none resumes", async () => {
    const { code, report } = await asDevice(`ssl_protocols TLSv1.3; ssl_session_timeout ${FORGETS_S}s;`, "--wait")
    expect(code).toBe(1)
    expect(report.verdict.answer).toBe("does-not-resume")
    expect(report.device.afterSleep).toMatchObject({ result: "full", reason: "expired" })
    expect(report.device.differences.map(({ what }: { what: string }) => what)).not.toContain("after the sleep")
})

test("a board does not wait for what is known either", async () => {
    const { code, stderr, report } = await asDevice(`ssl_protocols TLSv1.3; ssl_session_timeout ${FORGETS_S}s;`)
    expect(code).toBe(1)
    expect(report).toMatchObject({ isWaitSpared: true, device: { atOnce: { result: "resumed" }, afterSleep: null } })
    expect(stderr).not.toContain("differs: after the sleep")
})

/** As much of a report as its exit code hangs on. */
function exitCode(answer: Verdict["answer"], afterSleep?: Outcome["result"], failure: string | null = null): number {
    const verdict = { answer } as Verdict
    const told = (result: Outcome["result"]) => ({ result }) as Outcome
    const outcomes = { full: told("full"), atOnce: null, failure, differences: [] }
    const device = afterSleep && { ...outcomes, afterSleep: told(afterSleep) }
    return probeExitCode({ verdict, complete: true, ...(device && { device }) })
}

test("the exit code is the device's where one was asked for", () => {
    expect(exitCode("resumes")).toBe(0)
    expect(exitCode("resumes", "resumed")).toBe(0)
    expect(exitCode("resumes", "full")).toBe(1)
    expect(exitCode("sometimes", "resumed")).toBe(1)
    expect(exitCode("does-not-resume", "full")).toBe(1)
    expect(exitCode("could-not-tell")).toBe(2)
    expect(exitCode("resumes", "resumed", "the server's certificate has expired")).toBe(1)
})

// The command as a person runs it: what it says, its exit codes, its JSON.
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import net from "node:net"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import tls from "node:tls"
import { describe, expect, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand, warmhello } from "../ts/support/command.js"
import { refusingPort } from "../ts/support/tls-server.js"
import { mosquitto, nginx, openssl } from "./real-servers.js"

const folder = temporaryFolder()

function file(name: string, contents: string | Buffer): string {
    const path = join(folder, name)
    writeFileSync(path, contents)
    return path
}

const { ca, server: certificate } = await createIdentity()
const caFile = file("ca.pem", ca)

interface NodeServer extends AsyncDisposable {
    port: number
}

/** Node gives no ticket of TLS 1.3 in a resumption, so that a device resumes in two wakes of three. */
const NOT_AT_EACH_WAKE = 1

/** Node's own TLS as a server. */
async function nodeServer(options: tls.TlsOptions = {}): Promise<NodeServer> {
    const server = tls.createServer({ cert: certificate.certificate, key: certificate.key, ...options }, (socket) => {
        socket.on("error", () => {})
        socket.resume()
        socket.on("end", () => socket.end())
    })
    server.on("tlsClientError", () => {})
    await new Promise<void>((up) => server.listen(0, "127.0.0.1", up))
    return {
        port: (server.address() as net.AddressInfo).port,
        [Symbol.asyncDispose]: () => new Promise<void>((down) => server.close(() => down())),
    }
}

/** As little as the pace of two connects a second allows. */
const quick = ["--tls", "1.3", "--runs", "1", "--ages", "0"]

test("a server is asked no more than twice a second", async () => {
    const at: number[] = []
    const server = net.createServer((socket) => {
        at.push(performance.now())
        secure.emit("connection", socket)
    })
    const secure = tls.createServer({ cert: certificate.certificate, key: certificate.key }, (socket) => {
        socket.on("error", () => {})
        socket.resume()
    })
    await new Promise<void>((up) => server.listen(0, "127.0.0.1", up))
    const { port } = server.address() as net.AddressInfo
    const { code } = await warmhello("probe", `localhost:${port}`, "--ca", caFile, "--sleep", "1s", ...quick)
    server.close()
    expect(code).toBe(NOT_AT_EACH_WAKE)
    expect(at.length).toBeGreaterThan(8)
    const gaps = at.slice(2).map((moment, index) => moment - (at[index] as number))
    // Any three within a second would be one too many; a busy machine lets one of them wait.
    expect(Math.min(...gaps)).toBeGreaterThan(750)
})

// They wait most of the time.
describe.concurrent("a server that resumes", () => {
    test("ends with 0, says so in one line first, and in JSON", async () => {
        await using running = await openssl()
        const json = join(folder, "resumes.json")
        const flags = ["--ca", file("openssl.pem", running.ca), "--sleep", "2s", ...quick, "--json", json]
        const { code, stdout, stderr } = await warmhello("probe", running.server, ...flags)
        expect(stderr).toBe("")
        expect(code).toBe(0)
        expect(stdout).toContain("\nResumes after 2.00 s (TLS 1.3, psk).\n")
        const report = JSON.parse(readFileSync(json, "utf8"))
        expect(report).toMatchObject({
            ...{ schema: "warmhello.probe", version: 1, complete: true, sleepMs: 2000 },
            verdict: { answer: "resumes", protocol: "TLS1.3", kind: "psk" },
            addresses: [{ address: "127.0.0.1", family: 4, error: null }],
            versions: [{ protocol: "TLS1.3", kind: "psk", spoken: true, isDevices: true }],
            certificates: { bytes: expect.any(Number), key: "EC prime256v1", needsAlternativePath: false },
            cost: { board: "esp32c3_bare" },
        })
        expect(report.ages.map(({ nominalMs }: { nominalMs: number }) => nominalMs)).toContain(2000)
        expect(JSON.stringify(report)).not.toContain('session":')
    })
})

describe.concurrent("a server that does not", () => {
    test("ends with 1, and names the setting", async () => {
        await using server = await nodeServer({ sessionTimeout: 1 })
        const flags = ["--ca", caFile, "--sleep", "3s", ...quick, "--json", "-"]
        const { code, stdout, stderr } = await warmhello("probe", `localhost:${server.port}`, ...flags)
        expect(code).toBe(1)
        expect(stderr).toMatch(/\nDoes not resume after 3.00 s \(TLS 1.3, psk\): /)
        expect(stderr).toContain(`on its machine, sudo ss -ltnp 'sport = :${server.port}' names it.`)
        expect(stderr).toContain("Then, for nginx: npx warmhello probe --settings nginx --sleep 3s.")
        expect(JSON.parse(stdout).verdict.answer).toBe("does-not-resume")
    })
})

describe("the settings of one server", () => {
    test("are printed, and nobody is asked", async () => {
        const { code, stdout, stderr } = await warmhello("probe", "--settings", "node", "--sleep", "1h")
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
        expect(stdout).toContain("\n    tls.createServer({ sessionTimeout: 7200 })\n")
        expect(stdout).toContain("tls.createServer({ ticketKeys })")
    })

    test("of one that there is not are refused with the names that there are", async () => {
        expect(await refusal("--settings", "iis")).toContain(
            "there are no settings for iis; there are those for nginx, ",
        )
        expect(await refusal()).toContain("name the server to ask")
    })
})

/** Exit code 2 and a plain error. */
async function refusal(...args: string[]): Promise<string> {
    const { code, stderr } = await warmhello("probe", ...args)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: /)
    return stderr
}

describe.concurrent("what keeps it from telling ends with 2 and says why", () => {
    test("an unknown host", async () => {
        expect(await refusal("nobody.invalid")).toMatch(
            /^error: nobody.invalid:443: the host is unknown.*\nCheck the network/,
        )
    })

    test("a port on which nothing listens", async () => {
        const port = await refusingPort()
        expect(await refusal(`127.0.0.1:${port}`)).toContain("Nothing listens on that port")
    })

    test("what is not TLS", async () => {
        const server = net.createServer((socket) => socket.end("220 mail.example.com ESMTP\r\n"))
        await new Promise<void>((up) => server.listen(0, "127.0.0.1", up))
        const { port } = server.address() as net.AddressInfo
        expect(await refusal(`127.0.0.1:${port}`)).toContain("does not speak TLS")
        server.close()
    })

    test("a certificate that the CA did not sign, or of another name, or that has ended", async () => {
        await using server = await nodeServer()
        expect(await refusal(`localhost:${server.port}`)).toContain(
            "Give the CA that signed the server's certificate with --ca.",
        )
        const named = ["--servername", "other.example.com", "--ca", caFile]
        expect(await refusal(`localhost:${server.port}`, ...named)).toMatch(
            /is for another host name .*\nGive a name that the certificate has with --servername\.\n$/,
        )
        const authority = await createCertificateAuthority()
        const notAfter = new Date("2001-01-01")
        const old = await authority.issue({ names: ["localhost"], notBefore: new Date("2000-01-01"), notAfter })
        await using ended = await nodeServer({ cert: old.certificate, key: old.key })
        const said = await refusal(`localhost:${ended.port}`, "--ca", file("authority.pem", authority.certificate))
        expect(said).toContain("has expired")
    })

    test("a CA that has ended, and a file that is none", async () => {
        const dates = { notBefore: new Date("2000-01-01"), notAfter: new Date("2001-01-01") }
        const old = await createCertificateAuthority("old", "ecdsa", dates)
        const said = await refusal("localhost:1", "--ca", file("old.pem", old.certificate))
        expect(said).toContain("Give a current CA with --ca.")
        expect(await refusal("localhost:1", "--ca", file("none.pem", "no certificate"))).toContain(
            "no certificate that can be used",
        )
        expect(await refusal("localhost:1", "--ca", join(folder, "absent.pem"))).toContain("cannot read")
    })

    test("a client certificate that is wanted, and one without its key", async () => {
        await using server = await nodeServer({ requestCert: true, rejectUnauthorized: true, ca })
        const said = await refusal(`localhost:${server.port}`, "--ca", caFile)
        expect(said).toContain("Give one with --cert and --key.")
        expect(await refusal("localhost:1", "--cert", caFile)).toContain("--cert and --key go together")
    })

    test("a board, a cell or a regulator that there is not, before anything is waited for", async () => {
        await using server = await nodeServer()
        const waits = [`localhost:${server.port}`, "--ca", caFile, "--sleep", "1s", ...quick]
        for (const flag of ["--board", "--cell", "--regulator"]) {
            const { code, stdout, stderr } = await warmhello("probe", ...waits, flag, "nosuch")
            expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
            expect(stderr).toMatch(/^error: there is no .*nosuch; there are /)
        }
    })

    test("a CA that nobody gave is not called the given one", async () => {
        await using server = await nodeServer()
        expect(await refusal(`localhost:${server.port}`)).toContain("is signed by none of Node's public CAs")
    })

    test("words that are no server, no ages and no way to speak", async () => {
        expect(await refusal("https://example.com/")).toContain("is a URL: give its host alone")
        expect(await refusal("localhost:70000")).toContain("a port is a number from 1 to 65535")
        expect(await refusal("localhost:0")).toContain("a port is a number from 1 to 65535")
        expect(await refusal("localhost", "--ages", "0,soon")).toContain("A duration is a number and a unit")
        expect(await refusal("localhost", "--speak", "ftp")).toContain("https, mqtt, tls")
    })
})

describe.concurrent("a server that wants a client certificate", () => {
    test("is told what a device with one finds", async () => {
        const authority = await createCertificateAuthority()
        const device = await authority.issue({ names: ["device"], purpose: "client" })
        await using server = await nodeServer({
            requestCert: true,
            rejectUnauthorized: true,
            ca: authority.certificate,
        })
        const identity = ["--cert", file("device.pem", device.certificate), "--key", file("device.key", device.key)]
        const flags = ["--ca", caFile, "--sleep", "1s", ...quick, ...identity, "--json", "-"]
        const { code, stdout } = await warmhello("probe", `localhost:${server.port}`, ...flags)
        expect(code).toBe(NOT_AT_EACH_WAKE)
        const { versions, verdict, advice } = JSON.parse(stdout)
        expect(versions[0]).toMatchObject({ asksForCertificate: true })
        expect(verdict.text).toContain("Resumes after 1.00 s, but not at each wake (TLS 1.3, psk)")
        expect(advice[0]).toMatchObject({ code: "renew", text: expect.stringContaining("when-not-renewed") })
    })

    test("is said to want one where it was asked without, whatever it answers", async () => {
        const settings = "ssl_verify_client optional_no_ca; ssl_protocols TLSv1.2 TLSv1.3;"
        await using server = await nginx({ settings })
        const flags = ["--ca", file("optional.pem", server.ca), "--sleep", "1s", ...quick, "--json", "-"]
        const { code, stdout } = await warmhello("probe", server.server, ...flags)
        expect(code).toBe(0)
        expect(JSON.parse(stdout).advice).toMatchObject([
            { code: "client-certificate", text: expect.stringContaining("--cert FILE --key FILE") },
        ])
    })

    test("gives no session to one that it does not trust", async () => {
        await using server = await nodeServer({ requestCert: true, rejectUnauthorized: true, ca })
        const authority = await createCertificateAuthority()
        const device = await authority.issue({ names: ["device"], purpose: "client" })
        const identity = ["--cert", file("other.pem", device.certificate), "--key", file("other.key", device.key)]
        const flags = ["--ca", caFile, "--sleep", "1s", ...quick, ...identity]
        const { code, stdout } = await warmhello("probe", `localhost:${server.port}`, ...flags)
        expect(code).toBe(1)
        expect(stdout).toContain("The server asks for a client certificate")
        expect(stdout).toContain("Groups of a device: x25519 yes, secp256r1 yes, secp384r1 yes.")
    })
})

describe("a host without a port", () => {
    /** An address of this machine where nobody else listens. */
    const address = `127.${1 + (process.pid % 250)}.88.83`
    const asked = ["--servername", "localhost", "--sleep", "1s", ...quick]

    test("is a broker where it is no web server, also when the probe goes on", async () => {
        await using broker = await mosquitto({ address, port: 8883 })
        const state = join(folder, "broker.json")
        const flags = [...asked, "--ca", file("broker.pem", broker.ca), "--state", state]
        const { code, stdout } = await warmhello("probe", address, ...flags)
        expect(stdout).toContain(`${address}:443: the server refuses connections on this port`)
        expect(stdout).toContain(`\n${address}:8883\n`)
        expect(stdout).toContain("Resumes after 1.00 s (TLS 1.3, psk).")
        expect(code).toBe(0)
        const again = await warmhello("probe", address, ...flags)
        expect(again.code).toBe(0)
        expect(again.stdout).not.toContain(":443")
    })

    test("is neither where nobody listens, and one port alone is asked where the language is told", async () => {
        expect(await refusal(address, ...asked)).toContain(`${address}:8883: the server refuses connections`)
        expect(await refusal(address, "--speak", "https", ...asked)).toContain(`${address}:443: the server refuses`)
    })
})

/** The probe may write it anew in between. */
function replaceByFolder(path: string): void {
    for (;;) {
        rmSync(path, { force: true })
        try {
            mkdirSync(path)
            return
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
        }
    }
}

describe.concurrent("an interrupted probe", () => {
    test("tells what is known, keeps it for its owner only, and goes on from there", async () => {
        await using server = await nodeServer()
        const state = join(folder, "state.json")
        const args = ["probe", `localhost:${server.port}`, "--ca", caFile, "--sleep", "9s", ...quick, "--state", state]
        const first = startCommand([...args, "--json", "-"])
        await first.shows("waiting for")
        first.process.kill("SIGINT")
        const { code, stdout, stderr } = await first.ended
        expect(code).toBe(130)
        expect(stderr).toContain("Could not tell whether it resumes after 9.00 s.")
        expect(stderr).toContain("Interrupted: this is what is known.")
        expect(stderr).toContain(`The same command goes on from ${state}.`)
        expect(JSON.parse(stdout)).toMatchObject({ complete: false, verdict: { answer: "could-not-tell" } })
        expect(statSync(state).mode & 0o777).toBe(0o600)

        const other = await refusal(`localhost:${server.port + 1}`, ...args.slice(2))
        expect(other).toContain(`${state} is of a probe of localhost:${server.port}`)

        expect(await refusal(...args.slice(1), "--tls", "1.2")).toContain(
            `${state} is of a probe of other versions of TLS (TLS1.3 psk)`,
        )

        chmodSync(state, 0o644) // as a copy may be
        const second = await startCommand([...args, "--json", "-"]).ended
        expect(second.code).toBe(NOT_AT_EACH_WAKE)
        const { ages, complete } = JSON.parse(second.stdout)
        expect(complete).toBe(true)
        expect(statSync(state).mode & 0o777).toBe(0o600)
        expect(ages.length).toBeGreaterThan(JSON.parse(stdout).ages.length)
    })

    test("a state that can be kept no longer ends nothing, and is told", async () => {
        await using server = await nodeServer()
        const state = join(folder, "lost.json")
        const args = ["probe", `localhost:${server.port}`, "--ca", caFile, "--sleep", "4s", ...quick, "--state", state]
        const running = startCommand(args)
        await running.shows("resumed")
        replaceByFolder(state) // as good as a full disk: nothing can be written there
        const { code, stdout } = await running.ended
        expect(code).toBe(NOT_AT_EACH_WAKE)
        expect(stdout.split(`cannot write ${state}: it is a folder: the probe goes on without.`)).toHaveLength(2)
        expect(stdout).toContain("Resumes after 4.00 s, but not at each wake")
    })

    test("a session that was due while nothing ran tells nothing, and the verdict says why", async () => {
        const settings = "ssl_protocols TLSv1.2; ssl_session_tickets off; ssl_session_cache shared:s:1m;"
        await using server = await nginx({ settings: `${settings} ssl_session_timeout 6s;` })
        const state = join(folder, "late.json")
        const flags = [
            "--ca",
            file("late.pem", server.ca),
            "--sleep",
            "3s",
            "--ages",
            "0",
            "--runs",
            "1",
            "--tls",
            "1.2",
        ]
        const args = ["probe", server.server, ...flags, "--state", state]
        const first = startCommand(args)
        await first.shows("resumed")
        first.process.kill("SIGINT")
        await first.ended
        // The machine is off, and the server forgets meanwhile.
        await wait(7000)
        const second = await startCommand([...args, "--json", "-"]).ended
        expect(second.code).toBe(2)
        expect(second.stderr).toMatch(/the session that was to tell is \S+ s too old, as this machine was off or busy/)
        const { verdict, advice, ages } = JSON.parse(second.stdout)
        expect(verdict.answer).toBe("could-not-tell")
        expect(advice[0].code).toBe("late")
        expect(Math.max(...ages.map(({ lateMs }: { lateMs: number }) => lateMs))).toBeGreaterThan(2000)
    })

    test("does not go on from a file of something else", async () => {
        const state = file("other.json", '{"schema": "else"}')
        expect(await refusal("localhost:1", "--state", state)).toContain("delete it to begin anew")
    })
})

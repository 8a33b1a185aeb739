// What curl and we say of one server, trusting the same CAs.
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type ErrorCode, WarmhelloError } from "#warmhello/base/errors.js"
import { Client, type TlsVersion } from "#warmhello/core/client.js"
import { losePower } from "#warmhello/core/platform.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"

export interface Visitor {
    host: string
    port: number
    /** A file of CAs, or a bundle. */
    ca: Buffer
    version: TlsVersion
}

const TIMEOUT_MS = 20_000

/** An address of IP version 6 stands in brackets in a URL. */
const inUrl = (host: string): string => (host.includes(":") && !host.startsWith("[") ? `[${host}]` : host)

export interface CurlVerdict {
    exitCode: number
    /** Its own words. */
    says: string
}

/** Runs curl with its default settings, and no other CAs than those given. */
export async function askCurl({ host, port, ca, version }: Visitor, folder: string): Promise<CurlVerdict> {
    const file = join(folder, `ca-${port}.pem`)
    writeFileSync(file, ca)
    const args = [
        ...["--disable", "--silent", "--show-error", "--noproxy", "*", "--output", "/dev/null"],
        ...["--max-time", String(TIMEOUT_MS / 1000), "--cacert", file, "--capath", folder],
        ...[`--tlsv${version}`, "--tls-max", version, "--connect-to", `::127.0.0.1:${port}`],
        `https://${inUrl(host)}:${port}/`,
    ]
    return await new Promise((done) => {
        // Its names of other alphabets need a locale that has them.
        execFile("curl", args, { env: { ...process.env, LC_ALL: "C.UTF-8" } }, (error, _, stderr) => {
            const exitCode = error === null ? 0 : Number(error.code ?? -1)
            done({ exitCode, says: stderr.split("\n")[0] ?? "" })
        })
    })
}

export interface OurVerdict {
    says: "open" | ErrorCode
    /** wolfSSL's number for it. */
    wolfsslError: number
}

/** A new client opens a connection, asks and reads the answer. */
export async function askUs({ host, port, ca, version }: Visitor): Promise<OurVerdict> {
    losePower()
    const options = { host, port, ca, minVersion: version, maxVersion: version, tickets: true }
    try {
        using client = new Client(options)
        return await visitWith(client, port)
    } catch (error) {
        if (!(error instanceof WarmhelloError)) throw error
        return { says: error.code, wolfsslError: 0 }
    }
}

/** The same with a client that there is. */
export async function visitWith(client: Client, port: number): Promise<OurVerdict> {
    const socket = new TlsSocket(client, { host: "127.0.0.1", port, connectTimeoutMs: TIMEOUT_MS })
    try {
        await exchange(socket)
        return { says: "open", wolfsslError: 0 }
    } catch (error) {
        if (!(error instanceof WarmhelloError)) throw error
        return { says: error.code, wolfsslError: socket.outcome?.wolfsslError ?? 0 }
    }
}

async function exchange(socket: TlsSocket): Promise<void> {
    let answer = ""
    socket.on("data", (bytes) => (answer += bytes.toString("latin1")))
    await new Promise<void>((done, failed) => {
        socket.on("end", done)
        socket.on("error", failed)
        socket.write(Buffer.from("GET / HTTP/1.1\r\n\r\n"))
        socket.connect()
    })
    if (!answer.endsWith("ok")) throw new Error(`the server's answer came as ${JSON.stringify(answer)}`)
}

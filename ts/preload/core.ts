// The C core as the preload uses it, set up by the environment. Loaded at the first connection.
import { existsSync, writeFileSync } from "node:fs"
import { rootCertificates } from "node:tls"
import { hostAndPort, readFile, versionRange } from "../cli/options.js"
import { reportError } from "../cli/output.js"
import { Client } from "../core/client.js"
import { loadState, saveState } from "../core/platform.js"
import { TlsSocket } from "../core/tls-socket.js"
import { WarmhelloError } from "../errors.js"

const environment = process.env
const file = (path: string | undefined) => (path === undefined ? undefined : readFile(path))

/** A setting of the environment, with its name in the error if it cannot be used. */
function setting<T>(name: string, text: string, parse: (text: string) => T): T {
    try {
        return parse(text)
    } catch (error) {
        throw new WarmhelloError("bad-option", `${name}=${text}: ${(error as Error).message}`)
    }
}

function identity(): { certificate: Buffer; key: Buffer } | undefined {
    const certificate = file(environment.WARMHELLO_CERT)
    const key = file(environment.WARMHELLO_KEY)
    return certificate !== undefined && key !== undefined ? { certificate, key } : undefined
}

function makeClient(peer: { host: string; port: number }): Client {
    return new Client({
        ...peer,
        ...setting("WARMHELLO_TLS", environment.WARMHELLO_TLS ?? "auto", versionRange),
        ca: file(environment.WARMHELLO_CA) ?? Buffer.from(rootCertificates.join("\n")),
        identity: identity(),
        alpn: environment.WARMHELLO_ALPN,
        tickets: true,
    })
}

let stateLoaded = false

/** The RTC slot of the run before, as after deep sleep. */
function wakeUp(): void {
    const path = environment.WARMHELLO_STATE
    if (stateLoaded || path === undefined) return
    stateLoaded = true
    if (existsSync(path)) loadState(readFile(path))
    process.once("exit", () => writeFileSync(path, saveState(), { mode: 0o600 }))
}

function report(socket: TlsSocket): void {
    const outcome = socket.outcome
    if (outcome === undefined) return
    const { result, reason, protocol, kind, handshakeUs, bytesTx, bytesRx } = outcome
    const words = [protocol, kind].filter((word) => word !== null).join(" ")
    process.stderr.write(
        `warmhello: ${result} (${reason}), ${words}, handshake ${(handshakeUs / 1000).toFixed(2)} ms, ` +
            `sent ${bytesTx} B, received ${bytesRx} B\n`,
    )
}

/** Opens the VM's connection. Throws a WarmhelloError for an environment that cannot be used. */
export function connectVm(peer: { host: string; port: number }): TlsSocket {
    wakeUp()
    const client = makeClient(peer)
    const elsewhere = environment.WARMHELLO_SERVER
    const socket = new TlsSocket(client, {
        ...(elsewhere === undefined ? peer : setting("WARMHELLO_SERVER", elsewhere, hostAndPort)),
        connectTimeoutMs: 10_000,
    })
    socket.on("open", () => report(socket))
    socket.on("error", (error) => reportError(error))
    socket.once("closed", () => client[Symbol.dispose]())
    socket.connect()
    return socket
}

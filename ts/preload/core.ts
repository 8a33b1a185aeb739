// The C core as the preload uses it, set up by the environment. Loaded at the first connection.
import "#living-node"
import { existsSync } from "node:fs"
import { rootCertificates } from "node:tls"
import { WarmhelloError } from "../base/errors.js"
import { readFile, writeWhole } from "../base/files.js"
import { environmentNames, hintsFor } from "../base/hints.js"
import { Client, type Policy } from "../core/client.js"
import { loadState, losePower, saveState } from "../core/platform.js"
import type { Service } from "../core/service.js"
import { parseDuration, parseHostAndPort, parseVersionRange, parseYesOrNo, readIdentity } from "../core/settings.js"
import { TlsSocket } from "../core/tls-socket.js"

const environment = process.env
hintsFor(environmentNames)

function say(text: string): void {
    process.stderr.write(`warmhello: ${text}\n`)
}

/** A setting of the environment, with its name in the error if it cannot be used. */
function setting<T>(name: string, standard: string | undefined, parse: (text: string) => T): T | undefined {
    const text = environment[name] ?? standard
    if (text === undefined) return undefined
    try {
        return parse(text)
    } catch (error) {
        throw new WarmhelloError("bad-option", `${name}=${text}: ${(error as Error).message}`)
    }
}

interface Peer {
    host: string
    port: number
}

/** Of several peers, one can be pinned to keep its session. */
function policyFor(peer: Peer): Policy {
    const pinned = setting("WARMHELLO_PIN", undefined, parseHostAndPort)
    const ticketWaitMs = setting("WARMHELLO_TICKET_WAIT", undefined, parseDuration)
    const earlyData = setting("WARMHELLO_EARLY_DATA", "0", parseYesOrNo)
    return {
        pinned: pinned?.host === peer.host && pinned.port === peer.port,
        ...(ticketWaitMs !== undefined && { ticketWaitMs }),
        ...(earlyData && { earlyData }),
    }
}

function makeClient(peer: Peer, service: Service | undefined): Client {
    const { WARMHELLO_CERT, WARMHELLO_KEY, WARMHELLO_ALPN } = environment
    const options = {
        ...peer,
        ...(setting("WARMHELLO_TLS", undefined, parseVersionRange) ?? parseVersionRange("auto")),
        ca: setting("WARMHELLO_CA", undefined, readFile) ?? Buffer.from(rootCertificates.join("\n")),
        identity: readIdentity(WARMHELLO_CERT, WARMHELLO_KEY, ["WARMHELLO_CERT", "WARMHELLO_KEY"]),
        alpn: WARMHELLO_ALPN,
        tickets: true,
        policy: policyFor(peer),
    }
    return new Client(options, service)
}

let isAwake = false

/** Brings the RTC slot of the run before, as after deep sleep; once. */
export function wakeUp(): void {
    const path = environment.WARMHELLO_STATE
    if (isAwake || path === undefined) return
    isAwake = true
    if (existsSync(path)) restore(path)
    process.once("exit", () => fallAsleep(path))
}

/** What is no state is noise, as RTC RAM holds after a loss of power. */
function restore(path: string): void {
    try {
        loadState(readFile(path))
    } catch (error) {
        losePower()
        say(`${path} holds no state of a board, so the session is lost: ${(error as Error).message}`)
    }
}

function fallAsleep(path: string): void {
    try {
        writeWhole(path, saveState(), 0o600)
    } catch (error) {
        say(`WARMHELLO_STATE cannot be written, so the session is lost: ${(error as Error).message}`)
    }
}

function report(socket: TlsSocket): void {
    const outcome = socket.outcome
    if (outcome === undefined) return
    const { result, reason, protocol, kind, handshakeUs, bytesTx, bytesRx, earlyData } = outcome
    const words = [protocol, kind].filter((word) => word !== null).join(" ")
    const handshakeMs = (handshakeUs / 1000).toFixed(2)
    const early = earlyData === null ? "" : `, early data ${earlyData}`
    say(
        `${result} (${reason}), ${words}, handshake ${handshakeMs} ms, sent ${bytesTx} B, received ${bytesRx} B${early}`,
    )
    if (reason === "alternating-peers") say("WARMHELLO_PIN=host:port names the peer that shall keep its session")
}

export function reportError(error: WarmhelloError): void {
    say(`error: ${error.message}${error.hint === "" ? "" : `\n${error.hint}`}`)
}

/** Opens the VM's connection. Throws a WarmhelloError for an environment that cannot be used. A service is told of it,
 * and its settings count. */
export function connectVm(wanted: Peer, service?: Service): TlsSocket {
    wakeUp()
    const peer = setting("WARMHELLO_SERVER", undefined, parseHostAndPort) ?? wanted
    const connectTimeoutMs = setting("WARMHELLO_CONNECT_TIMEOUT", "10s", parseDuration) ?? 0
    const client = makeClient(peer, service)
    const socket = new TlsSocket(client, { ...peer, connectTimeoutMs, observer: service })
    socket.on("secured", () => report(socket))
    socket.on("error", reportError)
    socket.once("closed", () => client[Symbol.dispose]())
    socket.connect()
    return socket
}

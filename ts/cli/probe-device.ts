// The same server asked with a board's own TLS: the core's very ClientHello, once in full, once at once, and once after
// the sleep.
import { rootCertificates } from "node:tls"
import { WarmhelloError } from "../base/errors.js"
import { asBytes } from "../base/files.js"
import type { Outcome } from "../base/outcome.js"
import { Client, type ClientOptions } from "../core/client.js"
import { TlsSocket } from "../core/tls-socket.js"
import { type Pace, realClock } from "../probe/clock.js"
import type { Credentials } from "../probe/credentials.js"
import type { ProbeReport, VersionReport } from "../probe/report.js"
import { requestFor } from "../probe/talk.js"
import { type Target, targetText } from "../probe/target.js"

export interface DeviceOptions {
    target: Target
    credentials: Credentials
    minVersion: ClientOptions["minVersion"]
    maxVersion: ClientOptions["maxVersion"]
    sleepMs: number
    timeoutMs: number
    /** False: the sleep is not waited for. */
    waits: boolean
    pace: Pace
    signal: AbortSignal
}

/** Outcomes are null where it was ended before, or failed. */
export interface DeviceFindings {
    full: Outcome
    atOnce: Outcome | null
    afterSleep: Outcome | null
    /** Why the next connect failed. */
    failure: string | null
}

export interface Difference {
    what: string
    device: string
    node: string
}

export interface DeviceReport extends DeviceFindings {
    differences: Difference[]
}

/** A server that owes no answer is left when it has had the time for a ticket. */
const QUIET_MS = 300
/** One that owes an answer and gives none is left as well: the handshake is what counts. */
const ANSWER_MS = 3000

/** One connect as a wake makes it. Throws why there was no handshake. */
function connectOnce(client: Client, address: string, { target, timeoutMs }: DeviceOptions): Promise<Outcome> {
    const socket = new TlsSocket(client, { host: address, port: target.port, connectTimeoutMs: timeoutMs })
    return new Promise((done, failed) => {
        let timer: NodeJS.Timeout | undefined
        const leave = () => socket.close()
        socket.on("open", () => {
            const request = requestFor(target)
            if (request !== undefined) socket.write(asBytes(request))
            timer = setTimeout(leave, request === undefined ? QUIET_MS : ANSWER_MS)
        })
        socket.on("data", leave)
        socket.on("closed", () => {
            clearTimeout(timer)
            const { outcome } = socket
            if (outcome !== undefined && outcome.result !== "failed" && outcome.result !== "pending") done(outcome)
        })
        socket.on("end", () => {})
        socket.on("error", failed)
        socket.connect()
    })
}

function clientOptions({ target, credentials, minVersion, maxVersion }: Omit<DeviceOptions, "waits">): ClientOptions {
    const { ca, certificate, key, alpn } = credentials
    return {
        ...{ host: target.serverName, port: target.port, minVersion, maxVersion, tickets: true },
        ca: ca ?? Buffer.from(rootCertificates.join("\n")),
        alpn: alpn.length > 0 ? alpn.join(",") : undefined,
        identity: certificate !== undefined && key !== undefined ? { certificate, key } : undefined,
    }
}

/** Made before anything is asked: without the native core there is nothing to wait for. Throws what to do about it. */
export function deviceClient(options: Omit<DeviceOptions, "waits">): Client {
    return new Client(clientOptions(options))
}

/** Asks at this address. Told to end, it gives what it has; without that much it throws. */
export async function probeAsDevice(
    client: Client,
    address: string,
    options: DeviceOptions,
): Promise<DeviceFindings | undefined> {
    const { pace, signal, sleepMs, waits, target } = options
    const found: Outcome[] = []
    let failure: string | null = null
    const next = async () => {
        await pace.turn(signal)
        found.push(await connectOnce(client, address, options))
    }
    try {
        await next()
        await next()
        if (waits) {
            await realClock.wait(sleepMs, signal)
            await next()
        }
    } catch (error) {
        if (error instanceof WarmhelloError) {
            const message = `as a device, ${targetText(target)}: ${error.message}`
            if (found.length === 0) throw new WarmhelloError(error.code, message, { cause: error })
            failure = error.message
        } else if (!signal.aborted) throw error
    }
    const [full, atOnce = null, afterSleep = null] = found
    return full === undefined ? undefined : { full, atOnce, afterSleep, failure }
}

const words = ({ afterSleep, failure }: DeviceFindings): string =>
    afterSleep?.result ?? (failure === null ? "not tried" : "failed")

/** What Node's handshake would be told as in the words of an outcome. */
function nodes({ verdict, isWaitSpared }: ProbeReport): string {
    if (verdict.answer === "could-not-tell" || isWaitSpared) return "not tried"
    return verdict.answer === "does-not-resume" ? "full" : "resumed"
}

function bytesDiffer(what: string, outcome: Outcome | null, version: VersionReport | undefined): Difference[] {
    const figures = outcome?.result === "resumed" ? version?.resumed : version?.full
    if (outcome === null || figures === null || figures === undefined) return []
    const device = `${outcome.bytesTx} + ${outcome.bytesRx} B, ${outcome.flights} flights`
    const { bytesTx, bytesRx, flights } = figures
    const node = `${Math.round(bytesTx.median)} + ${Math.round(bytesRx.median)} B, ${Math.round(flights.median)} flights`
    return device === node ? [] : [{ what, device, node }]
}

/** Where the two saw different things. */
export function differencesOf(found: DeviceFindings, report: ProbeReport): Difference[] {
    const version = report.versions.find(({ isDevices }) => isDevices)
    const pairs: [string, string, string][] = [
        ["after the sleep", words(found), nodes(report)],
        ["protocol", found.full.protocol ?? "none", version?.protocol ?? "none"],
        ["kind of session", found.atOnce?.kind ?? "none", found.atOnce?.kind ? (version?.kind ?? "none") : "none"],
        ["cipher", found.full.cipher ?? "none", version?.cipher ?? found.full.cipher ?? "none"],
        ["key exchange", found.full.group ?? "none", version?.group ?? found.full.group ?? "none"],
    ]
    return [
        ...pairs.filter(([, device, node]) => device !== node).map(([what, device, node]) => ({ what, device, node })),
        ...bytesDiffer("full handshake", found.full, version),
        ...bytesDiffer("handshake at once", found.atOnce, version),
    ]
}

// The main job: an app through wakes and deep sleeps, and what each wake cost.
import { setTimeout as wait } from "node:timers/promises"
import { type ErrorCode, WarmhelloError } from "../base/errors.js"
import { hasTls, type Outcome } from "../base/outcome.js"
import type { ClientOptions, Policy, TlsVersion } from "../core/client.js"
import { type Learned, learnedOfPeer } from "../core/journal.js"
import * as platform from "../core/platform.js"
import { BUILTIN_HOST, BuiltinServer } from "./builtin-server.js"
import { type DeviceOptions, type DeviceWake, SimulatedDevice } from "./simulated-device.js"
import type { Connect } from "./sockets.js"
import { TimeSkip } from "./time-skip.js"

export interface SimulationOptions extends Omit<DeviceOptions, "client" | "server" | "hasService"> {
    /** A server to connect to; the built-in one without it. */
    server: { host: string; port: number; ca: Buffer } | undefined
    identity?: ClientOptions["identity"]
    psk?: ClientOptions["psk"]
    alpn?: ClientOptions["alpn"]
    minVersion: TlsVersion
    maxVersion: TlsVersion
    tickets: boolean
    policy?: Policy | undefined
    /** Every second wake offers no session, to compare the two. */
    everySecondWakeFull?: boolean
    cycles: number
    /** Instead of what the app asks for. */
    sleepMs: number | undefined
    /** Every how many sleeps the power fails; 0 for never. */
    powerLossEvery: number
    /** File that stands for the device's flash; without it only RTC RAM keeps the session. */
    flash?: string | undefined
    realTime: boolean
    /** Firmware that has the TLS session service; true if left out. */
    hasService?: boolean
    /** How long the built-in server remembers a session. */
    sessionLifetimeS: number
    /** With what the device's core says of the wake's connect, where it came to one. */
    onWake: (wake: Wake, outcome: Outcome | undefined) => void
    signal?: AbortSignal
}

/** A plain run: the built-in server, skipped sleeps, nothing that fails. */
export const plainRun = {
    server: undefined,
    tickets: true,
    sleepMs: undefined,
    powerLossEvery: 0,
    realTime: false,
    connectTimeoutMs: 10_000,
    wakeTimeoutMs: 30_000,
    sessionLifetimeS: 7200,
    onWake: () => {},
    onConsole: () => {},
} satisfies Partial<SimulationOptions>

/** One wake. The fields are those of its last TLS connection, or of the one that failed. */
export interface Wake {
    n: number
    result: "full" | "resumed" | "failed"
    reason: Outcome["reason"] | null
    protocol: Outcome["protocol"]
    kind: Outcome["kind"]
    cipher: string | null
    group: string | null
    handshakeMs: number | null
    /** TLS bytes on the wire until the app could send. */
    bytesTx: number
    bytesRx: number
    flights: number
    /** From the app's call to its open connection, TCP and all attempts included; null when none opened. */
    connectMs: number | null
    /** TLS bytes of all connections and attempts of this wake. */
    totalTx: number
    totalRx: number
    /** Null where the server does not tell. */
    serverSaysResumed: boolean | null
    error: { code: ErrorCode; message: string; hint: string } | null
    /** The server broke the connection off without TLS's goodbye, and the app, which had got so many bytes, went on. */
    truncatedAfterBytes: number | null
    /** After repeated failures of the server: how long the app should leave it alone. */
    backoffS: number
    /** Whether a ticket that had not come was waited for when the app closed, and for how long at most. */
    ticketWait: Outcome["ticketWait"]
    ticketWaitMs: number
    /** What the device remembers of the server by then; null before it has met one, and of an emulated one. */
    learned: Learned | null
    /** TLS connections in this wake, and TCP connections for the one described: 2 after a fall-back. */
    connects: number
    attempts: number
    powerLost: boolean
    /** The sleep before this wake. */
    sleptMs: number
    /** What the server did with what the app wrote first, which left with the hello; null when none was offered to it. */
    earlyData: Outcome["earlyData"]
    /** Where a session waits for the next wake. */
    stored: Outcome["stored"]
    /** Age of the session that was offered, on the device's clock; null when none was or it is unknown. */
    sessionAgeS: number | null
    /** That clock was the real one, also when the sleep before was skipped. */
    ageIsReal: boolean
    wallMs: number
    bootMs: number
}

export interface Simulation {
    wakes: Wake[]
    /** What the app slept; with a remote server and skipped sleeps, no clock moves. */
    clock: "skipped" | "real" | "standing"
    /** The error that ended the run early, if one did. */
    error: WarmhelloError | undefined
}

type Clock = Simulation["clock"]

function clockFor(options: SimulationOptions): Clock {
    if (options.realTime) return "real"
    return options.server === undefined ? "skipped" : "standing"
}

/** Runs the app for `cycles` wakes, or until something fails that the next wake would only repeat. */
export async function simulate(options: SimulationOptions): Promise<Simulation> {
    const clock = clockFor(options)
    using timeSkip = clock === "skipped" ? new TimeSkip() : undefined
    using builtin = options.server === undefined ? await startBuiltin(options, timeSkip) : undefined
    using device = new SimulatedDevice({
        ...options,
        client: clientOptions(options, builtin),
        server: options.server ?? { host: "127.0.0.1", port: builtin?.port ?? 0 },
        hasService: options.hasService ?? true,
    })
    const simulation: Simulation = { wakes: [], clock, error: undefined }
    platform.restartWithFlash(options.flash)
    let before = { sleptMs: 0, powerLost: true }
    for (let n = 1; ; n++) {
        options.signal?.throwIfAborted()
        const report = await device.wake(before.powerLost, policyOf(n, options))
        platform.setWallClockKnown(true) // by SNTP, once there is a network
        const wake = { n, ...before, ageIsReal: clock !== "skipped", ...(await describe(report, builtin)) }
        simulation.wakes.push(wake)
        options.onWake(wake, toldConnect(report)?.socket.outcome)
        simulation.error = reasonToStop(n, report)
        if (n === options.cycles || simulation.error !== undefined) return simulation
        before = await sleepAfter(n, report, clock, options, timeSkip)
        await builtin?.renewWhenDue()
    }
}

function startBuiltin(options: SimulationOptions, timeSkip: TimeSkip | undefined): Promise<BuiltinServer> {
    return BuiltinServer.start({
        sessionLifetimeS: options.sessionLifetimeS,
        stateful: options.maxVersion === "1.3" || !options.tickets,
        timeSkip,
        psk: options.psk,
    })
}

function clientOptions(options: SimulationOptions, builtin: BuiltinServer | undefined): ClientOptions {
    const { minVersion, maxVersion, tickets, identity, psk, alpn } = options
    const peer =
        options.server ??
        (builtin !== undefined ? { host: BUILTIN_HOST, port: builtin.port, ca: builtin.ca } : undefined)
    if (peer === undefined) throw new WarmhelloError("server-failed", "there is no server to connect to")
    return { host: peer.host, port: peer.port, ca: peer.ca, minVersion, maxVersion, tickets, identity, psk, alpn }
}

/** The policy of the nth wake. */
function policyOf(n: number, { policy, everySecondWakeFull = false }: SimulationOptions): Policy | undefined {
    return everySecondWakeFull && n % 2 === 0 ? { ...policy, disabled: true } : policy
}

/** The sleep after the nth wake, on the clock of this run. */
async function sleepAfter(
    n: number,
    report: DeviceWake,
    clock: Clock,
    options: SimulationOptions,
    timeSkip: TimeSkip | undefined,
): Promise<Pick<Wake, "sleptMs" | "powerLost">> {
    const sleptMs = options.sleepMs ?? report.sleepMs ?? 0
    if (clock === "real") {
        await wait(sleptMs, undefined, options.signal === undefined ? {} : { signal: options.signal })
    } else if (clock === "skipped") {
        timeSkip?.skip(sleptMs)
        platform.sleep(sleptMs)
    }
    const powerLost = options.powerLossEvery > 0 && n % options.powerLossEvery === 0
    if (powerLost) {
        platform.losePower()
        platform.setWallClockKnown(false)
    }
    return { sleptMs, powerLost }
}

/** What went wrong with the app itself. */
function appFailure({ error, connects }: DeviceWake): WarmhelloError | undefined {
    if (error !== undefined || connects.length > 0) return error
    return new WarmhelloError("never-connected", "the app went to sleep without a TLS connection")
}

/** Many servers leave out close_notify. Whether all had come only the app can tell, by the length that HTTP gave it
 * (RFC 9112 9.8): it hears of it, and one that sleeps all the same has what it wanted. */
const isTruncated = ({ opened, error, receivedBytes }: Connect): boolean =>
    opened && error?.code === "truncated" && receivedBytes > 0

const hasFailed = (connect: Connect): boolean => connect.error !== undefined && !isTruncated(connect)

/** What went wrong first: an app may throw because its connect failed. */
function firstFailure(report: DeviceWake): WarmhelloError | undefined {
    return report.connects.find(hasFailed)?.error ?? appFailure(report) ?? closedEarly(report)
}

/** An app that hangs up, or sleeps, before its connection is open. */
function closedEarly({ connects }: DeviceWake): WarmhelloError | undefined {
    if (connects.at(-1)?.opened !== false) return undefined
    return new WarmhelloError("closed-early", "the app closed its connection, or slept, before it was open")
}

/** A failure of the app ends the run; a failed connect only when nothing has ever worked. */
function reasonToStop(n: number, report: DeviceWake): WarmhelloError | undefined {
    return n === 1 || report.error !== undefined ? firstFailure(report) : appFailure(report)
}

/** What a wake shows when it did not come to TLS, or not to an end of it. */
const nothingMeasured = {
    reason: null,
    protocol: null,
    kind: null,
    cipher: null,
    group: null,
    handshakeMs: null,
    bytesTx: 0,
    bytesRx: 0,
    flights: 0,
    sessionAgeS: null,
    earlyData: null,
}

function allBytes({ connects }: DeviceWake): { totalTx: number; totalRx: number } {
    const outcomes = connects.flatMap(({ socket }) => socket.outcomes)
    return {
        totalTx: outcomes.reduce((sum, { totalTx }) => sum + totalTx, 0),
        totalRx: outcomes.reduce((sum, { totalRx }) => sum + totalRx, 0),
    }
}

function measured(outcome: Outcome) {
    const { reason, protocol, kind, cipher, group, handshakeUs, bytesTx, bytesRx, flights } = outcome
    const { sessionAgeS, earlyData } = outcome
    const handshakeMs = handshakeUs / 1000
    return { reason, protocol, kind, cipher, group, handshakeMs, bytesTx, bytesRx, flights, sessionAgeS, earlyData }
}

/** The connect that a wake is described by. */
const toldConnect = ({ connects }: DeviceWake): Connect | undefined => connects.find(hasFailed) ?? connects.at(-1)

async function describe(
    report: DeviceWake,
    builtin: BuiltinServer | undefined,
): Promise<Omit<Wake, "n" | "sleptMs" | "powerLost" | "ageIsReal">> {
    const connect = toldConnect(report)
    const outcome = connect?.socket.outcome
    const error = firstFailure(report)
    return {
        result: error === undefined ? succeeded(outcome) : "failed",
        ...(hasTls(outcome) && outcome.result !== "pending" ? measured(outcome) : nothingMeasured),
        stored: platform.storedTiers(),
        connectMs: connect?.socket.connectMs ?? null,
        ...allBytes(report),
        serverSaysResumed: await askServer(connect, builtin),
        error: error === undefined ? null : { code: error.code, message: error.message, hint: error.hint },
        truncatedAfterBytes: report.connects.find(isTruncated)?.receivedBytes ?? null,
        backoffS: outcome?.backoffS ?? 0,
        ticketWait: outcome?.ticketWait ?? null,
        ticketWaitMs: outcome?.ticketWaitMs ?? 0,
        learned: learnedOfPeer(),
        connects: report.connects.length,
        attempts: connect?.socket.attempts ?? 0,
        wallMs: report.wallMs,
        bootMs: report.bootMs,
    }
}

function succeeded(outcome: Outcome | undefined): Wake["result"] {
    return outcome?.result === "full" || outcome?.result === "resumed" ? outcome.result : "failed"
}

async function askServer(connect: Connect | undefined, builtin: BuiltinServer | undefined): Promise<boolean | null> {
    const port = connect?.socket.localPort
    if (builtin === undefined || connect?.opened !== true || port === undefined) return null
    return builtin.saysResumed(port)
}

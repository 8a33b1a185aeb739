// The main job: an app through wakes and deep sleeps, and what each wake cost.
import { setTimeout as wait } from "node:timers/promises"
import type { Outcome } from "../core/outcome.js"
import * as platform from "../core/platform.js"
import type { ClientOptions, TlsVersion } from "../core/client.js"
import { type ErrorCode, WarmhelloError } from "../errors.js"
import { type AppLine, Board, type WakeReport } from "./board.js"
import { BUILTIN_HOST, BuiltinServer } from "./builtin-server.js"
import type { Connect } from "./sockets.js"
import { TimeSkip } from "./time-skip.js"

export interface SimulationOptions {
    program: Uint8Array
    /** A server to connect to; the built-in one without it. */
    server: { host: string; port: number; ca: Buffer } | undefined
    minVersion: TlsVersion
    maxVersion: TlsVersion
    tickets: boolean
    cycles: number
    /** Instead of what the app asks for. */
    sleepMs: number | undefined
    /** Every how many sleeps the power fails; 0 for never. */
    powerLossEvery: number
    realTime: boolean
    connectTimeoutMs: number
    wakeTimeoutMs: number
    /** How long the built-in server remembers a session. */
    sessionLifetimeS: number
    onWake: (wake: Wake) => void
    onConsole: (line: AppLine) => void
    signal?: AbortSignal
}

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
    /** TLS bytes of the whole connection. */
    totalTx: number
    totalRx: number
    /** Null where the server does not tell. */
    serverSaysResumed: boolean | null
    error: { code: ErrorCode; message: string; hint: string } | null
    /** TLS connections in this wake, and TCP connections for the one described: 2 after a fall-back. */
    connects: number
    attempts: number
    powerLost: boolean
    /** The sleep before this wake and, in seconds, the age of the session that was offered. */
    sleptMs: number
    sessionAgeS: number
    wallMs: number
    bootMs: number
}

export interface Simulation {
    wakes: Wake[]
    /** What the app slept; with a remote server and skipped sleeps, no clock moves. */
    clock: "skipped" | "real" | "standing"
    requests: string[]
    /** The error that ended the run early, if one did. */
    error: WarmhelloError | undefined
}

export async function simulate(options: SimulationOptions): Promise<Simulation> {
    const skips = options.server === undefined && !options.realTime
    using timeSkip = skips ? new TimeSkip() : undefined
    using builtin =
        options.server === undefined
            ? await BuiltinServer.start({
                  sessionLifetimeS: options.sessionLifetimeS,
                  stateful: options.maxVersion === "1.3" || !options.tickets,
                  timeSkip,
              })
            : undefined
    const board = new Board({
        program: options.program,
        client: clientOptions(options, builtin),
        server: options.server ?? { host: "127.0.0.1", port: builtin?.port ?? 0 },
        connectTimeoutMs: options.connectTimeoutMs,
        wakeTimeoutMs: options.wakeTimeoutMs,
        onConsole: options.onConsole,
    })
    const simulation: Simulation = {
        wakes: [],
        clock: skips ? "skipped" : options.realTime ? "real" : "standing",
        requests: builtin?.requests ?? [],
        error: undefined,
    }
    platform.losePower()
    let sleptMs = 0
    let powerLost = true
    for (let n = 1; n <= options.cycles && simulation.error === undefined; n++) {
        options.signal?.throwIfAborted()
        const report = await board.wake()
        const wake = await describe(n, report, builtin, { sleptMs, powerLost })
        simulation.wakes.push(wake)
        options.onWake(wake)
        simulation.error = reasonToStop(n, report)
        if (n === options.cycles || simulation.error !== undefined) break
        sleptMs = options.sleepMs ?? report.sleepMs ?? 0
        await sleep(sleptMs, simulation.clock, timeSkip, options.signal)
        powerLost = options.powerLossEvery > 0 && n % options.powerLossEvery === 0
        if (powerLost) platform.losePower()
    }
    return simulation
}

function clientOptions(options: SimulationOptions, builtin: BuiltinServer | undefined): ClientOptions {
    const { minVersion, maxVersion, tickets } = options
    const peer =
        options.server ??
        (builtin !== undefined ? { host: BUILTIN_HOST, port: builtin.port, ca: builtin.ca } : undefined)
    if (peer === undefined) throw new WarmhelloError("server-failed", "there is no server to connect to")
    return { host: peer.host, port: peer.port, ca: peer.ca, minVersion, maxVersion, tickets }
}

async function sleep(
    durationMs: number,
    clock: Simulation["clock"],
    timeSkip: TimeSkip | undefined,
    signal: AbortSignal | undefined,
): Promise<void> {
    if (clock === "real") await wait(durationMs, undefined, signal === undefined ? {} : { signal })
    if (clock !== "skipped") return
    timeSkip?.skip(durationMs)
    platform.sleep(durationMs)
}

/** A failure of the app ends the run; a failed connect only when nothing has ever worked. */
function reasonToStop(n: number, report: WakeReport): WarmhelloError | undefined {
    const connectError = report.connects.find((connect) => connect.error !== undefined)?.error
    if (report.error !== undefined) return n === 1 ? (connectError ?? report.error) : report.error
    if (report.connects.length === 0) {
        return new WarmhelloError("never-connected", "the app went to sleep without a TLS connection")
    }
    return n === 1 ? connectError : undefined
}

async function describe(
    n: number,
    report: WakeReport,
    builtin: BuiltinServer | undefined,
    before: { sleptMs: number; powerLost: boolean },
): Promise<Wake> {
    const connect = report.connects.find(({ error }) => error !== undefined) ?? report.connects.at(-1)
    const outcome = connect?.socket.outcome
    const error = connect?.error ?? report.error ?? null
    return {
        n,
        result: error === null ? succeeded(outcome) : "failed",
        reason: outcome?.reason ?? null,
        protocol: outcome?.protocol ?? null,
        kind: outcome?.kind ?? null,
        cipher: outcome?.cipher ?? null,
        group: outcome?.group ?? null,
        handshakeMs: outcome === undefined ? null : outcome.handshakeUs / 1000,
        bytesTx: outcome?.bytesTx ?? 0,
        bytesRx: outcome?.bytesRx ?? 0,
        flights: outcome?.flights ?? 0,
        totalTx: outcome?.totalTx ?? 0,
        totalRx: outcome?.totalRx ?? 0,
        serverSaysResumed: await askServer(connect, builtin),
        error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
        connects: report.connects.length,
        attempts: connect?.socket.attempts ?? 0,
        ...before,
        sessionAgeS: outcome?.sessionAgeS ?? 0,
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

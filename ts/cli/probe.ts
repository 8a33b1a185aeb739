// `warmhello probe HOST`: will this server resume after my sleep?
import pc from "picocolors"
import { exitCodes, WarmhelloError } from "../base/errors.js"
import { readFile } from "../base/files.js"
import type { Client } from "../core/client.js"
import { readIdentity, type VersionRange } from "../core/settings.js"
import { lifetimeIn, sharingIn } from "../probe/advice.js"
import { agesFor, inOrder } from "../probe/ages.js"
import { Pace } from "../probe/clock.js"
import { powerFor } from "../probe/cost.js"
import { readCredentials } from "../probe/credentials.js"
import { probe } from "../probe/probe.js"
import { proxyFor } from "../probe/proxy.js"
import { reached } from "../probe/record.js"
import { type ProbeReport, reportOf } from "../probe/report.js"
import { serverNamed, servers } from "../probe/servers.js"
import { brokerAt, type Language, readTarget, type Target, targetText } from "../probe/target.js"
import { isForegone } from "../probe/verdict.js"
import { protocolOf, type Way, ways } from "../probe/ways.js"
import { time } from "../run/units.js"
import { holdInterrupt, interruptCode } from "./interrupt.js"
import { Output, reportError } from "./output.js"
import {
    type DeviceFindings,
    type DeviceOptions,
    type DeviceReport,
    deviceClient,
    differencesOf,
    probeAsDevice,
} from "./probe-device.js"
import { ProbeProgress } from "./probe-progress.js"
import { StateFile } from "./probe-state.js"
import { deviceLines, reportLines, settingLines, wrapped } from "./probe-text.js"
import { packageVersion } from "./version.js"

export interface ProbeFlags {
    ca?: string
    sleep?: number
    ages?: number[]
    servername?: string
    speak?: Language
    cert?: string
    key?: string
    alpn?: string
    asDevice?: boolean
    tls: VersionRange
    runs: number
    wait?: boolean
    state?: string
    connectTimeout: number
    board: string
    cell: string
    regulator: string
    json?: string
    settings?: string
}

const STANDARD_SLEEP_MS = 600_000

/** Those of the sleep where none are given; that of the sleep is always among them. */
function agesBy({ sleep, ages }: ProbeFlags): { sleepMs: number; agesMs: number[] } {
    const sleepMs = sleep ?? (ages === undefined ? STANDARD_SLEEP_MS : Math.max(1, ...ages))
    return { sleepMs, agesMs: inOrder(ages === undefined ? agesFor(sleepMs) : [...ages, sleepMs]) }
}

function waysBy({ tls }: ProbeFlags): Way[] {
    const isAsked = (way: Way) => {
        const version = protocolOf(way).replace("TLS", "")
        return version >= tls.minVersion && version <= tls.maxVersion
    }
    return ways.filter(isAsked)
}

function credentialsBy({ ca, cert, key, alpn }: ProbeFlags) {
    const identity = readIdentity(cert, key, ["--cert", "--key"])
    const files = {
        ca: ca === undefined ? undefined : readFile(ca),
        certificate: identity?.certificate,
        key: identity?.key,
        alpn: alpn?.split(",").map((name) => name.trim()) ?? [],
    }
    return readCredentials(files, Date.now())
}

/** What `--json` writes. */
interface Found extends ProbeReport {
    /** With --as-device; null where it had no time. */
    device?: DeviceReport | null
}

/** Once an address has been reached, beside all else. */
class Device implements Disposable {
    readonly #client: Client
    readonly #options: Omit<DeviceOptions, "waits">
    #found: Promise<DeviceFindings | undefined> | undefined

    constructor(options: Omit<DeviceOptions, "waits">) {
        this.#options = options
        this.#client = deviceClient(options)
    }

    start(address: string, waits: boolean): void {
        this.#found ??= probeAsDevice(this.#client, address, { ...this.#options, waits })
        this.#found.catch(() => {}) // it is waited for below
    }

    async findings(): Promise<DeviceFindings | undefined> {
        return await this.#found
    }

    [Symbol.dispose](): void {
        this.#client[Symbol.dispose]()
    }
}

async function probeAs(
    target: Target,
    flags: ProbeFlags,
    output: Output,
    file: StateFile | undefined,
    signal: AbortSignal,
): Promise<Found> {
    const credentials = credentialsBy(flags)
    const { sleepMs, agesMs } = agesBy(flags)
    const proxy = proxyFor(target, process.env)
    const { board, cell, regulator, connectTimeout: timeoutMs, wait: waits = false } = flags
    powerFor({ board, cell, regulator })
    const asked = waysBy(flags)
    const record = file?.read({ target, sleepMs, agesMs, ways: asked })
    if (proxy !== undefined && flags.asDevice === true)
        throw new WarmhelloError("bad-option", "--as-device goes through no proxy: unset HTTPS_PROXY, or set NO_PROXY")
    const pace = new Pace()
    using device =
        flags.asDevice === true
            ? new Device({ target, credentials, ...flags.tls, sleepMs, timeoutMs, pace, signal })
            : undefined
    const progress = new ProbeProgress(output)
    output.line(pc.bold(`${targetText(target)}${proxy === undefined ? "" : ` through ${proxy.text}`}`))
    holdInterrupt()
    const probed = await probe({
        ...{ target, credentials, proxy, ways: asked, sleepMs, agesMs, runs: flags.runs, signal, record },
        ...{ timeoutMs, pace, waits },
        keep: (known) => file?.keep(known),
        onEvent: (event) => {
            progress.show(event)
            if (event.kind !== "surveyed") return
            device?.start(reached(event.record)[0]?.address ?? target.host, waits || !isForegone(event.record))
        },
    }).finally(() => progress.end())
    const report = reportOf(probed.record, {
        ...{ complete: probed.complete, isWaitSpared: probed.isWaitSpared, ca: credentials.ca },
        hasCertificate: credentials.certificate !== undefined,
        cost: { board, cell, regulator },
        ...{ toolVersion: packageVersion(), now: Date.now() },
    })
    if (device === undefined) return report
    const findings = await device.findings()
    return {
        ...report,
        device: findings === undefined ? null : { ...findings, differences: differencesOf(findings, report) },
    }
}

const NOBODY_THERE: readonly string[] = ["connection-refused", "connect-timeout", "host-unreachable"]

/** Who names no port means a broker as well, where no web server is. */
async function probeEither(
    server: string,
    flags: ProbeFlags,
    output: Output,
    file: StateFile | undefined,
    signal: AbortSignal,
): Promise<Found> {
    const target = readTarget(server, flags.speak, flags.servername)
    const broker = brokerAt(server, target, flags.speak)
    try {
        return await probeAs(target, flags, output, file, signal)
    } catch (error) {
        if (broker === undefined || !(error instanceof WarmhelloError)) throw error
        const isNobodyThere = NOBODY_THERE.includes(error.code)
        // Of the broker, if it goes on.
        if (!isNobodyThere && error.code !== "state-of-another") throw error
        if (isNobodyThere) {
            const text = `${error.message}. No port was named, so a broker is tried next.`
            for (const line of wrapped(text, output.columns, "  ")) output.line(line)
        }
        return await probeAs(broker, flags, output, file, signal)
    }
}

/** A device that was asked for has the last word. */
export function probeExitCode({ verdict, complete, device }: Pick<Found, "verdict" | "complete" | "device">): number {
    if (!complete) return interruptCode()
    const word = device?.afterSleep?.result
    if (word === "full" || (device?.failure ?? null) !== null) return exitCodes.expectation.code
    if (verdict.answer === "resumes") return exitCodes.ok.code
    return verdict.answer === "could-not-tell" ? exitCodes.usage.code : exitCodes.expectation.code
}

/** Prints what to set in one server program. Throws `bad-option` with the names that there are. */
function printSettings(name: string, sleepMs: number, output: Output): void {
    const server = serverNamed(name)
    if (server === undefined) {
        const names = servers.map((one) => one.name).join(", ")
        throw new WarmhelloError("bad-option", `there are no settings for ${name}; there are those for ${names}`)
    }
    for (const [use, setting] of [
        [`So that sessions outlive a sleep of ${time(sleepMs)}:`, lifetimeIn(server, sleepMs)],
        ["For several machines behind one name, the same on each:", sharingIn(server)],
    ] as const) {
        output.line(pc.bold(use))
        for (const line of settingLines({ server: server.name, ...setting }, output.columns)) output.line(line)
    }
}

export async function probeCommand(server: string | undefined, flags: ProbeFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    if (flags.settings !== undefined) return printSettings(flags.settings, agesBy(flags).sleepMs, output)
    if (server === undefined)
        throw new WarmhelloError("bad-option", "name the server to ask: warmhello probe HOST[:PORT]")
    const file = flags.state === undefined ? undefined : new StateFile(flags.state, output)
    try {
        const report = await probeEither(server, flags, output, file, signal)
        for (const line of reportLines(report, output.columns)) output.line(line)
        if (report.device) for (const line of deviceLines(report.device, output.columns)) output.line(line)
        if (!report.complete) output.line(file?.outlook ?? "With --state FILE a probe goes on later.")
        output.json(report)
        process.exitCode = probeExitCode(report)
    } catch (error) {
        // Whoever asks whether the server resumes is answered by three codes: yes, no, could not tell.
        const isUntold = error instanceof WarmhelloError && (error.class === "network" || error.class === "peer")
        if (!isUntold) throw error
        reportError(error)
        process.exitCode = exitCodes.usage.code
    }
}

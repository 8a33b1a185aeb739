// `warmhello simulate` and, for `npm start`, `warmhello start`.
import { cpSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { rootCertificates } from "node:tls"
import pc from "picocolors"
import { WarmhelloError } from "../base/errors.js"
import { readFile } from "../base/files.js"
import { checkoutPath } from "../base/paths.js"
import { TemporaryFolder } from "../base/temporary.js"
import { Client } from "../core/client.js"
import type { Policy, PreSharedKey } from "../core/config.js"
import type { Profile } from "../core/kinds.js"
import { readProvisionImage } from "../core/provision.js"
import { type HostAndPort, readIdentity, type VersionRange } from "../core/settings.js"
import { compile } from "../devicescript/compile.js"
import { type McuKind, RemoteCore } from "../mcu/remote-core.js"
import { provisionImage } from "../provision/provision.js"
import { checkBudget } from "../run/budget.js"
import type { AppLine } from "../sim/simulated-device.js"
import { type Simulation, type SimulationOptions, simulate, type Wake } from "../sim/simulation.js"
import { type BudgetFlags, holdBudget, printBudget } from "./budget.js"
import { Explanation, explainSummary } from "./explain.js"
import { Output } from "./output.js"
import { figuresOfSimulation } from "./simulated-figures.js"
import { wakeReports } from "./wake-reports.js"
import { type Summary, summarize, summaryLines, WakeTable } from "./wake-table.js"

export interface SimulateFlags extends Pick<BudgetFlags, "budget"> {
    server?: HostAndPort
    provision?: string
    ca?: string
    cert?: string
    key?: string
    psk?: PreSharedKey
    alpn?: string
    cycles: number
    sleep?: number
    powerLossEvery: number
    tls: VersionRange
    /** commander's form of --no-tickets */
    tickets: boolean
    earlyData?: boolean
    mcu?: McuKind
    /** and of --no-service; not there for `start` */
    service?: boolean
    flash?: string
    realTime: boolean
    connectTimeout: number
    wakeTimeout: number
    serverForgets: number
    verbose: boolean
    explain?: boolean
    profile?: Profile
    report?: URL
    json?: string
}

export const SAMPLE_APP = "devs/src/app.ts"

/** Those that Node comes with. */
const publicRoots = () => Buffer.from(rootCertificates.join("\n"))

function serverFrom(flags: SimulateFlags): SimulationOptions["server"] {
    const ca = flags.ca === undefined ? undefined : readFile(flags.ca)
    if (flags.server === undefined) {
        if (ca !== undefined)
            throw new WarmhelloError("bad-option", "--ca goes with --server: the built-in server brings its own CA")
        return undefined
    }
    return { ...flags.server, ca: ca ?? publicRoots() }
}

type Target = Pick<
    SimulationOptions,
    "server" | "identity" | "psk" | "alpn" | "minVersion" | "maxVersion" | "tickets" | "policy" | "everySecondWakeFull"
>

/** The strict profile has TLS 1.3 alone. */
const versionsOf = ({ tls, profile }: SimulateFlags): VersionRange =>
    profile === "strict" ? { ...tls, minVersion: "1.3" } : tls

function refuseBesideStrict({ profile, tls, earlyData }: SimulateFlags): void {
    if (profile !== "strict") return
    if (earlyData === true) throw new WarmhelloError("bad-option", "--early-data does not go with --profile strict")
    if (tls.maxVersion !== "1.3") throw new WarmhelloError("bad-option", "--profile strict has TLS 1.3 alone")
}

function policyOf({ profile, earlyData }: SimulateFlags): Policy | undefined {
    if (profile === undefined && earlyData !== true) return undefined
    return { ...(profile !== undefined && { profile }), ...(earlyData === true && { earlyData }) }
}

/** Whom to connect to and how: from a provisioning file by way of its image, as on a board, or from flags. */
function targetFrom(flags: SimulateFlags): Target {
    if (flags.provision === undefined) {
        refuseBesideStrict(flags)
        return {
            server: serverFrom(flags),
            identity: readIdentity(flags.cert, flags.key, ["--cert", "--key"]),
            psk: flags.psk,
            alpn: flags.alpn,
            ...versionsOf(flags),
            tickets: flags.tickets,
            policy: policyOf(flags),
        }
    }
    const { client, everySecondWakeFull } = readProvisionImage(provisionImage(flags.provision))
    const { host, port, ca, ...rest } = client
    return { server: { host, port, ca }, ...rest, everySecondWakeFull }
}

function appPrinter(output: Output, verbose: boolean): (line: AppLine) => void {
    return ({ level, text }) => {
        if (level === "debug" && !verbose) return
        const painted = level === "error" ? pc.red(text) : pc.dim(text)
        output.line(`${pc.dim("app:")} ${painted}`)
    }
}

interface Ran {
    simulation: Simulation
    /** Why not all reports of --report arrived. */
    lost: WarmhelloError | undefined
}

async function run(
    program: Uint8Array,
    target: Target,
    flags: SimulateFlags,
    output: Output,
    signal: AbortSignal,
): Promise<Ran> {
    await using reports = await wakeReports(flags.report)
    const table = new WakeTable(output)
    const told = flags.explain ? new Explanation(output, target.policy?.earlyData === true) : undefined
    using _core = flags.mcu === undefined ? undefined : RemoteCore.start(flags.mcu)
    const simulation = await simulate({
        program,
        ...target,
        cycles: flags.cycles,
        sleepMs: flags.sleep,
        powerLossEvery: flags.powerLossEvery,
        flash: flags.flash,
        realTime: flags.realTime,
        connectTimeoutMs: flags.connectTimeout,
        wakeTimeoutMs: flags.wakeTimeout,
        hasService: flags.service ?? true,
        sessionLifetimeS: Math.max(1, Math.round(flags.serverForgets / 1000)),
        onWake: (wake, outcome) => {
            table.row(wake)
            told?.row(wake)
            reports?.add(outcome)
        },
        onConsole: appPrinter(output, flags.verbose),
        signal,
    })
    return { simulation, lost: await reports?.sent() }
}

function printSummary(output: Output, summary: Summary): void {
    output.line()
    for (const line of summaryLines(summary)) output.line(line)
}

/** A file that cannot be read or used shall not wait for the compiler, and the end of a CA not for a fleet to find out. */
function checkTarget({ server, ...rest }: Target, output: Output): void {
    const standIn = { host: "localhost", port: 443, ca: publicRoots() }
    using client = new Client({ ...standIn, ...server, ...rest })
    if (server === undefined) return // the built-in one brings its own CA
    const { given, usable, ending } = client.cas
    const isPublic = server.ca.equals(publicRoots())
    if (usable === 0) {
        const which = given === 1 ? "the CA is outside its" : `all ${given} CAs are outside their`
        throw new WarmhelloError(isPublic ? "clock-suspect" : "ca-expired", `by this machine's clock ${which} dates`)
    }
    if (!isPublic && ending > 0) {
        output.line(
            pc.yellow(`${ending} of ${usable} CAs in use end within 60 days: give devices the next ones in time.`),
        )
    }
}

function asJson(app: string, target: Target, mcu: McuKind | undefined, simulation: Simulation) {
    const { server, minVersion, maxVersion, tickets } = target
    return {
        app,
        server: server === undefined ? "built-in" : `${server.host}:${server.port}`,
        tls: { minVersion, maxVersion },
        tickets,
        /** With one, a handshake's milliseconds are millions of instructions. */
        mcu: mcu ?? null,
        wakes: simulation.wakes,
        summary: summarize(simulation),
    }
}

const clockNotes: Record<Simulation["clock"], string | undefined> = {
    skipped: "Sleeps are skipped; the server's clock skips along.",
    real: undefined,
    standing: "Sleeps are skipped, but the server's clock is real: a session's age is the real time since it was made.",
}

/** In a copy of its project, as the package may be in a folder that is somebody else's. */
async function compileSample(): Promise<Uint8Array> {
    using folder = new TemporaryFolder("sample")
    const project = dirname(dirname(SAMPLE_APP))
    for (const part of ["devsconfig.json", "package.json", "services", "src"]) {
        cpSync(checkoutPath(join(project, part)), folder.file(part), { recursive: true })
    }
    return await compile(folder.file(relative(project, SAMPLE_APP)))
}

/** Runs one app; throws what went wrong first. */
export async function simulateCommand(
    named: string | undefined,
    flags: SimulateFlags,
    signal: AbortSignal,
): Promise<void> {
    const app = named ?? SAMPLE_APP
    const output = new Output(flags.json)
    const target = targetFrom(flags)
    checkTarget(target, output)
    if (flags.provision !== undefined) {
        output.line(pc.dim(`From ${flags.provision}; its Wi-Fi, addresses and time server are not simulated.`))
    }
    output.line(pc.dim(`compiling ${app} ...`))
    const { simulation, lost } = await run(
        await (named === undefined ? compileSample() : compile(named)),
        target,
        flags,
        output,
        signal,
    )
    printSummary(output, summarize(simulation))
    if (flags.explain) explainSummary(output, simulation.wakes)
    const note = clockNotes[simulation.clock]
    if (note !== undefined) output.line(pc.dim(note))
    const budget = flags.budget && checkBudget(flags.budget, figuresOfSimulation(simulation.wakes))
    printBudget(output, budget)
    output.json({ ...asJson(app, target, flags.mcu, simulation), ...(budget === undefined ? {} : { budget }) })
    const failed = failureOf(simulation)
    if ((failed ?? lost) !== undefined) throw failed ?? lost
    holdBudget(budget)
}

/** What went wrong first. */
function failureOf({ wakes, error }: Simulation): WarmhelloError | undefined {
    const first = wakes.find((wake) => wake.error !== null)?.error
    return error ?? (first ? new WarmhelloError(first.code, first.message) : undefined)
}

const kinds = [
    { title: "TLS 1.2, session ID", kind: "id", tls: { minVersion: "1.2", maxVersion: "1.2" }, tickets: false },
    { title: "TLS 1.2, ticket", kind: "ticket", tls: { minVersion: "1.2", maxVersion: "1.2" }, tickets: true },
    { title: "TLS 1.3, ticket (PSK)", kind: "psk", tls: { minVersion: "1.3", maxVersion: "1.3" }, tickets: true },
] as const

/** True if the first wake was full, all others resumed by `kind`, and the server says the same. */
export function isAsExpected(wakes: Wake[], kind: string): boolean {
    return wakes.every((wake) =>
        wake.n === 1
            ? wake.result === "full" && wake.serverSaysResumed === false
            : wake.result === "resumed" && wake.kind === kind && wake.serverSaysResumed === true,
    )
}

/** The main job: the sample app with the three kinds of session. */
export async function startCommand(flags: SimulateFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    output.line(
        `${pc.bold("warmhello")}: ${SAMPLE_APP} in the DeviceScript simulator, over real wolfSSL, to an OpenSSL server.`,
    )
    output.line(pc.dim(`compiling ${SAMPLE_APP} ...`))
    const program = await compileSample()
    const runs = []
    const unexpected: string[] = []
    let failed: WarmhelloError | undefined
    for (const { title, kind, tls, tickets } of kinds) {
        output.line()
        output.line(pc.bold(title))
        const target = targetFrom({ ...flags, tls, tickets })
        const { simulation } = await run(program, target, flags, output, signal)
        printSummary(output, summarize(simulation))
        runs.push({ kind, ...asJson(SAMPLE_APP, target, flags.mcu, simulation) })
        if (!isAsExpected(simulation.wakes, kind)) unexpected.push(title)
        failed ??= failureOf(simulation)
    }
    output.line()
    output.json({ runs })
    if (failed !== undefined) throw failed
    if (unexpected.length > 0) {
        throw new WarmhelloError("not-as-expected", `not as it should be: ${unexpected.join("; ")}`)
    }
    output.line(pc.green("In each run the first wake was full and every other one resumed, on both sides."))
}

// `warmhello fleet [files]`: the reports of many devices, read from where they come and shown where people look.
import pc from "picocolors"
import { WarmhelloError } from "../base/errors.js"
import { readReports } from "../fleet/files.js"
import type { Fleet } from "../fleet/fleet.js"
import { HttpIntake } from "../fleet/http.js"
import { type Identity, identityOf, passingNameKey } from "../fleet/identity.js"
import { Intake } from "../fleet/intake.js"
import { type Address, type Listening, urlOf } from "../fleet/listen.js"
import { type BrokerOptions, MqttIntake, plainUrl } from "../fleet/mqtt.js"
import { servePages } from "../fleet/pages.js"
import type { Pattern } from "../fleet/pattern.js"
import { FolderStore, MemoryStore, type Store } from "../fleet/store.js"
import { summaryOf } from "../fleet/summary.js"
import { Telemetry } from "../fleet/telemetry.js"
import { tlsFiles } from "../fleet/tls-files.js"
import { fleetLines, plural } from "./fleet-text.js"
import { holdInterrupt, interruptCode } from "./interrupt.js"
import { Output } from "./output.js"
import { packageVersion } from "./version.js"
import { wrapped } from "./wrapped.js"

export interface FleetFlags {
    mqtt?: URL
    topic: Pattern
    ca?: string
    cert?: string
    key?: string
    http?: Address
    path: Pattern
    page?: Address
    otlp?: URL
    otlpEvery: number
    state?: string
    hashNames: boolean
    devices: number
    json?: string
}

/** To the beginning of the line, which is emptied. */
const CLEAR = "\r\x1b[K"

/** The usual one of OpenTelemetry's exporters for Prometheus. */
const PAGE: Address = { host: "127.0.0.1", port: 9464 }

/** A live source has no end of its own, and neither has a page. */
const isService = ({ mqtt, http, page, otlp }: FleetFlags): boolean =>
    mqtt !== undefined || http !== undefined || page !== undefined || otlp !== undefined

function checkFlags(files: string[], flags: FleetFlags): void {
    const { mqtt, http, state, ca, cert, key } = flags
    const isTls = mqtt !== undefined && /^(?:mqtts|wss):$/.test(mqtt.protocol)
    const misfits: [boolean, string][] = [
        [
            files.length === 0 && mqtt === undefined && http === undefined && state === undefined,
            "name where reports come from: --mqtt, --http, files, or the --state of before",
        ],
        [(ca ?? cert ?? key) !== undefined && !isTls, "--ca, --cert and --key go with --mqtt mqtts://..."],
        [(cert === undefined) !== (key === undefined), "--cert and --key go together"],
    ]
    const misfit = misfits.find(([applies]) => applies)
    if (misfit !== undefined) throw new WarmhelloError("bad-option", misfit[1])
}

/** All that runs until it is told to end. */
class Running implements AsyncDisposable {
    readonly #all: AsyncDisposable[] = []
    readonly #failures: Promise<never>[] = []
    readonly #output: Output

    constructor(output: Output) {
        this.#output = output
    }

    use<T extends AsyncDisposable>(one: T): T {
        this.#all.push(one)
        return one
    }

    watch(failed: Promise<never>): void {
        this.#failures.push(failed)
    }

    listens(what: string, { address }: Listening, path = ""): void {
        this.#output.line(`${what} ${pc.bold(urlOf(address) + path)}`)
    }

    /** What `work` comes to, unless something fails for good before. */
    until<T>(work: Promise<T>): Promise<T> {
        return Promise.race([work, ...this.#failures])
    }

    async [Symbol.asyncDispose](): Promise<void> {
        for (const one of this.#all.toReversed()) await one[Symbol.asyncDispose]()
    }
}

/** In a terminal the line that is written over gives way. */
function say(output: Output, text: string, paint = (line: string): string => line): void {
    if (output.isTerminal) output.raw(CLEAR)
    for (const line of wrapped(text, output.columns)) output.line(paint(line))
}

/** One line for each change. */
function stateTeller(
    output: Output,
    url: string,
    isKept: boolean,
): (state: "connected" | "away", why?: string) => void {
    let last = ""
    return (state, why) => {
        if (state === last) return
        last = state
        if (state === "connected") return say(output, `reports from ${url}`)
        const waits = isKept ? "what devices publish meanwhile waits there" : "what devices publish meanwhile is lost"
        say(output, `${url} is away${why === undefined ? "" : ` (${why})`}: trying again; ${waits}`, pc.yellow)
    }
}

/** Before anything is started: what is no certificate, or no key of it, would keep us out of the broker for ever. */
function brokerOf({ mqtt, ca, cert, key }: FleetFlags): BrokerOptions | undefined {
    return (
        mqtt && {
            url: mqtt,
            username: process.env.WARMHELLO_MQTT_USERNAME,
            password: process.env.WARMHELLO_MQTT_PASSWORD,
            ...tlsFiles({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }),
        }
    )
}

function startMqtt(
    intake: Intake,
    broker: BrokerOptions,
    topic: Pattern,
    identity: Identity | undefined,
    output: Output,
): MqttIntake {
    const { url } = broker
    return new MqttIntake(intake, {
        ...broker,
        ...{ topic, clientId: identity?.clientId },
        onState: stateTeller(output, plainUrl(url), identity !== undefined),
    })
}

/** Says once that a receiver is away, and once that it is back. */
function pushTeller(output: Output, url: URL): (problem: string | undefined) => void {
    let last: string | undefined
    return (problem) => {
        if (problem !== undefined && last === undefined) {
            say(output, `${url.origin} takes no metrics (${problem}): trying again`, pc.yellow)
        } else if (problem === undefined && last !== undefined) say(output, `${url.origin} takes metrics again`)
        last = problem
    }
}

async function serve(
    running: Running,
    intake: Intake,
    flags: FleetFlags,
    identity: Identity | undefined,
    output: Output,
) {
    const { fleet } = intake.store
    const otlp = flags.otlp && { url: flags.otlp, everyMs: flags.otlpEvery, onPush: pushTeller(output, flags.otlp) }
    const telemetry = running.use(new Telemetry(fleet, packageVersion(), otlp))
    const broker = brokerOf(flags)
    const { page = PAGE, http, path } = flags
    const pages = running.use(await servePages(page, fleet, telemetry))
    const ingest = http && running.use(await new HttpIntake(intake, path).listen(http))
    // Only once all that can fail here has not.
    running.listens("the page is at", pages, "/")
    running.listens("metrics for Prometheus are at", pages, "/metrics")
    if (ingest !== undefined) running.listens("POST reports to", ingest, path.text)
    if (broker !== undefined) {
        const mqtt = running.use(startMqtt(intake, broker, flags.topic, identity, output))
        running.watch(mqtt.failed)
    }
}

/** Written over in a terminal, until it ends. */
function follow(output: Output, fleet: Fleet): Disposable {
    if (!output.isTerminal) return { [Symbol.dispose]: () => {} }
    const show = () => {
        const text = `${fleet.reports} reports of ${fleet.devices.size} devices; Ctrl-C ends`
        output.raw(`${CLEAR}${pc.dim(text.slice(0, output.columns - 1))}`)
    }
    const timer = setInterval(show, 1000)
    return {
        [Symbol.dispose]: () => {
            clearInterval(timer)
            output.raw(CLEAR)
        },
    }
}

const aborted = (signal: AbortSignal): Promise<void> =>
    new Promise((done) => {
        if (signal.aborted) done()
        else signal.addEventListener("abort", () => done(), { once: true })
    })

async function openStore({ state, devices }: FleetFlags): Promise<Store> {
    return state === undefined ? new MemoryStore(devices) : await FolderStore.open(state, { mostDevices: devices })
}

export async function fleetCommand(files: string[], flags: FleetFlags, interrupted: AbortSignal): Promise<void> {
    checkFlags(files, flags)
    const output = new Output(flags.json)
    holdInterrupt()
    const goesOn = isService(flags)
    let fleet: Fleet
    {
        await using running = new Running(output)
        const store = running.use(await openStore(flags))
        running.watch(store.failed)
        fleet = store.fleet
        const identity = flags.state === undefined ? undefined : identityOf(flags.state)
        const intake = new Intake(store, flags.hashNames ? (identity?.nameKey ?? passingNameKey()) : undefined)
        if (goesOn) await serve(running, intake, flags, identity, output)
        if (goesOn && flags.state === undefined) {
            say(output, "nothing of it outlives this process: --state keeps it in a folder", pc.dim)
        }
        for (const file of files) await running.until(readReports(file, intake, interrupted))
        await running.until(store.settled())
        using _progress = follow(output, fleet)
        if (goesOn) await running.until(aborted(interrupted))
    }
    tell(fleet, output, goesOn)
    if (interrupted.aborted) process.exitCode = interruptCode()
}

/** In the end: once all is kept. */
function tell(fleet: Fleet, output: Output, goesOn: boolean): void {
    const summary = summaryOf(fleet)
    if (summary.reports === 0 && !goesOn) {
        const skipped = Object.values(summary.refused).reduce((sum, n) => sum + n, 0)
        throw new WarmhelloError(
            "no-reports",
            `there is no report in it${skipped === 0 ? "" : `; ${plural(skipped, "line")} skipped`}`,
        )
    }
    for (const line of fleetLines(summary, output.columns)) output.line(line)
    output.json(summary)
}

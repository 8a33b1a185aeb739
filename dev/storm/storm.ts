// A reconnect storm: Locust with a scenario of dev/storm/scenarios, which has its devices from there.
import { spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { createInterface } from "node:readline"
import { WarmhelloError } from "../../ts/base/errors.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { endWithUs, TemporaryFolder } from "../../ts/base/temporary.js"
import { nativeFile } from "../../ts/core/native-files.js"
import { parseStorm, type StormResult } from "../../ts/run/storm.js"
import { createCertificateAuthority, type KeyKind } from "../../ts/sim/certificates.js"

export interface StormOptions {
    devices: number
    /** Of this folder's scenarios by its name, or any file. */
    scenario: string
    server: "nginx" | "mosquitto"
    certificate: KeyKind
    workers: number
    /** How many devices of each worker are awake at a time, at most. */
    atOnce: number
    pool: number
    sharedKeys: boolean
    ticketKeys: boolean
    lifetimeS: number
    tls?: "1.2" | "1.3"
    sleepS?: number
    /** A server of the user's, as mqtts://NAME:PORT or https://NAME:PORT, and the CA file for it. */
    host?: string
    ca?: string
    /** How long each measurement by `openssl s_time` takes; 0 for none. */
    sTimeS: number
    /** Port of Locust's own page on this machine; without, the storm goes on by itself. */
    web?: number
    /** For Locust, as they are. */
    locust: readonly string[]
    onLine: (line: string) => void
    signal: AbortSignal
}

const SCENARIOS = checkoutPath("dev/storm/scenarios")
const PYTHON = checkoutPath("build/storm/python/bin/python")
/** Locust ends its workers and the servers first. */
const PATIENCE_MS = 20_000

const scenarios = (): string[] =>
    readdirSync(SCENARIOS)
        .filter((file) => file.endsWith(".py"))
        .map((file) => basename(file, ".py"))
        .toSorted()

/** Without it Locust would not know our flags. */
const isScenario = (path: string): boolean => /^\s*(?:from|import) +storm\b/m.test(readFileSync(path, "utf8"))

function scenarioFile(name: string): string {
    const own = `${SCENARIOS}/${name}.py`
    const found = [own, name].find((path) => path.endsWith(".py") && existsSync(path))
    if (found !== undefined && isScenario(found)) return found
    if (found !== undefined) {
        throw new WarmhelloError("bad-option", `${found} is no scenario: it imports nothing of storm`, {
            hint: `Begin with one of ${SCENARIOS}, and docs/FLEET.md.`,
        })
    }
    const message = `there is no scenario ${name}, and no file of that name: ${scenarios().join(", ")}`
    throw new WarmhelloError("bad-option", message)
}

/** A CA, and two certificates of it: one to begin with, and one that it is renewed to. */
async function writeIdentities(folder: TemporaryFolder, keyKind: KeyKind): Promise<void> {
    const authority = await createCertificateAuthority("warmhello storm", keyKind)
    folder.write("ca.pem", authority.certificate)
    for (const n of [0, 1]) {
        const { certificate, key } = await authority.issue({ names: ["localhost", "127.0.0.1"], keyKind })
        folder.write(`certificate-${n}.pem`, certificate)
        folder.write(`key-${n}.pem`, key)
    }
}

function argumentsOf(options: StormOptions, identities: string, json: string): string[] {
    const { devices, server, workers, web, host, ca, tls, sleepS } = options
    const flag = (name: string, value: string | number | undefined) => (value === undefined ? [] : [name, `${value}`])
    return [
        ...["-m", "locust", "-f", scenarioFile(options.scenario), "-u", `${devices}`, "-r", `${devices}`],
        ...(web === undefined
            ? ["--headless", "--only-summary"]
            : ["--web-host", "127.0.0.1", "--web-port", `${web}`, "--autostart"]),
        ...(workers > 1 ? ["--processes", `${workers}`] : []),
        ...flag("--host", host),
        ...flag("--storm-ca", ca),
        ...["--storm-server", server, "--storm-certificate", options.certificate],
        ...["--storm-identities", identities, "--storm-json", json],
        ...["--storm-pool", `${options.pool}`, "--storm-at-once", `${options.atOnce}`],
        ...["--storm-lifetime-s", `${options.lifetimeS}`, "--storm-s-time", `${options.sTimeS}`],
        ...(options.sharedKeys ? ["--storm-shared-keys"] : []),
        ...(options.ticketKeys ? ["--storm-ticket-keys"] : []),
        ...flag("--storm-tls", tls),
        ...flag("--storm-sleep", sleepS),
        // What devices meet is counted, and is no failure of the run.
        ...["--exit-code-on-error", "0", "--stop-timeout", "0", "--loglevel", "WARNING"],
        ...options.locust,
    ]
}

/** Runs Locust to its end; an abort ends it and all that it has begun. */
function runLocust(args: readonly string[], { onLine, signal }: StormOptions): Promise<number | null> {
    const child = spawn(PYTHON, args, {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
            ...process.env,
            PYTHONPATH: checkoutPath("dev"),
            PYTHONUNBUFFERED: "1",
            PYTHONDONTWRITEBYTECODE: "1",
            WARMHELLO_LIBRARY: nativeFile("libwarmhello.so"),
        },
    })
    endWithUs(child)
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", onLine)
    let timer: NodeJS.Timeout | undefined
    const stop = () => {
        child.kill()
        timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS)
    }
    if (signal.aborted) stop()
    signal.addEventListener("abort", stop, { once: true })
    return new Promise((done, failed) => {
        child.once("error", (cause) => {
            const message = `Locust is not here: ${cause.message}`
            failed(new WarmhelloError("not-built", message, { cause, hint: "Run: npm run setup -- --storm" }))
        })
        child.once("close", (code) => {
            clearTimeout(timer)
            signal.removeEventListener("abort", stop)
            done(code)
        })
    })
}

/** Undefined for a storm that was broken off. Throws `bad-option`, `not-built`, and `not-as-expected` for one that could
 * not go on, whose lines have said why. */
export async function storm(options: StormOptions): Promise<StormResult | undefined> {
    using folder = new TemporaryFolder("storm")
    if (options.host === undefined) await writeIdentities(folder, options.certificate)
    const json = folder.file("storm.json")
    const code = await runLocust(argumentsOf(options, folder.path, json), options)
    if (existsSync(json)) return parseStorm(JSON.parse(readFileSync(json, "utf8")), "the storm's result")
    if (options.signal.aborted) return undefined
    throw new WarmhelloError("not-as-expected", `the storm has failed, and Locust ended with ${code}`, {
        hint: "The lines above say why.",
    })
}

// `npm run storm`.
import pc from "picocolors"
import { WarmhelloError } from "../../ts/base/errors.js"
import { readFile } from "../../ts/base/files.js"
import { holdInterrupt, interruptCode } from "../../ts/cli/interrupt.js"
import { Output } from "../../ts/cli/output.js"
import { fittedText } from "../../ts/cli/table.js"
import { wrapped } from "../../ts/cli/wrapped.js"
import { listen } from "../../ts/fleet/listen.js"
import type { StormResult } from "../../ts/run/storm.js"
import { FLEET_PAGE, writeSection } from "../docs/pages.js"
import { type StormOptions, storm } from "../storm/storm.js"
import { phases, processorTime, sentences, sTime, stormMarkdown } from "../storm/storm-tables.js"

type Given = Omit<StormOptions, "locust" | "onLine" | "signal" | "sleepS" | "sTimeS" | "lifetimeS">

interface StormFlags extends Given {
    /** In milliseconds. */
    sleep?: number
    sTime: number
    lifetime: number
    write: boolean
    json?: string
}

/** What is shown of a storm that has failed. */
const LAST_LINES = 40

function print(output: Output, result: StormResult): void {
    const { columns } = output
    output.line(fittedText(phases(result), columns))
    output.line(fittedText(processorTime(result), columns))
    if (result.sTime !== null) output.line(fittedText(sTime(result), columns))
    for (const sentence of sentences(result)) for (const line of wrapped(sentence, columns)) output.line(line)
}

const HOST = /^(?:mqtts|https):\/\/[^/:]+(?::\d+)?$/

function checkFlags({ host, ca, web, write, server, pool, sharedKeys, ticketKeys }: StormFlags): void {
    const isNginx = host === undefined && (server === "nginx" || write)
    const misfits: [boolean, string][] = [
        [host !== undefined && !HOST.test(host), "--host is mqtts://NAME:PORT or https://NAME:PORT"],
        [host !== undefined && ca === undefined, "--host wants --ca: the file of the CA that its certificate leads to"],
        [
            host === undefined && ca !== undefined,
            "--ca goes with --host: servers that are started here bring their own",
        ],
        [pool > 1 && !isNginx, "a pool is of nginx only: --server nginx"],
        [sharedKeys && pool === 1, "--shared-keys goes with --pool"],
        [
            ticketKeys && !isNginx,
            "mosquitto has no setting for ticket keys, and a server of yours has its own: --server nginx",
        ],
        [write && (host !== undefined || web !== undefined), "--write is for servers that are started here"],
    ]
    const misfit = misfits.find(([applies]) => applies)
    if (misfit !== undefined) throw new WarmhelloError("bad-option", misfit[1])
    if (ca !== undefined) readFile(ca)
}

/** Locust would tell of a port in use by a traceback, and go on. */
async function checkPort(port: number): Promise<void> {
    const { [Symbol.asyncDispose]: end } = await listen({ host: "127.0.0.1", port }, () => {})
    await end()
}

const isShown = (line: string): boolean => line.startsWith("storm:")

/** Shows what is for people, and all of it if a storm fails. */
async function runOne(options: Omit<StormOptions, "onLine">, output: Output): Promise<StormResult | undefined> {
    const showsAll = options.locust.length > 0 || options.web !== undefined
    const last: string[] = []
    const onLine = (line: string) => {
        last.push(line)
        if (last.length > LAST_LINES) last.shift()
        if (showsAll || isShown(line)) output.line(line)
    }
    const result = await storm({ ...options, onLine }).catch((error) => {
        if (!showsAll) for (const line of last) if (!isShown(line)) output.line(pc.dim(line))
        throw error
    })
    if (result !== undefined) print(output, result)
    return result
}

function judge({ reports: { lost } }: StormResult): void {
    if (lost === 0) return
    throw new WarmhelloError("not-as-expected", `${lost} reports were lost`, {
        hint: "The reasons and errors of each phase are above.",
    })
}

/** The page has a restart of both servers. */
async function writePage(options: Omit<StormOptions, "onLine">, output: Output): Promise<void> {
    const sections: string[] = []
    for (const server of ["mosquitto", "nginx"] as const) {
        const result = await runOne({ ...options, server, ticketKeys: server === "nginx" }, output)
        if (result === undefined) return
        judge(result)
        sections.push(stormMarkdown(result))
    }
    writeSection(FLEET_PAGE, sections.join("\n\n"), "npm run storm")
    output.line(`written: ${FLEET_PAGE}`)
}

export async function stormCommand(locust: string[], flags: StormFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    checkFlags(flags)
    const { json: _, write, sleep, sTime: sTimeS, lifetime, ...given } = flags
    const options = {
        ...given,
        ...{ locust, signal, sTimeS, lifetimeS: lifetime / 1000 },
        ...(sleep !== undefined && { sleepS: sleep / 1000 }),
    }
    if (flags.web !== undefined) await checkPort(flags.web)
    if (flags.web !== undefined) output.line(`Locust's page: http://127.0.0.1:${flags.web}; Ctrl-C ends it.`)
    holdInterrupt()
    const result = write ? undefined : await runOne(options, output)
    if (write) await writePage(options, output)
    if (result !== undefined) output.json(result)
    if (signal.aborted) process.exitCode = interruptCode()
    else if (result !== undefined) judge(result)
}

// `npm run storm`.
import pc from "picocolors"
import { WarmhelloError } from "../../ts/base/errors.js"
import { readFile } from "../../ts/base/files.js"
import { holdInterrupt, interruptCode } from "../../ts/cli/interrupt.js"
import { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import type { StormResult } from "../../ts/run/storm.js"
import { type StormOptions, storm } from "../storm/storm.js"
import { phases, processorTime, sentences, sTime } from "../storm/storm-tables.js"

type Given = Omit<StormOptions, "locust" | "onLine" | "signal" | "sleepS" | "sTimeS" | "lifetimeS">

interface StormFlags extends Given {
    /** In milliseconds. */
    sleep?: number
    sTime: number
    lifetime: number
    json?: string
}

/** What is shown of a storm that has failed. */
const LAST_LINES = 40

function print(output: Output, result: StormResult): void {
    output.line(tableText(phases(result)))
    output.line(tableText(processorTime(result)))
    if (result.sTime !== null) output.line(tableText(sTime(result)))
    for (const sentence of sentences(result)) output.line(sentence)
}

export async function stormCommand(locust: string[], flags: StormFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const { json: _, sleep, sTime: sTimeS, lifetime, ...given } = flags
    if (flags.host !== undefined && flags.ca === undefined) {
        throw new WarmhelloError("bad-option", "--host wants --ca: the file of the CA that its certificate leads to")
    }
    if (flags.ca !== undefined) readFile(flags.ca)
    const showsAll = locust.length > 0 || flags.web !== undefined
    const last: string[] = []
    const onLine = (line: string) => {
        last.push(line)
        if (last.length > LAST_LINES) last.shift()
        if (showsAll || line.startsWith("storm:")) output.line(line)
    }
    if (flags.web !== undefined) output.line(`Locust's page: http://127.0.0.1:${flags.web}; Ctrl-C ends it.`)
    holdInterrupt()
    const result = await storm({
        ...given,
        ...{ locust, onLine, signal, sTimeS, lifetimeS: lifetime / 1000 },
        ...(sleep !== undefined && { sleepS: sleep / 1000 }),
    }).catch((error) => {
        if (!showsAll) for (const line of last) output.line(pc.dim(line))
        throw error
    })
    if (result !== undefined) {
        print(output, result)
        output.json(result)
    }
    if (signal.aborted) process.exitCode = interruptCode()
    else if (result !== undefined && result.reports.lost > 0)
        throw new WarmhelloError("not-as-expected", `${result.reports.lost} reports were lost`, {
            hint: "The reasons and errors of each phase are above.",
        })
}

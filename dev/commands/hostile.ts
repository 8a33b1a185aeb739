// `npm run hostile`: what peers may do to a device, and whether it bears that.
import Table from "cli-table3"
import pc from "picocolors"
import { WarmhelloError } from "../../ts/base/errors.js"
import { holdInterrupt, interruptCode } from "../../ts/cli/interrupt.js"
import { Output } from "../../ts/cli/output.js"
import { choose, hostile } from "../hostile/hostile.js"
import { type CaseResult, counterNames, counters, type HostileResult } from "../hostile/result.js"

interface HostileFlags {
    only: string
    jobs: number
    list: boolean
    json?: string
}

const PROGRESS_LINES = 20

function summary({ cases, counts, peakBytes }: HostileResult): string[] {
    const table = new Table({ head: ["counted", "cases", "which is"], style: { head: [], border: [] } })
    for (const name of counterNames) table.push([name, counts[name], counters[name]])
    return [`${table}`, `${cases} cases; the most that wolfSSL held at a time were ${peakBytes} bytes.`]
}

function* failureLines({ name, findings }: CaseResult): Iterable<string> {
    yield pc.red(name)
    for (const { counter, what } of findings) yield `  ${counter}: ${what}`
}

export async function hostileCommand(flags: HostileFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const chosen = choose(flags.only)
    if (chosen.length === 0) throw new WarmhelloError("argument", `no case has "${flags.only}" in its name or group`)
    if (flags.list) {
        for (const { group, name } of chosen) output.line(`${group}: ${name}`)
        return
    }
    const every = Math.ceil(chosen.length / PROGRESS_LINES)
    let done = 0
    holdInterrupt()
    const result = await hostile(chosen, {
        jobs: flags.jobs,
        signal,
        onCase(ended) {
            for (const line of ended.findings.length > 0 ? failureLines(ended) : []) output.line(line)
            if (++done % every === 0) output.line(pc.dim(`${done} of ${chosen.length} cases ...`))
        },
    })
    for (const line of summary(result)) output.line(line)
    output.json(result)
    if (result.failures.length > 0)
        throw new WarmhelloError("not-as-expected", `${result.failures.length} cases failed`)
    if (signal.aborted) process.exitCode = interruptCode()
}

// `npm run soak`: many wakes under random faults, and what became of them.
import { randomInt } from "node:crypto"
import pc from "picocolors"
import { WarmhelloError } from "../../ts/base/errors.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { holdInterrupt, interruptCode } from "../../ts/cli/interrupt.js"
import { Output } from "../../ts/cli/output.js"
import { SAMPLE_APP } from "../../ts/cli/simulate.js"
import { compile } from "../../ts/devicescript/compile.js"
import { type Counts, harm, type SoakResult, tables } from "../soak/result.js"
import { soak } from "../soak/soak.js"

interface SoakFlags {
    cycles: number
    jobs: number
    seed?: number
    json?: string
}

const PROGRESS_LINES = 100
const PROGRESS_EVERY = 100
const MAX_SEED = 2 ** 31

function table(counts: Counts): string[] {
    const rows = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
    return rows.map(([name, count]) => `  ${String(count).padStart(7)}  ${name}`)
}

function summary(result: SoakResult, seed: number): string[] {
    const { wakes, resumed, full, broken, lost, failed, requests, connects, extraConnects, appWakes } = result
    return [
        `${wakes} wakes: ${resumed} resumed (${((100 * resumed) / wakes).toFixed(1)} %), ${full} full, ` +
            `${broken} cut off by the line, ${lost} without a network, ${failed} failed. Seed ${seed}.`,
        `${connects} TCP connections, ${extraConnects} of them second ones with a sound line and network ` +
            `(${((100 * extraConnects) / wakes).toFixed(2)} in 100 wakes), ${result.excesses} times more than the rests ` +
            `allow. ${requests} requests arrived at the built-in server, ${result.repeats} of them twice; ` +
            `${appWakes} wakes were the app's.`,
    ]
}

function print(output: Output, result: SoakResult, seed: number): void {
    for (const [name, title] of Object.entries(tables)) {
        output.line(pc.bold(title))
        for (const row of table(result[name as keyof typeof tables])) output.line(row)
    }
    for (const failure of result.failures) output.line(pc.red(failure))
    for (const line of summary(result, seed)) output.line(line)
}

export async function soakCommand(flags: SoakFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const { cycles, jobs, seed = randomInt(MAX_SEED) } = flags
    const inJobs = jobs === 1 ? "" : ` --jobs ${jobs}`
    output.line(`${cycles} wakes under random faults; --seed ${seed}${inJobs} replays them.`)
    const program = await compile(checkoutPath(SAMPLE_APP))
    const every = Math.max(PROGRESS_EVERY, Math.round(cycles / PROGRESS_LINES))
    let shown = 0
    const onWake = (wakes: number, known: () => SoakResult) => {
        if (wakes < shown + every || wakes >= cycles) return
        shown = wakes - (wakes % every)
        const harmed = harm(known())
        output.line(pc.dim(`${shown} wakes ...${harmed === 0 ? "" : ` and ${harmed} times harm`}`))
    }
    holdInterrupt()
    const result = await soak({ program, cycles, jobs, seed, onWake, signal })
    print(output, result, seed)
    output.json({ ...result, seed })
    if (harm(result) > 0) throw new WarmhelloError("not-as-expected", `${harm(result)} times a session did harm`)
    if (signal.aborted) process.exitCode = interruptCode()
}

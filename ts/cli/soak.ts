// `npm run soak`: many wakes under random faults, and what became of them.
import { randomInt } from "node:crypto"
import pc from "picocolors"
import { checkoutPath } from "../core/paths.js"
import { WarmhelloError } from "../errors.js"
import { compile } from "../sim/compile.js"
import { type SoakResult, soak } from "../soak/soak.js"
import { Output } from "./output.js"
import { SAMPLE_APP } from "./simulate.js"

export interface SoakFlags {
    cycles: number
    seed?: number
    json?: string
}

const PROGRESS_EVERY = 100
const MAX_SEED = 2 ** 31

function table(counts: Record<string, number>): string[] {
    const rows = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
    return rows.map(([name, count]) => `  ${String(count).padStart(7)}  ${name}`)
}

function print(output: Output, result: SoakResult): void {
    const { wakes, resumed, full, broken, failed, requests, seed } = result
    output.line(pc.bold("why a wake was resumed or not"))
    for (const row of table(result.reasons)) output.line(row)
    output.line(pc.bold("what went wrong around it"))
    for (const row of table(result.faults)) output.line(row)
    for (const failure of result.failures) output.line(pc.red(failure))
    output.line(
        `${wakes} wakes: ${resumed} resumed (${((100 * resumed) / wakes).toFixed(1)} %), ${full} full, ` +
            `${broken} cut off by the line, ${failed} failed. ${requests} requests arrived. Seed ${seed}.`,
    )
}

export async function soakCommand(flags: SoakFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const seed = flags.seed ?? randomInt(MAX_SEED)
    output.line(`${flags.cycles} wakes of ${SAMPLE_APP} under random faults; --seed ${seed} replays them.`)
    const program = await compile(checkoutPath(SAMPLE_APP))
    const onWake = (n: number) => {
        if (n % PROGRESS_EVERY === 0 && n < flags.cycles) output.line(pc.dim(`${n} wakes ...`))
    }
    const result = await soak({ program, cycles: flags.cycles, seed, onWake, signal })
    print(output, result)
    output.json(result)
    if (result.failed > 0) {
        throw new WarmhelloError("not-as-expected", `${result.failed} wakes failed because of resumption`)
    }
}

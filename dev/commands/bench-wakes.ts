// `npm run bench:wakes`: what a simulated wake costs on this machine, and where the time goes.

import { WarmhelloError } from "../../ts/base/errors.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { spreadOf } from "../../ts/base/statistics.js"
import { Output } from "../../ts/cli/output.js"
import { SAMPLE_APP } from "../../ts/cli/simulate.js"
import { parseVersionRange } from "../../ts/core/settings.js"
import { compile } from "../../ts/devicescript/compile.js"
import { plainRun, simulate, type Wake } from "../../ts/sim/simulation.js"

interface BenchWakesFlags {
    cycles: number
    json: string
}

function spread(values: number[]) {
    const { least: min, median, most: max } = spreadOf(values)
    return { min, median, max }
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

function figures(wakes: Wake[], wallMs: number) {
    const awakeMs = sum(wakes.map((wake) => wake.wallMs))
    return {
        wakes: wakes.length,
        resumed: wakes.filter((wake) => wake.result === "resumed").length,
        /** Server's start, all wakes, and what lies between them. */
        wallMs,
        perWakeMs: wallMs / wakes.length,
        wakeMs: spread(wakes.map((wake) => wake.wallMs)),
        bootMs: spread(wakes.map((wake) => wake.bootMs)),
        handshakeMs: spread(wakes.map((wake) => wake.handshakeMs ?? 0)),
        bootShare: sum(wakes.map((wake) => wake.bootMs)) / awakeMs,
        handshakeShare: sum(wakes.map((wake) => wake.handshakeMs ?? 0)) / awakeMs,
    }
}

/** Prints JSON: wakes of the sample app against the built-in server, TLS 1.3, after compiling. */
export async function benchWakesCommand(flags: BenchWakesFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const program = await compile(checkoutPath(SAMPLE_APP))
    const started = performance.now()
    const simulation = await simulate({
        ...plainRun,
        ...parseVersionRange("1.3"),
        program,
        cycles: flags.cycles,
        signal,
    })
    const wallMs = performance.now() - started
    if (simulation.error !== undefined) throw simulation.error
    const result = figures(simulation.wakes, wallMs)
    output.json(result)
    if (result.resumed !== flags.cycles - 1) {
        throw new WarmhelloError("not-as-expected", `${result.resumed} of ${flags.cycles - 1} wakes resumed`)
    }
}

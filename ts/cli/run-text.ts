// A run.json in the terminal: warnings first, then the figures.
import pc from "picocolors"
import type { Run, RunPhase, RunWake, RunWarning } from "../energy/run.js"
import { charge, current, energy, figure, percent, spread, time } from "../energy/words.js"
import { phaseWords } from "../wake/wake-line.js"
import type { Output } from "./output.js"
import { tableText } from "./table-text.js"

export function printWarnings(output: Output, warnings: readonly RunWarning[]): void {
    for (const { message, advice, wake } of warnings) {
        const where = wake === undefined ? "" : `wake ${wake}: `
        output.line(pc.yellow(`warning: ${where}${message}`))
        output.line(pc.dim(`         ${advice}`))
    }
    if (warnings.length > 0) output.line()
}

const range = (bounds: readonly [number, number] | undefined, words: (value: number) => string): string =>
    bounds === undefined ? "" : `${words(bounds[0])} to ${words(bounds[1])}`

const of = (wake: RunWake | undefined, phase: string): RunPhase | undefined =>
    wake?.phases.find((one) => one.phase === phase)

function phaseRows(full: RunWake | undefined, resumed: RunWake | undefined): string[][] {
    const cells = (one: RunPhase | undefined) =>
        one === undefined
            ? ["-", "-", ""]
            : [time(one.durationMs), energy(one.energyUj), range(one.energyRangeUj, energy)]
    const rows = phaseWords
        .filter((phase) => of(full, phase) !== undefined || of(resumed, phase) !== undefined)
        .map((phase) => [phase, ...cells(of(full, phase)), ...cells(of(resumed, phase))])
    const total = (wake: RunWake | undefined) =>
        wake === undefined
            ? ["-", "-", ""]
            : [time(wake.durationMs), energy(wake.energyUj), range(wake.energyRangeUj, energy)]
    return [...rows, ["awake, all", ...total(full), ...total(resumed)]]
}

const years = (value: number): string => (value < 1 ? `${figure(value * 12)} months` : `${figure(value)} years`)

/** How long is never, for people. */
const sleepTime = (durationMs: number): string => (durationMs <= 0 ? "never" : time(durationMs))

type Results = NonNullable<Run["estimate"]>

function resultLines(results: Results): string[] {
    return [
        `A year takes ${spread(results.keptYearJ, (value) => `${figure(value)} J`)}; without keeping the session ${spread(results.plainYearJ, (value) => `${figure(value)} J`)}.`,
        `The cell (${results.cell}, regulator ${results.regulator}) lasts ${spread(results.keptBatteryYears, years)}; without ${spread(results.plainBatteryYears, years)}.`,
        `One wake in ${spread(results.wakesPerFull, (value) => value.toFixed(0))} goes in full.`,
        "",
        `Resuming pays up to a sleep of ${spread(results.longestSleepMs, sleepTime)} with this server (it remembers ${time(results.serverForgetsMs)}),`,
        `up to ${spread(results.longestSleepAnyServerMs, sleepTime)} with one that never forgets,`,
        `and at this sleep with a server that remembers at least ${spread(results.shortestServerMemoryMs, sleepTime)}. Writes to flash are in it.`,
    ]
}

export function printEstimate(output: Output, run: Run): void {
    const results = run.estimate
    if (results === undefined) return
    const full = run.wakes.find(({ result }) => result === "full")
    const resumed = run.wakes.find(({ result }) => result === "resumed")
    output.line(
        pc.bold(
            `${run.board} at ${results.clockMhz} MHz, ${run.supply.voltageV} V, asleep for ${time(results.sleepMs)}`,
        ),
    )
    output.line(pc.dim(`${run.firmware}; Wi-Fi ${results.wifi}; ${results.draws} draws, seed ${results.seed}`))
    output.line()
    printWarnings(output, run.warnings)
    output.line(
        pc.bold(
            `TLS is ${spread(results.tlsShareFull, percent)} of a wake in full, and ${spread(results.tlsShareResumed, percent)} of one that resumes.`,
        ),
    )
    output.line()
    output.line(
        tableText({
            head: ["phase", "full", "energy", "range", "resumed", "energy", "range"],
            rows: phaseRows(full, resumed),
        }),
    )
    output.line(pc.dim("Ranges hold nine of ten draws; typical values come from all typical inputs."))
    output.line()
    for (const line of resultLines(results)) output.line(line)
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

function groupRow(wakes: RunWake[], result: RunWake["result"]): string[][] {
    const group = wakes.filter((wake) => wake.result === result)
    if (group.length === 0) return []
    const over = (value: (wake: RunWake) => number) => mean(group.map(value))
    return [
        [
            result,
            String(group.length),
            time(over(({ durationMs }) => durationMs)),
            charge(over(({ chargeUc }) => chargeUc)),
            energy(over(({ energyUj }) => energyUj)),
            current(Math.max(...group.map(({ peakUa }) => peakUa))),
            energy(over((wake) => of(wake, "tls")?.energyUj ?? 0)),
        ],
    ]
}

/** What pairs of wakes tell, where they were compared. */
function comparisonLines({ comparison }: Run): string[] {
    if (comparison === undefined || comparison === null) return []
    const { differenceUj, differenceRangeUj, confidence, pairs } = comparison
    const bounds = differenceRangeUj === null ? "too few for a range" : range(differenceRangeUj, energy)
    return [`Resuming saves ${energy(differenceUj)} a wake (${percent(confidence)}: ${bounds}), by ${pairs} pairs.`]
}

/** What `warmhello report` says of each file in the terminal. */
export function printRunSummary(output: Output, run: Run, name: string): void {
    output.line(pc.bold(`${name}: ${run.wakes.length} wakes, ${run.origin}, ${run.board}, ${run.supply.voltageV} V`))
    printWarnings(output, run.warnings)
    const rows = (["full", "resumed", "failed", "unknown"] as const).flatMap((result) => groupRow(run.wakes, result))
    if (rows.length === 0) return
    output.line(tableText({ head: ["result", "wakes", "awake", "charge", "energy", "peak", "TLS"], rows }))
    for (const line of comparisonLines(run)) output.line(line)
    output.line(pc.dim("Means, without the sleep; the peak is the highest of all."))
}

// A run.json in the terminal: warnings first, then the figures.

import pc from "picocolors"
import type { Run, RunPhase, RunWake, RunWarning } from "../run/run.js"
import { charge, current, energy, figure, percent, spread, time } from "../run/units.js"
import { phaseWords } from "../run/wake-line.js"
import type { Output } from "./output.js"
import { tableText } from "./table.js"
import { warningLines } from "./warning-lines.js"

function printWarnings(output: Output, warnings: readonly RunWarning[]): void {
    for (const line of warningLines(warnings)) output.line(line)
    if (warnings.length > 0) output.line()
}

const range = (bounds: readonly [number, number] | undefined, words: (value: number) => string): string =>
    bounds === undefined ? "" : `${words(bounds[0])} to ${words(bounds[1])}`

const of = (wake: RunWake | undefined, phase: string): RunPhase | undefined =>
    wake?.phases.find((one) => one.phase === phase)

/** What a terminal has room for: times and ranges only where it is wide. */
type Columns = "energy" | "time" | "range"
const TIME_COLUMNS = 60
const RANGE_COLUMNS = 98
const columnsFor = (columns: number): Columns => {
    if (columns < TIME_COLUMNS) return "energy"
    return columns < RANGE_COLUMNS ? "time" : "range"
}

const heads: Record<Columns, string[]> = {
    energy: ["phase", "full", "resumed"],
    time: ["phase", "full", "energy", "resumed", "energy"],
    range: ["phase", "full", "energy", "range", "resumed", "energy", "range"],
}

function cellsOf(one: RunPhase | RunWake | undefined, columns: Columns): string[] {
    const all =
        one === undefined
            ? ["-", "-", ""]
            : [time(one.durationMs), energy(one.energyUj), range(one.energyRangeUj, energy)]
    if (columns === "energy") return all.slice(1, 2)
    return columns === "time" ? all.slice(0, 2) : all
}

/** The sleep stands below the sum, which is without it. */
function phaseRows(full: RunWake | undefined, resumed: RunWake | undefined, columns: Columns): string[][] {
    const row = (title: string, get: (wake: RunWake | undefined) => RunPhase | RunWake | undefined) => [
        title,
        ...cellsOf(get(full), columns),
        ...cellsOf(get(resumed), columns),
    ]
    const found = phaseWords.filter((phase) => of(full, phase) !== undefined || of(resumed, phase) !== undefined)
    const rows = found.map((phase) => row(phase, (wake) => of(wake, phase)))
    const sum = row("awake, all", (wake) => wake)
    return found.at(-1) === "sleep" ? [...rows.slice(0, -1), sum, ...rows.slice(-1)] : [...rows, sum]
}

const years = (value: number): string => (value < 1 ? `${figure(value * 12)} months` : `${figure(value)} years`)

/** How long is never, for people. */
const sleepTime = (durationMs: number): string => (durationMs <= 0 ? "never" : time(durationMs))

type Results = NonNullable<Run["estimate"]>

function resultLines(results: Results): string[] {
    return [
        `A year takes ${spread(results.keptYearJ, (value) => `${figure(value)} J`)}; without keeping the session ${spread(results.plainYearJ, (value) => `${figure(value)} J`)}.`,
        `The cell (${results.cell}, regulator ${results.regulator}) lasts ${spread(results.keptBatteryYears, years)}; without ${spread(results.plainBatteryYears, years)}.`,
        `One wake in ${spread(results.wakesPerFull, (value) => value.toFixed(0))} makes a full handshake.`,
        "",
        `Resuming pays up to a sleep of ${spread(results.longestSleepMs, sleepTime)} with this server (it remembers ${time(results.serverForgetsMs)}),`,
        `up to ${spread(results.longestSleepAnyServerMs, sleepTime)} with one that never forgets,`,
        `and at this sleep with a server that remembers at least ${spread(results.shortestServerMemoryMs, sleepTime)}. Writes to flash are counted.`,
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
    const wifi = `Wi-Fi ${results.wifi}, power save ${results.powerSave ?? "not told"}`
    output.line(pc.dim(`${run.firmware}; ${wifi}; ${results.draws} draws, seed ${results.seed}`))
    output.line()
    printWarnings(output, run.warnings)
    output.line(
        pc.bold(
            `TLS is ${spread(results.tlsShareFull, percent)} of a full wake, and ${spread(results.tlsShareResumed, percent)} of one that resumes.`,
        ),
    )
    for (const line of savedLines(run)) output.line(pc.bold(line))
    output.line()
    const columns = columnsFor(output.columns)
    output.line(tableText({ head: heads[columns], rows: phaseRows(full, resumed, columns) }))
    output.line(pc.dim("Ranges hold nine of ten draws; the figure before each is of all inputs at their means."))
    output.line()
    for (const line of resultLines(results)) output.line(line)
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

/** In the mean of the wakes that tell it. A wake that failed may not have come as far. */
function tlsEnergy(group: readonly RunWake[]): string {
    const known = group.flatMap((wake) => of(wake, "tls") ?? [])
    if (known.length > 0) return energy(mean(known.map(({ energyUj }) => energyUj)))
    return group.some(({ result }) => result !== "failed") ? "unknown" : "-"
}

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
            tlsEnergy(group),
        ],
    ]
}

/** What part of a whole wake is TLS, in the mean. */
export function tlsLines({ wakes }: Run): string[] {
    const parts = (["full", "resumed"] as const).flatMap((result) => {
        const group = wakes.filter((wake) => wake.result === result && of(wake, "tls") !== undefined)
        const wholeUj = mean(group.map(({ energyUj }) => energyUj))
        if (group.length === 0 && wakes.some((wake) => wake.result === result))
            return [`an unknown part of a ${result} wake`]
        if (wholeUj <= 0) return []
        return [`${percent(mean(group.map((wake) => of(wake, "tls")?.energyUj ?? 0)) / wholeUj)} of a ${result} wake`]
    })
    return parts.length > 0 ? [pc.bold(`TLS is ${parts.join(", and ")}.`)] : []
}

/** What pairs of wakes tell, where they were compared. */
function comparisonLines({ comparison }: Run): string[] {
    if (comparison === undefined || comparison === null) return []
    const { differenceUj, differenceRangeUj, confidence, pairs } = comparison
    const bounds =
        differenceRangeUj === null
            ? "too few for a range"
            : `${percent(confidence)}: ${range(differenceRangeUj, energy)}`
    const by = `${pairs} ${pairs === 1 ? "pair" : "pairs"}`
    return [`Resuming saves ${energy(differenceUj)} a wake (${bounds}), by ${by}.`]
}

/** What an estimate says of it. */
function savedLines({ estimate }: Run): string[] {
    return estimate?.savedUj === undefined ? [] : [`Resuming saves ${spread(estimate.savedUj, energy)} a wake.`]
}

/** What `warmhello report` says of each file in the terminal. */
export function printRunSummary(output: Output, run: Run, name: string): void {
    const what = run.board === "unknown" ? run.device : run.board
    const wakes = `${run.wakes.length} ${run.wakes.length === 1 ? "wake" : "wakes"}`
    output.line(pc.bold(`${name}: ${wakes}, ${run.origin}, ${what}, ${run.supply.voltageV} V`))
    printWarnings(output, run.warnings)
    const rows = (["full", "resumed", "failed", "unknown"] as const).flatMap((result) => groupRow(run.wakes, result))
    if (rows.length === 0) return
    output.line(tableText({ head: ["result", "wakes", "awake", "charge", "energy", "peak", "TLS"], rows }))
    for (const line of [...tlsLines(run), ...comparisonLines(run), ...savedLines(run)]) output.line(line)
    output.line(pc.dim("Means, without the sleep; the peak is the highest of all."))
}

// What a measurement came to, for the terminal: warnings first.
import Table from "cli-table3"
import pc from "picocolors"
import { median } from "../base/statistics.js"
import type { Comparison, Run, RunWake, SleepCurrent } from "../run/run.js"
import { current, figure, time } from "../run/units.js"
import { phaseWords } from "../run/wake-line.js"
import { tlsLines } from "./run-text.js"
import { warningLines } from "./warning-lines.js"

const mj = (energyUj: number) => (energyUj / 1000).toFixed(2)
/** Narrower than this, a line has the essential only. */
const NARROW = 70
/** What run.json calls a board that --board does not name. */
const UNKNOWN = "unknown"

export function wakeLine(wake: RunWake, columns: number): string {
    const { n, startS, result, forcedFull, durationMs, energyUj, chargeUc } = wake
    const what = `${result}${forcedFull ? " (forced)" : ""}`
    const when = `${startS.toFixed(1)} s`.padStart(10)
    const duration = `${durationMs.toFixed(1)} ms`.padStart(11)
    const painted = result === "resumed" ? pc.green(what.padEnd(13)) : pc.yellow(what.padEnd(13))
    const number = String(n).padStart(4)
    const energy = `${mj(energyUj).padStart(9)} mJ`
    if (columns < NARROW) return `${number}  ${painted} ${energy}`
    return `${number} ${when}  ${painted} ${duration} ${energy} ${(chargeUc / 1000).toFixed(3).padStart(8)} mC`
}

function countLine(run: Run): string {
    const of = (result: RunWake["result"]) => run.wakes.filter((wake) => wake.result === result).length
    const parts = (["full", "resumed", "failed", "unknown"] as const)
        .map((result) => [of(result), result] as const)
        .filter(([count]) => count > 0)
        .map(([count, result]) => `${count} ${result}`)
    const { meter } = run
    const lost = meter === null ? "" : `; ${meter.samples} samples, ${meter.lostSamples} lost`
    const wakes = `${run.wakes.length} ${run.wakes.length === 1 ? "wake" : "wakes"}`
    return `${wakes} in ${run.durationS.toFixed(1)} s${parts.length > 0 ? `: ${parts.join(", ")}` : ""}${lost}.`
}

interface Group {
    result: RunWake["result"]
    wakes: RunWake[]
}

type Costs = { durationMs: number; energyUj: number }

/** The medians of one thing over the wakes of a group: energy, and in a wide terminal its time before it. */
function cellsOf(wakes: RunWake[], value: (wake: RunWake) => Costs | undefined, wide: boolean): string[] {
    const found = wakes.map(value).filter((one) => one !== undefined)
    if (found.length === 0) return wide ? ["-", "-"] : ["-"]
    const energy = mj(median(found.map((one) => one.energyUj)))
    return wide ? [median(found.map((one) => one.durationMs)).toFixed(1), energy] : [energy]
}

/** Medians of each phase, full against resumed, and of whole wakes. */
function phaseTable(run: Run, columns: number): string | undefined {
    const groups: Group[] = (["full", "resumed", "unknown", "failed"] as const)
        .map((result) => ({ result, wakes: run.wakes.filter((wake) => wake.result === result) }))
        .filter(({ wakes }) => wakes.length > 0)
    if (groups.length === 0) return undefined
    const wide = columns >= NARROW
    const head = ["medians", ...groups.flatMap(({ result }) => (wide ? [`${result} ms`, "mJ"] : [`${result} mJ`]))]
    const table = new Table({
        head,
        style: { head: [], border: [], compact: true },
        colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
    })
    const row = (title: string, value: (wake: RunWake) => Costs | undefined) => {
        const cells = groups.flatMap(({ wakes }) => cellsOf(wakes, value, wide))
        if (cells.some((cell) => cell !== "-")) table.push([title, ...cells])
    }
    for (const phase of phaseWords) {
        if (phase !== "sleep") row(phase, ({ phases }) => phases.find((one) => one.phase === phase))
    }
    if (table.length === 0) table.push(["phases", ...groups.flatMap(() => (wide ? ["unknown", ""] : ["unknown"]))])
    row("whole wake", (wake) => wake)
    row("sleep after it", ({ phases }) => phases.find(({ phase }) => phase === "sleep"))
    return table.toString()
}

function between({ differenceUj, differenceRangeUj }: Pick<Comparison, "differenceUj" | "differenceRangeUj">): string {
    if (differenceRangeUj === null) return `${mj(differenceUj)} mJ, no interval`
    return `${mj(differenceUj)} mJ, between ${mj(differenceRangeUj[0])} and ${mj(differenceRangeUj[1])}`
}

function comparisonLines(comparison: Comparison): string[] {
    const { pairs, confidence, fullUj, resumedUj, precision, pairsForPrecision } = comparison
    const share = fullUj > 0 ? ` (${((100 * comparison.differenceUj) / fullUj).toFixed(1)} % of a full wake)` : ""
    const tls = comparison.phases.find(({ phase }) => phase === "tls")
    const holds =
        comparison.differenceRangeUj === null ? "" : `; intervals hold ${(100 * confidence).toFixed(1)} times in 100`
    const lines = [
        `${pc.bold("Resuming saves")} ${between(comparison)}${share}.`,
        `Full ${mj(fullUj)} mJ, resumed ${mj(resumedUj)} mJ: ${pairs === 1 ? "of one pair" : `means of ${pairs} pairs`}${holds}.`,
    ]
    if (tls !== undefined) lines.push(`In TLS alone: ${between(tls)}.`)
    if (pairsForPrecision !== null) {
        lines.push(`${pairsForPrecision} pairs are enough to tell the difference to ${100 * precision} %.`)
    }
    return lines
}

function besideSleep(expected: SleepCurrent["expected"], board: string): string {
    if (expected !== null) return `${expected.board}: ${figure(expected.lowUa)} to ${current(expected.highUa)}`
    if (board === UNKNOWN) return "--board names a power profile to compare with"
    return `there is no power profile of ${board}: see boards/README.md`
}

/** What decides most batteries comes first. */
function currentLines({ sleepCurrent, average, board }: Run): string[] {
    const lines: string[] = []
    if (sleepCurrent !== undefined) {
        const { meanUa, durationS, expected } = sleepCurrent
        const beside = besideSleep(expected, board)
        lines.push(`${pc.bold(`ASLEEP ${current(meanUa)}`)}, the mean of ${time(1000 * durationS)} (${beside}).`)
    }
    if (average !== undefined) {
        const every = `with a wake every ${time(1000 * average.wakeEveryS)}`
        const rounds = average.rounds === 1 ? "a wake with its sleep" : `${average.rounds} wakes with their sleeps`
        lines.push(`${pc.bold(`In all ${current(average.averageUa)}`)} ${every}, the mean of ${rounds}.`)
    }
    return lines
}

export function summaryLines(run: Run, columns: number): string[] {
    const table = phaseTable(run, columns)
    return [
        ...currentLines(run),
        ...warningLines(run.warnings),
        ...(table === undefined ? [] : [table]),
        countLine(run),
        ...tlsLines(run),
        ...(run.comparison ? comparisonLines(run.comparison) : []),
    ]
}

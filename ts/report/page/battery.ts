// How long a cell lasts, over how often the device wakes: with full wakes only, and with resumed wakes only.
import { cellUc, cellYears, type Feed, type Load } from "../../energy/battery.js"
import { figure as digits, percent } from "../../run/units.js"
import type { PageData, PageRun } from "../page-data.js"
import { figure, h, table } from "./dom.js"
import { intervalPlot, intervals } from "./interval-plot.js"
import { meanOf, sleepUa, wakesOf } from "./stats.js"

type Result = "full" | "resumed"
type Battery = NonNullable<PageRun["run"]["battery"]>

/** What the board draws from one wake to the next, with wakes of one result only, one each so many minutes. */
interface Draw {
    result: Result
    loads: (minutes: number) => Load[]
}

/** Years that the run's cell lasts by that. */
export interface Life {
    battery: Battery
    curves: { result: Result; years: (minutes: number) => number }[]
}

function feedOf({ efficiency, efficiencyAt, regulatorUa, voltageV }: Battery, supplyV: number): Feed {
    const points = efficiencyAt ?? (efficiency === null ? undefined : [{ loadMa: 1, ...efficiency }])
    const efficiencies = points?.map(({ loadMa, typical }) => ({ loadMa, efficiency: typical })) ?? null
    return { supplyV, cellV: voltageV, quiescentUa: regulatorUa.typical, efficiencies }
}

function yearsBy(loads: readonly Load[], battery: Battery, supplyV: number): number {
    const feed = feedOf(battery, supplyV)
    const chargeUc = loads.reduce((sum, load) => sum + cellUc(feed, load), 0)
    const durationMs = loads.reduce((sum, load) => sum + load.durationMs, 0)
    const { capacityMah, selfDischargePerYear } = battery
    return cellYears(capacityMah.typical, (1000 * chargeUc) / durationMs, selfDischargePerYear.typical)
}

/** Charge of the board itself. */
export const mahPerDay = (loads: readonly Load[]): number => {
    const chargeUc = loads.reduce((sum, load) => sum + load.chargeUc, 0)
    const durationMs = loads.reduce((sum, load) => sum + load.durationMs, 0)
    return (24 * chargeUc) / durationMs
}

export const lifeWords = (years: number): string => {
    if (!Number.isFinite(years)) return "for ever"
    if (years < 1 / 12) return `${digits(years * 365)} days`
    return years < 1 ? `${digits(years * 12)} months` : `${digits(years)} years`
}

/** The run's own cell; or, of a run that names none, that of another one beside it. */
function cellOf(run: PageRun, runs: readonly PageRun[]): Battery | undefined {
    return run.run.battery ?? runs.find((other) => other.run.battery !== undefined)?.run.battery
}

/** Or the sentence that says what is missing. */
export function drawsOf(one: PageRun): Draw[] | string {
    const sleepingUa = sleepUa(one)
    if (sleepingUa === undefined) return "no sleep was measured, and without its current there is no battery life"
    if (sleepingUa < 0) return "the current asleep is below nothing, so the meter is off by at least as much"
    const draws = (["full", "resumed"] as const).flatMap((result) => {
        const wakes = wakesOf([one], result)
        const chargeUc = meanOf(wakes, (wake) => wake.chargeUc)
        const durationMs = meanOf(wakes, (wake) => wake.durationMs)
        if (chargeUc === undefined || durationMs === undefined) return []
        const loads = (minutes: number): Load[] => {
            const asleepMs = Math.max(0, minutes * 60_000 - durationMs)
            return [
                { chargeUc, durationMs },
                { chargeUc: (sleepingUa * asleepMs) / 1000, durationMs: asleepMs },
            ]
        }
        return [{ result, loads }]
    })
    return draws.length > 0 ? draws : "no wake is known to be full or resumed"
}

/** Or the sentence that says what is missing. */
export function lifeOf(one: PageRun, runs: readonly PageRun[]): Life | string {
    const draws = drawsOf(one)
    if (typeof draws === "string") return draws
    const battery = cellOf(one, runs)
    if (battery === undefined) return "no cell was named: warmhello report --cell 18650 tells it"
    const { voltageV } = one.run.supply
    const curves = draws.map(({ result, loads }) => ({
        result,
        years: (minutes: number) => yearsBy(loads(minutes), battery, voltageV),
    }))
    return { battery, curves }
}

function lifeTable({ curves }: Life): HTMLTableElement {
    const rows = intervals.map(([minutes, label]) => {
        const [first, second] = curves.map(({ years }) => years(minutes))
        const more = first === undefined || second === undefined ? "-" : percent(second / first - 1)
        return [label, ...curves.map(({ years }) => lifeWords(years(minutes))), more]
    })
    return table(["a wake each", ...curves.map(({ result }) => `all ${result}`), "longer by"], rows, "Battery life")
}

const cellText = ({ cell, capacityMah, selfDischargePerYear, regulator }: Battery): string =>
    `${cell}, ${digits(capacityMah.typical)} mAh, losing ${percent(selfDischargePerYear.typical)} a year by itself; regulator: ${regulator}.`

function lifeFigure(one: PageRun, runs: readonly PageRun[]): HTMLElement {
    const title = runs.length > 1 ? `Battery life: ${one.name}` : "Battery life"
    const life = lifeOf(one, runs)
    if (typeof life === "string")
        return h("section", {}, h("h2", {}, title), h("p", { class: "lead" }, `Unknown: ${life}.`))
    const curves = life.curves.map(({ result, years }) => ({
        ...{ name: `all ${result}`, colour: `--${result}`, at: years },
        ...(result === "full" ? { dash: [9, 6] } : {}),
    }))
    const label = `${title} over the time between wakes, full and resumed`
    const chart = intervalPlot(curves, { label, words: (years) => `${+years.toPrecision(3)} y` })
    return figure(title, `${cellText(life.battery)} Typical values: their ranges are wide.`, chart, lifeTable(life))
}

/** A figure for each run. What is missing for all of them alike is said once. */
export function batteryLife({ runs }: PageData): HTMLElement[] {
    const missing = runs.map((one) => lifeOf(one, runs))
    const [first] = missing
    if (typeof first === "string" && missing.every((one) => one === first))
        return [h("section", {}, h("h2", {}, "Battery life"), h("p", { class: "lead" }, `Unknown: ${first}.`))]
    return runs.map((one) => lifeFigure(one, runs))
}

// How long a cell lasts, over how often the device wakes: with full wakes only, and with resumed wakes only.
import { mean } from "../../base/statistics.js"
import { cellUc, cellYears, type Feed } from "../../energy/battery.js"
import { figure as digits, percent } from "../../run/units.js"
import type { PageData, PageRun } from "../page-data.js"
import { figure, h, svg, table } from "./dom.js"
import { resultColours } from "./palette.js"
import { linearTicks } from "./scale.js"
import { sleepUa, type Wake, wakesOf } from "./stats.js"

const WIDTH = 1000
const HEIGHT = 300
const LEFT = 74
const RIGHT = 130
const BOTTOM = 36
const intervals = [
    [1, "1 min"],
    [5, "5 min"],
    [10, "10 min"],
    [30, "30 min"],
    [60, "1 h"],
    [180, "3 h"],
    [720, "12 h"],
    [1440, "1 d"],
] as const
/** Left out where there is no room. */
const minor = new Set([5, 30, 180])
const MOST_MINUTES = 1440

type Battery = NonNullable<PageRun["run"]["battery"]>

interface Curve {
    result: "full" | "resumed"
    wakes: Wake[]
}

function feedOf({ efficiency, efficiencyAt, regulatorUa, voltageV }: Battery, supplyV: number): Feed {
    const points = efficiencyAt ?? (efficiency === null ? undefined : [{ loadMa: 1, ...efficiency }])
    const efficiencies = points?.map(({ loadMa, typical }) => ({ loadMa, efficiency: typical })) ?? null
    return { supplyV, cellV: voltageV, quiescentUa: regulatorUa.typical, efficiencies }
}

function yearsAt(minutes: number, wakes: Wake[], sleepingUa: number, battery: Battery, supplyV: number): number {
    const awakeUc = mean(wakes.map(({ chargeUc }) => chargeUc))
    const cycleS = minutes * 60
    const awakeMs = Math.min(mean(wakes.map(({ durationMs }) => durationMs)), cycleS * 1000)
    const feed = feedOf(battery, supplyV)
    const sleepUc = sleepingUa * cycleS
    const cellCharge =
        cellUc(feed, { chargeUc: awakeUc, durationMs: awakeMs }) +
        cellUc(feed, { chargeUc: sleepUc, durationMs: cycleS * 1000 - awakeMs })
    return cellYears(battery.capacityMah.typical, cellCharge / cycleS, battery.selfDischargePerYear.typical)
}

const words = (years: number): string => (years < 1 ? `${digits(years * 12)} months` : `${digits(years)} years`)

function missing(text: string): HTMLElement {
    return h("section", {}, h("h2", {}, "Battery life"), h("p", { class: "lead" }, text))
}

interface Supply {
    battery: Battery
    sleepingUa: number
    supplyV: number
}

/** What the curves need; or the sentence that says what is missing. */
function supplyOf(runs: readonly PageRun[]): Supply | string {
    const source = runs.find(({ run }) => run.battery !== undefined)
    if (source?.run.battery === undefined) return "No cell was named: warmhello report --cell 18650 draws it."
    const sleepingUa = sleepUa(runs)
    if (sleepingUa === undefined) return "No sleep was measured, and without its current there is no battery life."
    return { battery: source.run.battery, sleepingUa, supplyV: source.run.supply.voltageV }
}

type Years = (minutes: number, curve: Curve) => number

class Chart {
    readonly element: SVGSVGElement
    readonly #most: number

    constructor(
        readonly curves: readonly Curve[],
        readonly years: Years,
    ) {
        this.#most = Math.max(...curves.map((curve) => years(MOST_MINUTES, curve))) * 1.08
        this.element = svg("svg", {
            class: "battery",
            viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
            role: "img",
            "aria-label": "Battery life over the time between wakes, full and resumed",
        })
        this.#grid()
        for (const curve of curves) this.#curve(curve)
        this.#labels()
    }

    #x(minutes: number): number {
        return LEFT + (Math.log(minutes) / Math.log(MOST_MINUTES)) * (WIDTH - LEFT - RIGHT)
    }

    #y(years: number): number {
        return 10 + (1 - years / this.#most) * (HEIGHT - BOTTOM - 10)
    }

    #grid(): void {
        for (const years of linearTicks(0, this.#most, 5)) {
            const y = this.#y(years)
            this.element.append(svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y, class: "grid" }))
            const place = { x: LEFT - 8, y: y + 4, class: "axis-label", "text-anchor": "end" }
            this.element.append(svg("text", place, `${+years.toPrecision(3)} y`))
        }
        for (const [minutes, label] of intervals) {
            const name = minor.has(minutes) ? "axis-label minor" : "axis-label"
            const place = { x: this.#x(minutes), y: HEIGHT - 12, class: name, "text-anchor": "middle" }
            this.element.append(svg("text", place, label))
        }
    }

    #curve(curve: Curve): void {
        const points = Array.from({ length: 97 }, (_, step) => {
            const minutes = MOST_MINUTES ** (step / 96)
            return `${this.#x(minutes).toFixed(1)},${this.#y(this.years(minutes, curve)).toFixed(1)}`
        })
        const dashes = curve.result === "full" ? "9 6" : undefined
        const colour = resultColours[curve.result]
        const line = { points: points.join(" "), fill: "none", stroke: colour, "stroke-width": 3 }
        this.element.append(svg("polyline", { ...line, "stroke-dasharray": dashes }))
    }

    /** At the curves' ends, kept apart. */
    #labels(): void {
        const ends = this.curves.map((curve) => ({ curve, y: this.#y(this.years(MOST_MINUTES, curve)) + 5 }))
        ends.sort((a, b) => a.y - b.y)
        let lowest = Number.NEGATIVE_INFINITY
        for (const { curve, y } of ends) {
            lowest = Math.max(y, lowest + 18)
            const place = { x: WIDTH - RIGHT + 8, y: lowest, class: `axis-label strong ink-${curve.result}` }
            this.element.append(svg("text", place, `all ${curve.result}`))
        }
    }
}

function lifeTable(curves: readonly Curve[], years: Years): HTMLTableElement {
    const rows = intervals.map(([minutes, label]) => {
        const [first, second] = curves.map((curve) => years(minutes, curve))
        const more = first === undefined || second === undefined ? "-" : percent(second / first - 1)
        return [label, ...curves.map((curve) => words(years(minutes, curve))), more]
    })
    return table(["a wake each", ...curves.map(({ result }) => `all ${result}`), "longer by"], rows, "Battery life")
}

/** What was measured, where anything was. */
function trusted(runs: readonly PageRun[]): readonly PageRun[] {
    const measured = runs.filter(({ run }) => run.origin === "measured")
    return measured.length > 0 ? measured : runs
}

export function batteryLife(data: PageData): HTMLElement {
    const runs = trusted(data.runs)
    const supply = supplyOf(runs)
    if (typeof supply === "string") return missing(supply)
    const { battery, sleepingUa, supplyV } = supply
    const curves = (["full", "resumed"] as const)
        .map((result): Curve => ({ result, wakes: wakesOf(runs, result) }))
        .filter(({ wakes }) => wakes.length > 0)
    if (curves.length === 0) return missing("No wake is known to be full or resumed.")
    const years: Years = (minutes, { wakes }) => yearsAt(minutes, wakes, sleepingUa, battery, supplyV)
    const from = data.runs.length > 1 ? `By ${runs.map(({ name }) => name).join(", ")}. ` : ""
    const lead = `${from}${battery.cell}, ${digits(battery.capacityMah.typical)} mAh, losing ${percent(battery.selfDischargePerYear.typical)} a year by itself; regulator: ${battery.regulator}. Typical values: their ranges are wide.`
    return figure("Battery life", lead, new Chart(curves, years).element, lifeTable(curves, years))
}

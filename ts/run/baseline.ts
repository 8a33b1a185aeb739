// "Compared with last time": the figures of an earlier run beside those of this one.
import { type Interval, MeanIntervals } from "../base/mean-intervals.js"
import { type Unit, units } from "./budget.js"
import { averageOf } from "./currents.js"
import { type Figure, figureIn, figuresOf } from "./figures.js"
import type { Baseline, Run } from "./run.js"

const compared: [string, Omit<Figure, "statistic">, Unit][] = [
    ["wake.full", { of: "wake", result: "full" }, "mJ"],
    ["wake.resumed", { of: "wake", result: "resumed" }, "mJ"],
    ["tls.full", { of: "tls", result: "full" }, "mJ"],
    ["tls.resumed", { of: "tls", result: "resumed" }, "mJ"],
    ["saving", { of: "saving" }, "mJ"],
    ["sleep", { of: "sleep" }, "uA"],
    ["average", { of: "average" }, "uA"],
]

/** Fewer wakes do not tell how much they differ among themselves. */
const LEAST_WAKES = 5
const CONFIDENCE = 0.95
/** Wakes come as often as in the other run, if their intervals differ by no more. */
const SAME_INTERVAL_SHARE = 0.1

const rounded = (value: number) => Number(value.toPrecision(6))

/** Where the mean of a figure lies in a measured run. */
function intervalOf(run: Run, figure: Figure, unit: Unit): Interval | undefined {
    if (figure.of === "saving") {
        const [low, high] = run.comparison?.differenceRangeUj ?? []
        return low === undefined || high === undefined ? undefined : { low, high }
    }
    const values = figuresOf(run)(figure, units[unit].quantity)
    if (typeof values === "string" || run.estimate !== undefined || values.length < LEAST_WAKES) return undefined
    return new MeanIntervals(values.length, CONFIDENCE, 1).of(values.map(({ value }) => value))
}

/** Whether the two means' intervals lie apart. */
function isBeyondNoise(now: Run, before: Run, figure: Figure, unit: Unit): boolean | null {
    const [a, b] = [intervalOf(now, figure, unit), intervalOf(before, figure, unit)]
    if (a === undefined || b === undefined) return null
    return a.low > b.high || b.low > a.high
}

/** The mean over all depends on how often the device wakes. */
function wakesAsOften(now: Run, before: Run): boolean {
    const [a = 0, b = 0] = [now, before].map((run) => (run.average ?? averageOf(run))?.wakeEveryS)
    return Math.abs(a - b) <= SAME_INTERVAL_SHARE * b
}

/** What both runs know, and what can be compared. */
export function baselineOf(now: Run, before: Run, file: string): Baseline {
    const figures = compared.flatMap(([name, what, unit]) => {
        if (what.of === "average" && !wakesAsOften(now, before)) return []
        const figure: Figure = { ...what, statistic: "mean" }
        const { quantity, size } = units[unit]
        const [a, b] = [now, before].map((run) => figureIn(figuresOf(run), figure, quantity))
        if (typeof a !== "number" || typeof b !== "number") return []
        const changeShare = b === 0 ? null : rounded(a / b - 1)
        const beyondNoise = isBeyondNoise(now, before, figure, unit)
        return [{ figure: name, unit, before: rounded(b / size), now: rounded(a / size), changeShare, beyondNoise }]
    })
    return { file, createdAt: before.createdAt, origin: before.origin, figures }
}

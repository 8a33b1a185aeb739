// Single figures of a run by name, for budgets and for a comparison with another run: tls.resumed, wake.full.p95, sleep.
import { quantile } from "../base/statistics.js"
import type { Phase } from "./phases-and-causes.js"
import type { Run, RunPhase, RunWake } from "./run.js"

/** What a unit measures. Values are in µJ, µC, µA, ms and bytes. */
export type Quantity = "energy" | "charge" | "current" | "time" | "bytes"

export type Statistic = "mean" | "p50" | "p95" | "max"

export interface Figure {
    /** `wake` is without its sleep; `average` the current over wakes with their sleeps; `saving` full less resumed. */
    of: Phase | "wake" | "average" | "saving"
    /** Every wake, if left out. */
    result?: "full" | "resumed" | undefined
    statistic: Statistic
}

/** One wake's share of a figure. */
export interface Value {
    value: number
    /** The upper end of an estimate's range: of twenty draws one lies above it. Null where it has none. */
    upper?: number | null
    weight: number
}

/** What knows values: a run, a simulation. A sentence says why it does not know them. */
export type FigureSource = (figure: Figure, quantity: Quantity) => Value[] | string

type Costs = Pick<RunPhase, "durationMs" | "durationRangeMs" | "chargeUc" | "energyUj" | "energyRangeUj">

function costOf(costs: Costs, quantity: Quantity): number {
    if (quantity === "energy") return costs.energyUj
    if (quantity === "charge") return costs.chargeUc
    return quantity === "time" ? costs.durationMs : (1000 * costs.chargeUc) / costs.durationMs
}

function upperOf(costs: Costs, quantity: Quantity, voltageV: number): number | null {
    const { energyRangeUj, durationRangeMs, durationMs } = costs
    if (quantity === "time") return durationRangeMs?.[1] ?? durationMs
    if (energyRangeUj === undefined) return null
    if (quantity === "energy") return energyRangeUj[1]
    const chargeUc = energyRangeUj[1] / voltageV
    if (quantity === "charge") return chargeUc
    return durationRangeMs === undefined ? (1000 * chargeUc) / durationMs : null
}

const sleepOf = ({ phases }: RunWake): RunPhase | undefined => phases.find(({ phase }) => phase === "sleep")

/** A wake with the sleep after it, where that was seen to its end. */
function roundOf(wake: RunWake): Costs | undefined {
    const sleep = sleepOf(wake)
    if (sleep === undefined) return undefined
    const upperUj = (wake.energyRangeUj?.[1] ?? wake.energyUj) + (sleep.energyRangeUj?.[1] ?? sleep.energyUj)
    return {
        durationMs: wake.durationMs + sleep.durationMs,
        chargeUc: wake.chargeUc + sleep.chargeUc,
        energyUj: wake.energyUj + sleep.energyUj,
        ...(wake.energyRangeUj === undefined ? {} : { energyRangeUj: [wake.energyUj, upperUj] }),
    }
}

function costsOf(wake: RunWake, of: Figure["of"]): Costs | undefined {
    if (of === "wake") return wake
    return of === "average" ? roundOf(wake) : wake.phases.find(({ phase }) => phase === of)
}

/** An estimate has one wake of each kind, and says how many resume for one that does not. */
function weightOf({ estimate }: Run, { result }: RunWake): number {
    if (estimate === undefined || result === "full") return 1
    return Math.max(0, estimate.wakesPerFull.typical - 1)
}

function savingOf({ comparison, estimate, wakes }: Run): Value[] | string {
    if (comparison) return [{ value: comparison.differenceUj, weight: 1 }]
    const of = (result: RunWake["result"]) => wakes.find((wake) => wake.result === result)
    const [full, resumed] = [of("full"), of("resumed")]
    if (estimate === undefined || full === undefined || resumed === undefined) {
        return "there is no full wake beside a resumed one"
    }
    return [{ value: full.energyUj - resumed.energyUj, upper: null, weight: 1 }]
}

function bytesOf(wakes: readonly RunWake[], of: Figure["of"]): Value[] | string {
    if (of !== "tls") return "a run knows the bytes of the TLS handshake only"
    const known = wakes.flatMap(({ bytesTx, bytesRx }) =>
        bytesTx === null || bytesRx === null ? [] : [bytesTx + bytesRx],
    )
    return known.length === 0
        ? "no log line tells the bytes"
        : known.map((value) => ({ value, upper: value, weight: 1 }))
}

/** Each wake's; a mean current is charge by time, so that long sleeps count for more. */
function valuesOf(run: Run, wakes: readonly RunWake[], of: Figure["of"], quantity: Quantity): Value[] {
    return wakes.flatMap((wake) => {
        const costs = costsOf(wake, of)
        if (costs === undefined || costs.durationMs <= 0) return []
        const weight = weightOf(run, wake) * (quantity === "current" ? costs.durationMs : 1)
        const value = costOf(costs, quantity)
        if (run.estimate === undefined) return [{ value, weight }]
        return [{ value, weight, upper: upperOf(costs, quantity, run.supply.voltageV) }]
    })
}

function ofWakes(run: Run, { of, result }: Figure, quantity: Quantity): Value[] | string {
    const wakes = run.wakes.filter((wake) => result === undefined || wake.result === result)
    const which = result === undefined ? "wake" : `${result} wake`
    if (wakes.length === 0) return `there is no ${which}`
    if (quantity === "bytes") return bytesOf(wakes, of)
    const values = valuesOf(run, wakes, of, quantity)
    if (values.length > 0) return values
    return of === "sleep" || of === "average" ? "no sleep was seen to its end" : `no ${which} has the phase ${of}`
}

export function figuresOf(run: Run): FigureSource {
    return (figure, quantity) => {
        if (figure.of === "saving") return savingOf(run)
        // A device that never woke has slept all the time.
        if (figure.of === "sleep" && quantity === "current" && run.wakes.length === 0 && run.sleepCurrent) {
            return [{ value: run.sleepCurrent.meanUa, weight: 1 }]
        }
        return ofWakes(run, figure, quantity)
    }
}

/** Below which this share of the weight lies. */
function weightedQuantile(values: readonly { value: number; weight: number }[], share: number): number {
    if (values.every(({ weight }) => weight === values[0]?.weight)) {
        return quantile(
            values.map(({ value }) => value),
            share,
        )
    }
    const sorted = values.toSorted((a, b) => a.value - b.value)
    let left = share * sorted.reduce((sum, { weight }) => sum + weight, 0)
    for (const { value, weight } of sorted) {
        left -= weight
        if (left <= 0) return value
    }
    return sorted.at(-1)?.value ?? Number.NaN
}

function meanOf(values: readonly Value[]): number {
    const weight = values.reduce((sum, one) => sum + one.weight, 0)
    return values.reduce((sum, one) => sum + one.value * one.weight, 0) / weight
}

/** The statistic of values, or why there is none. */
function statisticOf(values: readonly Value[], statistic: Statistic): number | string {
    const isEstimated = values.some(({ upper }) => upper !== undefined)
    switch (statistic) {
        case "mean":
            return meanOf(values)
        case "p50":
            return weightedQuantile(values, 0.5)
        case "max":
            if (isEstimated) return "an estimate has no greatest value: p95 is the upper end of its range"
            return Math.max(...values.map(({ value }) => value))
        case "p95": {
            if (!isEstimated) return weightedQuantile(values, 0.95)
            const uppers = values.map(({ upper, weight }) => ({ value: upper ?? Number.NaN, weight }))
            const found = weightedQuantile(uppers, 0.95)
            return Number.isNaN(found) ? "the estimate has no range of it" : found
        }
    }
}

/** The figure, or a sentence that says why it is not known. */
export function figureIn(source: FigureSource, figure: Figure, quantity: Quantity): number | string {
    const values = source(figure, quantity)
    return typeof values === "string" ? values : statisticOf(values, figure.statistic)
}

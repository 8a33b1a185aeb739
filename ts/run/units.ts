// Energies, times and ranges in words for people: in the terminal and in the report's text.
import type { Range } from "./range.js"

/** Three figures are more than any of this knows. */
export function figure(value: number): string {
    if (value === 0) return "0"
    const size = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3)))))
    return value.toFixed(Math.max(0, 2 - size))
}

export function energy(energyUj: number): string {
    const size = Math.abs(energyUj)
    if (size < 1000) return `${figure(energyUj)} µJ`
    if (size < 1e6) return `${figure(energyUj / 1e3)} mJ`
    return `${figure(energyUj / 1e6)} J`
}

export const charge = (chargeUc: number): string =>
    Math.abs(chargeUc) < 1000 ? `${figure(chargeUc)} µC` : `${figure(chargeUc / 1000)} mC`

export function current(currentUa: number): string {
    return Math.abs(currentUa) < 1000 ? `${figure(currentUa)} µA` : `${figure(currentUa / 1000)} mA`
}

const LONG_MS = 10_000
const longUnits = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "m"],
] as const

/** As a user would write it: 90 minutes are 1.5h, neither 1h nor 2h. */
function longTime(durationMs: number): string {
    const [unitMs, unit] = longUnits.find(([least]) => durationMs >= least) ?? [1000, "s"]
    return `${Number((durationMs / unitMs).toPrecision(3))}${unit}`
}

export function time(durationMs: number): string {
    if (durationMs >= LONG_MS) return longTime(durationMs)
    return durationMs >= 1000 ? `${figure(durationMs / 1000)} s` : `${figure(durationMs)} ms`
}

export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.095 ? 1 : 0)} %`

/** "41 (38 to 66)": the typical value, and where nine of ten draws lie. */
export function spread(range: Range, words: (value: number) => string): string {
    const [low, typical, high] = [range.low, range.typical, range.high].map(words)
    return low === high ? `${typical}` : `${typical} (${low} to ${high})`
}

/** Two figures: a border between intervals is known no better. */
export function aboutTime(durationMs: number): string {
    const rounded = Number(durationMs.toPrecision(2))
    return rounded < 120_000 ? `${Math.round(rounded / 100) / 10} s` : time(rounded)
}

export interface Stretch {
    fromMs: number
    toMs: number
}

/** A stretch of the intervals that were looked at, whose ends are no borders. */
export function stretchWords({ fromMs, toMs }: Stretch, looked: Stretch): string {
    const [fromStart, toEnd] = [fromMs <= looked.fromMs, toMs >= looked.toMs]
    if (fromStart && toEnd) return "always"
    if (fromStart) return `below ${aboutTime(toMs)}`
    return toEnd ? `from ${aboutTime(fromMs)}` : `${aboutTime(fromMs)} to ${aboutTime(toMs)}`
}

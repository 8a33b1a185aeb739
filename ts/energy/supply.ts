// A cell at its temperature and the regulator behind it, as numbers for battery.ts.
import type { Range } from "../run/range.js"
import type { Feed } from "./battery.js"
import { type Cell, entriesOf, type Regulator } from "./power-profile.js"

/** At this the data sheets' capacities hold. */
export const ROOM_C = 20

const scaled = (a: Range, b: Range): Range => ({
    low: a.low * b.low,
    typical: a.typical * b.typical,
    high: a.high * b.high,
})

/** What is left of a cell's capacity at a temperature: between two of its table straight, outside as at its end. */
export function capacityShareAt({ capacityShareAtC }: Pick<Cell, "capacityShareAtC">, temperatureC: number): Range {
    const table = entriesOf(capacityShareAtC)
    const above = table.findIndex(([at]) => at >= temperatureC)
    const [to, from] = [table[above] ?? table.at(-1), table[above - 1]]
    if (to === undefined) throw new RangeError("a table without entries")
    if (from === undefined || above < 0) return to[1]
    const share = (temperatureC - from[0]) / (to[0] - from[0])
    const mix = (end: "low" | "typical" | "high") => from[1][end] + share * (to[1][end] - from[1][end])
    return { low: mix("low"), typical: mix("typical"), high: mix("high") }
}

export const capacityAt = (cell: Cell, temperatureC: number): Range =>
    scaled(cell.capacityMah, capacityShareAt(cell, temperatureC))

/** Self-discharge doubles with so many degrees. Assumed: chemistry doubles by 10, Energizer's store by 20. */
const DOUBLES_WITH_K: Range = { low: 10, typical: 15, high: 20 }

export function selfDischargeAt(cell: Cell, temperatureC: number): Range {
    const byTemperature = (degrees: number) => 2 ** ((temperatureC - ROOM_C) / degrees)
    const [a, b] = [byTemperature(DOUBLES_WITH_K.low), byTemperature(DOUBLES_WITH_K.high)]
    const factor = { low: Math.min(a, b), typical: byTemperature(DOUBLES_WITH_K.typical), high: Math.max(a, b) }
    return scaled(cell.selfDischargePerYear, factor)
}

interface Supply {
    supplyV: number
    regulator: Regulator
    cell: Cell
}

/** A good regulator is good at all loads: how good it is is drawn once. */
const GOODNESS: Range = { low: -1, typical: 0, high: 1 }

export function feedBy({ supplyV, regulator, cell }: Supply, take: (range: Range) => number): Feed {
    const quiescentUa = take(regulator.quiescentUa)
    const goodness = take(GOODNESS)
    const at = ({ low, typical, high }: Range) => typical + goodness * (goodness < 0 ? typical - low : high - typical)
    const { efficiencyAtMa } = regulator
    const points = efficiencyAtMa === undefined ? null : entriesOf(efficiencyAtMa)
    const efficiencies = points?.map(([loadMa, range]) => ({ loadMa, efficiency: at(range) })) ?? null
    return { supplyV, cellV: cell.voltageV, quiescentUa, efficiencies }
}

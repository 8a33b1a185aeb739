// Battery life, for the estimate and for the report's page.
const HOURS_A_YEAR = 8760

/** Years until a cell is empty that gives `averageUa` and by itself loses a share of what it has each year. */
export function cellYears(capacityMah: number, averageUa: number, selfDischargePerYear: number): number {
    const drainMahPerYear = (averageUa / 1000) * HOURS_A_YEAR
    if (selfDischargePerYear <= 0) return drainMahPerYear > 0 ? capacityMah / drainMahPerYear : Number.POSITIVE_INFINITY
    return Math.log1p((selfDischargePerYear * capacityMah) / drainMahPerYear) / selfDischargePerYear
}

/** A switching regulator's efficiency at a load, its own current included. */
export interface EfficiencyPoint {
    loadMa: number
    efficiency: number
}

/**
 * Between two loads by their logarithm. Below the least load what is lost there stays lost, since a regulator's own
 * current does not fall with the load; above the greatest one the efficiency stays.
 */
export function efficiencyAt(points: readonly EfficiencyPoint[], loadMa: number): number {
    const above = points.findIndex((point) => point.loadMa >= loadMa)
    const [to, from] = [points[above], points[above - 1]]
    if (to === undefined) return points.at(-1)?.efficiency ?? 1
    if (from === undefined) return loadMa / (loadMa + to.loadMa * (1 / to.efficiency - 1))
    const share = Math.log(loadMa / from.loadMa) / Math.log(to.loadMa / from.loadMa)
    return from.efficiency + share * (to.efficiency - from.efficiency)
}

/** What lies between the cell and the board. */
export interface Feed {
    supplyV: number
    cellV: number
    /** Of a linear regulator, which passes the board's current through. */
    quiescentUa: number
    /** Of a switching one, by growing load; null for others. */
    efficiencies: readonly EfficiencyPoint[] | null
}

/** A time with its charge at the board. */
export interface Load {
    chargeUc: number
    durationMs: number
}

/** The cell's charge for what the board draws in this time. */
export function cellUc({ supplyV, cellV, quiescentUa, efficiencies }: Feed, { chargeUc, durationMs }: Load): number {
    if (efficiencies === null) return chargeUc + (quiescentUa * durationMs) / 1000
    if (chargeUc <= 0 || durationMs <= 0) return 0
    return (chargeUc * supplyV) / (efficiencyAt(efficiencies, chargeUc / durationMs) * cellV)
}

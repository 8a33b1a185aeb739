// Battery life, for the estimate and for the report's page.
const HOURS_A_YEAR = 8760

/** Years until a cell is empty that gives `averageUa` and by itself loses a share of what it has each year. */
export function cellYears(capacityMah: number, averageUa: number, selfDischargePerYear: number): number {
    const drainMahPerYear = (averageUa / 1000) * HOURS_A_YEAR
    if (selfDischargePerYear <= 0) return drainMahPerYear > 0 ? capacityMah / drainMahPerYear : Number.POSITIVE_INFINITY
    return Math.log1p((selfDischargePerYear * capacityMah) / drainMahPerYear) / selfDischargePerYear
}

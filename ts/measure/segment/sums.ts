// What a stretch of samples comes to.
import type { RunPhase } from "../../run/run.js"

export class Sums {
    durationUs = 0
    /** µA times µs. */
    charge = 0
    /** µA times mV times µs. */
    energy = 0
    peakUa = Number.NEGATIVE_INFINITY
    samples = 0
    lostSamples = 0

    add(other: Sums): void {
        this.durationUs += other.durationUs
        this.charge += other.charge
        this.energy += other.energy
        this.peakUa = Math.max(this.peakUa, other.peakUa)
        this.samples += other.samples
        this.lostSamples += other.lostSamples
    }
}

const round = (value: number, digits: number) => Number(value.toFixed(digits))

/** In the units of run.json. */
export function costsOf(sums: Sums): Pick<RunPhase, "durationMs" | "chargeUc" | "energyUj" | "averageUa" | "peakUa"> {
    const { durationUs, charge, energy, peakUa } = sums
    return {
        durationMs: round(durationUs / 1e3, 3),
        chargeUc: round(charge / 1e6, 4),
        energyUj: round(energy / 1e9, 4),
        averageUa: round(durationUs > 0 ? charge / durationUs : 0, 3),
        peakUa: round(Number.isFinite(peakUa) ? peakUa : 0, 2),
    }
}

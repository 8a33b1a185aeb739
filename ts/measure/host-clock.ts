// Two clocks: the meter's, which counts samples, and this machine's, which dates what arrives. Samples arrive
// late, never early, by the time that USB and the kernel take; so the least delay of the last seconds is the
// difference of the clocks, and what grows of it is time that has no samples.

const WINDOW_US = 10_000_000
const SLOTS = 10
/** Two crystals may differ by this much. */
const CLOCK_ERROR = 200e-6
/** And a busy machine may be late by this much. */
const BUSY_US = 50_000

export class HostClock {
    /** The least delay of each of the last seconds. */
    readonly #least: number[] = []
    #slotEndUs = 0
    #firstUs: number | undefined
    #lastUs = 0

    /** Samples up to `sampleUs` have arrived at `hostUs`. */
    arrived(hostUs: number, sampleUs: number): void {
        const delayUs = hostUs - sampleUs
        this.#lastUs = sampleUs
        if (hostUs >= this.#slotEndUs) {
            this.#slotEndUs = hostUs + WINDOW_US / SLOTS
            if (this.#least.length === SLOTS) this.#firstUs ??= Math.min(...this.#least)
            this.#least.push(delayUs)
            if (this.#least.length > SLOTS) this.#least.shift()
            return
        }
        const last = this.#least.length - 1
        this.#least[last] = Math.min(this.#least[last] ?? delayUs, delayUs)
    }

    /** A moment of this machine's clock by that of the samples. */
    toSampleUs(hostUs: number): number {
        return this.#least.length === 0 ? hostUs : hostUs - Math.min(...this.#least)
    }

    /** Time for which no samples came although none seems to be missing: the counter shows 63 at most. */
    get unaccountedUs(): number {
        if (this.#firstUs === undefined) return 0
        const grownUs = Math.min(...this.#least) - this.#firstUs
        return grownUs > BUSY_US + CLOCK_ERROR * this.#lastUs ? grownUs : 0
    }
}

// A wake in fine slices, to be cut into phases once its log line tells where: the line comes last.
import { Sums } from "./sums.js"

export const SLICE_US = 100
/** A wake of a minute. A device that is awake for longer than that gets no phases, rather than all memory. */
const MOST_SLICES = 600_000

export class WakeSlices {
    #slices: Sums[] = []
    #isTooLong = false
    #open = new Sums()

    /** Takes a stretch that is no longer than it should be for its slice. */
    add(stretch: Sums): void {
        this.#open.add(stretch)
        if (this.#open.durationUs < SLICE_US || this.#isTooLong) return
        this.#slices.push(this.#open)
        this.#open = new Sums()
        if (this.#slices.length < MOST_SLICES) return
        this.#isTooLong = true
        this.#slices = []
    }

    /** What lies before each of the times (since the wake began, rising), and what is left after the last. */
    cut(timesUs: number[]): Sums[] {
        if (this.#isTooLong) return []
        const parts = [...timesUs, Number.POSITIVE_INFINITY].map(() => new Sums())
        let part = 0
        let endUs = 0
        for (const slice of [...this.#slices, this.#open]) {
            // A slice belongs where its middle lies.
            const middleUs = endUs + slice.durationUs / 2
            while (middleUs >= (timesUs[part] ?? Number.POSITIVE_INFINITY)) part++
            parts[part]?.add(slice)
            endUs += slice.durationUs
        }
        return parts
    }
}

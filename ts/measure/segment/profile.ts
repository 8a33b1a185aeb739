// A wake in fine slices, to be cut into phases once its log line tells where: the line comes last.
import { Sums } from "./sums.js"

const SLICE_US = 100

export class Profile {
    readonly #slices: Sums[] = []
    #open = new Sums()

    /** Takes a stretch that is no longer than it should be for its slice. */
    add(stretch: Sums): void {
        this.#open.add(stretch)
        if (this.#open.durationUs < SLICE_US) return
        this.#slices.push(this.#open)
        this.#open = new Sums()
    }

    /** What lies before each of the times (since the wake began, rising), and what is left after the last. */
    cut(timesUs: number[]): Sums[] {
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

export { SLICE_US }

// Whether a meter was at its limit: there the same value comes again and again, the highest of all, where a
// current that is measured never stands still.

/** Shorter runs of one value are chance. */
const SHORTEST = 20
/** Where other currents stand still nearly as long, the meter is coarse, or the recording is made up. */
const LONGER_THAN_OTHERS = 4
const NOTICED = 8
/** Other currents that are compared with it are awake ones: at least this share of it. */
const AWAKE_SHARE = 0.3

export class ClipWatch {
    #last = Number.NaN
    #run = 0
    #top = Number.NEGATIVE_INFINITY
    #longestAtTop = 0
    #longestBelow = 0

    add(currentUa: Float32Array): void {
        let last = this.#last
        let run = this.#run
        for (let index = 0; index < currentUa.length; index++) {
            const value = currentUa[index] as number
            if (value === last) run++
            else {
                if (run >= NOTICED) this.#close(last, run)
                last = value
                run = 1
            }
        }
        this.#last = last
        this.#run = run
    }

    #close(value: number, run: number): void {
        if (value > this.#top) {
            if (this.#top > AWAKE_SHARE * value) this.#longestBelow = Math.max(this.#longestBelow, this.#longestAtTop)
            this.#top = value
            this.#longestAtTop = run
        } else if (value === this.#top) this.#longestAtTop = Math.max(this.#longestAtTop, run)
        else if (value > AWAKE_SHARE * this.#top) this.#longestBelow = Math.max(this.#longestBelow, run)
    }

    /** Samples of the longest plateau at the highest current of all; 0 if there is none. */
    plateau(highestUa: number): number {
        if (this.#run >= NOTICED) this.#close(this.#last, this.#run)
        this.#run = 0
        const isTop = this.#top > 0 && this.#top >= highestUa
        const isLong = this.#longestAtTop >= Math.max(SHORTEST, LONGER_THAN_OTHERS * this.#longestBelow)
        return isTop && isLong ? this.#longestAtTop : 0
    }
}

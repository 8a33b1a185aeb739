// A stretch of low current: what it comes to with all bursts in it, and the current between them.
import type { Piece } from "./pieces.js"
import { Sums } from "./sums.js"

export class Quiet {
    readonly sums = new Sums()
    #calmUs = 0
    #calmCharge = 0

    add(piece: Piece): void {
        this.sums.add(piece)
        if (piece.isHigh || piece.isGap) return
        this.#calmUs += piece.durationUs
        this.#calmCharge += piece.charge
    }

    /** The mean between bursts; not a number where there is none. */
    get calmUa(): number {
        return this.#calmUs > 0 ? this.#calmCharge / this.#calmUs : Number.NaN
    }
}

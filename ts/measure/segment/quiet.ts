// A stretch of low current: what it comes to with all bursts in it, and the level between them.
import { median } from "../../base/statistics.js"
import type { Piece } from "./pieces.js"
import { Sums } from "./sums.js"

/** However long it is, its levels are this few. */
const MOST_LEVELS = 64

export class Quiet {
    readonly sums = new Sums()
    /** The mean current of each block, without bursts. */
    #levelsUa: number[] = []
    #blockUs: number
    #openUs = 0
    #calmUs = 0
    #calmCharge = 0
    /** Of the block with the lowest current; infinite before the first has ended. */
    lowestUa = Number.POSITIVE_INFINITY

    constructor(blockUs: number) {
        this.#blockUs = blockUs
    }

    add(piece: Piece): void {
        this.sums.add(piece)
        if (!piece.isHigh && !piece.isGap) {
            this.#calmUs += piece.durationUs
            this.#calmCharge += piece.charge
        }
        this.#openUs += piece.durationUs
        if (this.#openUs >= this.#blockUs) this.#endBlock()
    }

    /** Not a number before the first block has ended. The edges are in other blocks than the middle one. */
    get usualUa(): number {
        return this.#levelsUa.length > 0 ? median(this.#levelsUa) : Number.NaN
    }

    #endBlock(): void {
        this.#openUs = 0
        if (this.#calmUs === 0) return
        const levelUa = this.#calmCharge / this.#calmUs
        this.#calmUs = 0
        this.#calmCharge = 0
        this.lowestUa = Math.min(this.lowestUa, levelUa)
        this.#levelsUa.push(levelUa)
        if (this.#levelsUa.length < MOST_LEVELS) return
        this.#levelsUa = this.#levelsUa.filter((_, index) => index % 2 === 1)
        this.#blockUs *= 2
    }
}

// The mean current over a short time, so that a spike or the bursts of a converter are not taken for the level.
import type { Piece } from "./pieces.js"

/** Long enough for what a capacitor or a switching regulator draws at a time; a longer sample is one of its own. */
export const WINDOW_US = 500

export class Window {
    readonly pieces: Piece[] = []
    #durationUs = 0
    #measuredUs = 0
    #charge = 0

    add(piece: Piece): void {
        this.pieces.push(piece)
        this.#durationUs += piece.durationUs
        if (piece.isGap) return
        this.#measuredUs += piece.durationUs
        this.#charge += piece.charge
    }

    get isFull(): boolean {
        return this.#durationUs >= WINDOW_US
    }

    /** Not a number where all samples are missing. */
    get meanUa(): number {
        return this.#measuredUs > 0 ? this.#charge / this.#measuredUs : Number.NaN
    }
}

/** The index of the piece at which the current rose. The first `inBefore` of them are of the window before. */
export function indexOfRise(pieces: readonly Piece[], inBefore: number): number {
    let index = inBefore
    while (index < pieces.length && !pieces[index]?.isHigh) index++
    if (index === pieces.length) return inBefore
    if (index > inBefore) return index
    while (index > 0 && pieces[index - 1]?.isHigh) index--
    return index
}

/** The index of the piece at which the current had fallen for good. */
export function indexOfFall(pieces: readonly Piece[]): number {
    let index = pieces.length
    while (index > 0 && !pieces[index - 1]?.isHigh) index--
    return index
}

// A pin has changed when its new level has lasted; it is dated by where it began. What is shorter was picked up
// on the way, or is an open pin.
import type { Piece } from "./pieces.js"

/** Marker pins stay up until the device sleeps: no level of theirs is shorter than this. */
const DEBOUNCE_US = 100

const CHANNELS = 8
/** Sums of times may be off by less than this. */
const ROUNDING_US = 1e-3

interface Held {
    piece: Piece
    raw: number
}

export class Debouncer {
    readonly #onPiece: (piece: Piece) => void
    /** Levels that did not last. */
    glitches = 0
    #settled = -1
    /** For how long each pin has been other than settled. */
    readonly #differsUs = new Float64Array(CHANNELS)
    /** No more than the time of a debounce, and a piece. */
    #held: Held[] = []
    #heldUs = 0

    constructor(onPiece: (piece: Piece) => void) {
        this.#onPiece = onPiece
    }

    /** Passes pieces on in their order, with settled levels. */
    add(piece: Piece): void {
        if (this.#settled < 0) this.#settled = piece.levels
        if (this.#held.length === 0 && piece.levels === this.#settled) {
            this.#onPiece(piece)
            return
        }
        const raw = piece.levels
        piece.levels = this.#settled
        this.#held.push({ piece, raw })
        this.#heldUs += piece.durationUs
        let oldestUs = 0
        for (let channel = 0; channel < CHANNELS; channel++) {
            oldestUs = Math.max(oldestUs, this.#look(channel, raw, piece.durationUs))
        }
        this.#release(oldestUs)
    }

    /** The samples end or break off: levels that have not lasted count for nothing. */
    interrupt(): void {
        this.#release(0)
        this.#differsUs.fill(0)
        this.#settled = -1
    }

    /** For how long this channel has waited to be settled; 0 if it is. */
    #look(channel: number, raw: number, durationUs: number): number {
        const bit = 1 << channel
        const before = this.#differsUs[channel] as number
        if (((raw ^ this.#settled) & bit) === 0) {
            if (before > 0) this.glitches++
            this.#differsUs[channel] = 0
            return 0
        }
        const differsUs = before + durationUs
        const hasLasted = differsUs >= DEBOUNCE_US
        if (hasLasted) this.#accept(bit, raw)
        this.#differsUs[channel] = hasLasted ? 0 : differsUs
        return hasLasted ? 0 : differsUs
    }

    #accept(bit: number, raw: number): void {
        this.#settled ^= bit
        for (let index = this.#held.length - 1; index >= 0; index--) {
            const held = this.#held[index] as Held
            if (((held.raw ^ raw) & bit) !== 0) return
            held.piece.levels ^= bit
        }
    }

    /** What lies before all that is not settled. */
    #release(oldestUs: number): void {
        let count = 0
        while (count < this.#held.length) {
            const { piece } = this.#held[count] as Held
            if (this.#heldUs - piece.durationUs < oldestUs - ROUNDING_US) break
            this.#heldUs -= piece.durationUs
            count++
        }
        for (const { piece } of this.#held.splice(0, count)) this.#onPiece(piece)
        if (this.#held.length === 0) this.#heldUs = 0
    }
}

// Cuts samples into pieces of which each lies on one side of the thresholds and has one state of the pins: what
// is decided later can then be booked without looking at a sample again.
import type { Gap, SampleChunk } from "../source.js"
import { Sums } from "./sums.js"

export class Piece extends Sums {
    readonly startUs: number
    /** Of the pins. */
    levels: number
    /** The current reached the upper threshold, and has not fallen below the lower one since. */
    readonly isHigh: boolean
    /** Missing samples, which count as the mean of those beside them. */
    readonly isGap: boolean

    constructor(startUs: number, levels: number, isHigh: boolean, isGap = false) {
        super()
        this.startUs = startUs
        this.levels = levels
        this.isHigh = isHigh
        this.isGap = isGap
    }
}

export interface CutterOptions {
    awakeUa: number
    asleepUa: number
    /** Where the source does not measure it. */
    voltageMv: number
    useChannels: boolean
}

export class Cutter {
    readonly #options: CutterOptions
    readonly #onPiece: (piece: Piece) => void
    lowestUa = Number.POSITIVE_INFINITY
    highestUa = Number.NEGATIVE_INFINITY
    /** A piece is this long at most, if a sample is not longer. */
    longestUs: number
    #piece: Piece | undefined
    #isHigh = false
    #levels = 0
    #lastUa = Number.NaN
    #pendingGap: Gap | undefined

    constructor(options: CutterOptions, longestUs: number, onPiece: (piece: Piece) => void) {
        this.#options = options
        this.longestUs = longestUs
        this.#onPiece = onPiece
    }

    addGap(gap: Gap): void {
        const before = this.#pendingGap
        this.#pendingGap =
            before === undefined
                ? gap
                : { ...before, durationUs: before.durationUs + gap.durationUs, samples: before.samples + gap.samples }
    }

    addSamples(chunk: SampleChunk): void {
        const { currentUa } = chunk
        if (currentUa.length === 0) return
        this.#fillGap(chunk)
        const channels = this.#options.useChannels ? chunk.channels : null
        const isEven = chunk.durationsUs === null && chunk.voltageMv === null
        let atUs = chunk.startUs
        let index = 0
        while (index < currentUa.length) {
            const piece = this.#pieceFor(currentUa[index] as number, channels?.[index] ?? 0, atUs)
            const end = isEven ? this.#addEven(piece, chunk, channels, index) : this.#addUneven(piece, chunk, index)
            index = end
            atUs = piece.startUs + piece.durationUs
            if (piece.durationUs >= this.longestUs) this.flush()
        }
        this.#lastUa = currentUa[currentUa.length - 1] as number
    }

    /** What there is of a piece is passed on. */
    flush(): void {
        const piece = this.#piece
        this.#piece = undefined
        if (piece !== undefined) this.#onPiece(piece)
    }

    /** The samples break off here. */
    interrupt(): void {
        this.flush()
        this.#pendingGap = undefined
        this.#lastUa = Number.NaN
        this.#isHigh = false
    }

    #pieceFor(currentUa: number, levels: number, atUs: number): Piece {
        const { awakeUa, asleepUa } = this.#options
        const isHigh = currentUa >= (this.#isHigh ? asleepUa : awakeUa)
        const open = this.#piece
        if (open !== undefined && (open.levels !== levels || open.isHigh !== isHigh)) this.flush()
        this.#isHigh = isHigh
        this.#levels = levels
        this.#piece ??= new Piece(atUs, levels, isHigh)
        return this.#piece
    }

    /** Samples of one length and one voltage, up to where the piece ends. Returns the index of the next sample. */
    #addEven(piece: Piece, { currentUa, stepUs }: SampleChunk, channels: Uint8Array | null, start: number): number {
        const { awakeUa, asleepUa, voltageMv } = this.#options
        const from = piece.isHigh ? asleepUa : Number.NEGATIVE_INFINITY
        const to = piece.isHigh ? Number.POSITIVE_INFINITY : awakeUa
        const { levels } = piece
        const most = Math.max(1, Math.ceil((this.longestUs - piece.durationUs) / stepUs))
        const end = Math.min(currentUa.length, start + most)
        let sum = 0
        let peakUa = Number.NEGATIVE_INFINITY
        let lowestUa = Number.POSITIVE_INFINITY
        let index = start
        for (; index < end; index++) {
            const value = currentUa[index] as number
            if (value < from || value >= to || (channels !== null && channels[index] !== levels)) break
            sum += value
            if (value > peakUa) peakUa = value
            if (value < lowestUa) lowestUa = value
        }
        const charge = sum * stepUs
        piece.charge += charge
        piece.energy += charge * voltageMv
        piece.durationUs += (index - start) * stepUs
        piece.samples += index - start
        this.#spans(piece, lowestUa, peakUa)
        return index
    }

    /** One sample of its own length or voltage. */
    #addUneven(piece: Piece, chunk: SampleChunk, index: number): number {
        const currentUa = chunk.currentUa[index] as number
        const durationUs = chunk.durationsUs?.[index] ?? chunk.stepUs
        const charge = currentUa * durationUs
        piece.charge += charge
        piece.energy += charge * (chunk.voltageMv?.[index] ?? this.#options.voltageMv)
        piece.durationUs += durationUs
        piece.samples++
        this.#spans(piece, currentUa, currentUa)
        return index + 1
    }

    #spans(piece: Piece, lowestUa: number, peakUa: number): void {
        if (peakUa > piece.peakUa) piece.peakUa = peakUa
        if (lowestUa < this.lowestUa) this.lowestUa = lowestUa
        if (peakUa > this.highestUa) this.highestUa = peakUa
    }

    #fillGap(next: SampleChunk): void {
        const gap = this.#pendingGap
        if (gap === undefined) return
        this.#pendingGap = undefined
        this.flush()
        const after = next.currentUa[0] as number
        const mean = (after + (Number.isNaN(this.#lastUa) ? after : this.#lastUa)) / 2
        const piece = new Piece(gap.startUs, this.#levels, this.#isHigh, true)
        piece.charge = mean * gap.durationUs
        piece.energy = piece.charge * (next.voltageMv?.[0] ?? this.#options.voltageMv)
        piece.durationUs = gap.durationUs
        piece.lostSamples = gap.samples
        piece.peakUa = mean
        this.#onPiece(piece)
    }
}

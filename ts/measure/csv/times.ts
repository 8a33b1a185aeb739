// Rows in the order of their times, as they are: rows that share a time (2,000 a second by millis()) are spread
// until the next one, and a counter of 32 bits goes on where it wraps. Time that goes back is an error.
import { WarmhelloError } from "../../base/errors.js"
import type { Row } from "./rows.js"

/** Periods of micros() and millis(), in us, and of a time of day. */
const PERIODS_US = [2 ** 32, 2 ** 32 * 1000, 86_400e6]
/** A wrap is believed where the step across it is shorter than this share of the period. */
const WRAP_SHARE = 0.01
/** More rows of one time are no recording. */
const MOST_OF_ONE_TIME = 1 << 16

export class RowTimes {
    readonly #take: (row: Row) => void
    /** Rows of the latest time, in the order of the file. Only the first `#count` count. */
    readonly #held: Row[] = []
    #count = 0
    #lastUs = Number.NaN
    #wrappedUs = 0
    /** Between the rows before. */
    #stepUs = 0
    #secondLine = 0
    /** The most rows that shared a time. */
    mostOfOneTime = 1
    wraps = 0

    constructor(take: (row: Row) => void) {
        this.#take = take
    }

    /** Throws `csv-row` for a time that cannot be, and forgets that row. */
    add(row: Row, line: number): void {
        const timeUs = row.timeUs + this.#wrappedUs
        if (timeUs > this.#lastUs) {
            this.#pass(timeUs)
            this.#hold(row, timeUs)
            return
        }
        this.#addOutOfOrder(row, timeUs, line)
    }

    #addOutOfOrder(row: Row, timeUs: number, line: number): void {
        if (Number.isNaN(timeUs)) throw new WarmhelloError("csv-row", `line ${line} has no time`)
        if (timeUs === this.#lastUs) {
            if (this.#secondLine === 0) this.#secondLine = line
            if (this.#count >= MOST_OF_ONE_TIME) throw this.#tooCoarse()
            this.#hold(row, timeUs)
            this.mostOfOneTime = Math.max(this.mostOfOneTime, this.#count)
            return
        }
        if (Number.isNaN(this.#lastUs)) {
            this.#hold(row, timeUs)
            return
        }
        const lastUs = this.#lastUs - this.#wrappedUs
        const periodUs = PERIODS_US.find((one) => lastUs <= one && row.timeUs + one - lastUs < WRAP_SHARE * one)
        if (periodUs === undefined) throw new WarmhelloError("csv-time", `time goes back at line ${line}`)
        this.#wrappedUs += periodUs
        this.wraps++
        this.#pass(row.timeUs + this.#wrappedUs)
        this.#hold(row, row.timeUs + this.#wrappedUs)
    }

    #hold({ currentUa, voltageMv, channels }: Row, timeUs: number): void {
        const index = this.#count++
        this.#lastUs = timeUs
        const held = this.#held[index]
        if (held === undefined) {
            this.#held[index] = { timeUs, currentUa, voltageMv, channels }
            return
        }
        held.timeUs = timeUs
        held.currentUa = currentUa
        held.voltageMv = voltageMv
        held.channels = channels
    }

    /** Passes on what is held: the next row comes at `nextUs`. */
    #pass(nextUs: number): void {
        const count = this.#count
        const first = this.#held[0]
        if (count === 0 || first === undefined) return
        this.#count = 0
        this.#stepUs = (nextUs - first.timeUs) / count
        if (count === 1) this.#take(first)
        else this.#spread(count, this.#stepUs)
    }

    #spread(count: number, stepUs: number): void {
        for (const [index, row] of this.#held.slice(0, count).entries()) {
            row.timeUs += index * stepUs
            this.#take(row)
        }
    }

    #tooCoarse(): WarmhelloError {
        const message = `line ${this.#secondLine} has the time of the line before it: the times are written too coarsely`
        return new WarmhelloError("csv-time", message)
    }

    /** No other row follows. */
    end(): void {
        if (this.#count > 1 && this.#stepUs === 0) throw this.#tooCoarse()
        this.#pass(this.#lastUs + this.#stepUs * this.#count)
    }
}

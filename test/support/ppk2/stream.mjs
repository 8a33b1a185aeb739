// @ts-check
// A script as the bytes that a PPK2 would send, with the faults that it may have.
import { rangeFor, readingFor, wordOf } from "./readings.mjs"

/** @typedef {import("./script.mjs").Step} Step */

/**
 * @typedef {object} Faults
 * @property {{every: number, samples: number}} [drop] leaves out so many of every so many samples
 * @property {number} [changeRangeEvery] changes to the next range and back, every so many samples
 * @property {{at: number, bytes: Uint8Array}[]} [garbage] sent before these samples
 * @property {number[]} [damaged] samples whose counter is wrong
 */

const SAMPLES_PER_MS = 100
const COUNTER_SHIFT = 18

export class SampleStream {
    /** Samples of the script so far, those that were dropped included. */
    position = 0
    dropped = 0

    /** @param {Step[]} steps @param {number} vddMv @param {Faults} [faults] */
    constructor(steps, vddMv, faults = {}) {
        this.faults = faults
        this.ends = /** @type {number[]} */ ([])
        let end = 0
        for (const { durationMs } of steps) {
            end += Math.round(durationMs * SAMPLES_PER_MS)
            this.ends.push(end)
        }
        this.samples = end
        this.steps = steps
        this.readings = steps.map(({ currentUa }) => {
            const range = rangeFor(currentUa)
            return [readingFor(currentUa, vddMv, range), readingFor(currentUa, vddMv, Math.min(4, range + 1))]
        })
        this.step = 0
        this.left = 0
    }

    get done() {
        return this.position >= this.samples
    }

    /** The next so many samples, as bytes; after the script its last step goes on. Calls `reached` for each step that ends in them.
     * @param {number} count @param {(step: Step) => void} [reached] @returns {Uint8Array} */
    next(count, reached) {
        const words = new Uint32Array(count)
        let used = 0
        /** @type {{at: number, bytes: Uint8Array}[]} */
        const inserts = []
        for (let i = 0; i < words.length; i++) {
            const index = this.position++
            this.#garbageBefore(index, used, inserts)
            if (!this.#isDropped(index)) words[used++] = this.#word(index)
            this.#advance(reached)
        }
        return withInserts(new Uint8Array(words.buffer, 0, 4 * used), inserts)
    }

    /** @param {((step: Step) => void) | undefined} reached */
    #advance(reached) {
        while (this.step < this.steps.length && this.position >= (this.ends[this.step] ?? 0)) {
            const step = this.steps[this.step++]
            if (step !== undefined) reached?.(step)
        }
    }

    /** @param {number} index */
    #isDropped(index) {
        const { drop } = this.faults
        if (drop === undefined || index % drop.every < drop.every - drop.samples) return false
        this.dropped++
        return true
    }

    /** @param {number} index @param {number} used @param {{at: number, bytes: Uint8Array}[]} inserts */
    #garbageBefore(index, used, inserts) {
        for (const { at, bytes } of this.faults.garbage ?? []) {
            if (at === index) inserts.push({ at: 4 * used, bytes })
        }
    }

    /** @param {number} index */
    #word(index) {
        const { changeRangeEvery, damaged } = this.faults
        const other = changeRangeEvery !== undefined && Math.floor(index / changeRangeEvery) % 2 === 1
        const step = Math.min(this.step, this.steps.length - 1)
        const reading = this.readings[step]?.[other ? 1 : 0] ?? { range: 0, adc: 0 }
        const word = wordOf(reading, index, this.steps[step]?.levels ?? 0)
        return damaged?.includes(index) ? (word ^ (21 << COUNTER_SHIFT)) >>> 0 : word
    }
}

/** @param {Uint8Array} bytes @param {{at: number, bytes: Uint8Array}[]} inserts */
function withInserts(bytes, inserts) {
    if (inserts.length === 0) return bytes
    const parts = []
    let from = 0
    for (const insert of inserts) {
        parts.push(bytes.subarray(from, insert.at), insert.bytes)
        from = insert.at
    }
    return Uint8Array.from(Buffer.concat([...parts, bytes.subarray(from)]))
}

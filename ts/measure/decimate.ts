// The whole run as blocks of least, mean and greatest current, for the report. When there are too many,
// two become one: however long the run, it takes the same memory.
import type { Run } from "../run/run.js"
import type { SampleChunk } from "./source.js"

const MOST_BLOCKS = 1 << 17
const FIRST_BLOCK_US = 1000

const rounded = (value: number) => Number(value.toFixed(2))

export class Decimator {
    #blockUs = FIRST_BLOCK_US
    #used = 0
    readonly #sum = new Float64Array(MOST_BLOCKS)
    readonly #count = new Float64Array(MOST_BLOCKS)
    readonly #min = new Float32Array(MOST_BLOCKS)
    readonly #max = new Float32Array(MOST_BLOCKS)

    add(chunk: SampleChunk): void {
        const { currentUa, stepUs, durationsUs } = chunk
        let index = 0
        let atUs = chunk.startUs
        while (index < currentUa.length) {
            const block = this.#blockAt(atUs)
            const endUs = (block + 1) * this.#blockUs
            if (durationsUs === null) {
                const count = Math.max(1, Math.ceil((endUs - atUs) / stepUs))
                const end = Math.min(currentUa.length, index + count)
                this.#addTo(block, currentUa, index, end)
                atUs += (end - index) * stepUs
                index = end
            } else {
                this.#addTo(block, currentUa, index, index + 1)
                atUs += durationsUs[index] as number
                index++
            }
        }
    }

    #blockAt(atUs: number): number {
        while (atUs >= MOST_BLOCKS * this.#blockUs) this.#halve()
        const block = Math.floor(atUs / this.#blockUs)
        while (this.#used <= block) this.#clear(this.#used++)
        return block
    }

    #clear(block: number): void {
        this.#sum[block] = 0
        this.#count[block] = 0
        this.#min[block] = Number.POSITIVE_INFINITY
        this.#max[block] = Number.NEGATIVE_INFINITY
    }

    #addTo(block: number, currentUa: Float32Array, start: number, end: number): void {
        let sum = 0
        let min = this.#min[block] as number
        let max = this.#max[block] as number
        for (let index = start; index < end; index++) {
            const value = currentUa[index] as number
            sum += value
            if (value < min) min = value
            if (value > max) max = value
        }
        this.#sum[block] = (this.#sum[block] as number) + sum
        this.#count[block] = (this.#count[block] as number) + end - start
        this.#min[block] = min
        this.#max[block] = max
    }

    #halve(): void {
        const half = Math.ceil(this.#used / 2)
        for (let block = 0; block < half; block++) {
            const [a, b] = [2 * block, 2 * block + 1]
            const both = b < this.#used
            const second = (values: Float64Array | Float32Array, none: number) => (both ? (values[b] as number) : none)
            this.#sum[block] = (this.#sum[a] as number) + second(this.#sum, 0)
            this.#count[block] = (this.#count[a] as number) + second(this.#count, 0)
            this.#min[block] = Math.min(this.#min[a] as number, second(this.#min, Number.POSITIVE_INFINITY))
            this.#max[block] = Math.max(this.#max[a] as number, second(this.#max, Number.NEGATIVE_INFINITY))
        }
        this.#used = half
        this.#blockUs *= 2
    }

    /** Blocks without a sample repeat the one before. */
    result(): Run["samples"] {
        if (this.#used === 0) return null
        const meanUa: number[] = []
        const minUa: number[] = []
        const maxUa: number[] = []
        let last: [number, number, number] = [0, 0, 0]
        for (let block = 0; block < this.#used; block++) {
            const count = this.#count[block] as number
            if (count > 0) {
                const mean = (this.#sum[block] as number) / count
                last = [rounded(mean), rounded(this.#min[block] as number), rounded(this.#max[block] as number)]
            }
            meanUa.push(last[0])
            minUa.push(last[1])
            maxUa.push(last[2])
        }
        return { blockMs: this.#blockUs / 1000, startS: 0, meanUa, minUa, maxUa }
    }
}

// Two instruments, two clocks: the edge that both have seen puts a logic analyser's pins onto the clock of the current.
// D0 falls when the device goes to sleep. The meter has seen that on an input of its own, or as the end of the current.
import { bisectLeft } from "d3-array"
import { WarmhelloError } from "../../base/errors.js"
import { Decoder } from "../decode.js"
import type { RawSource } from "../raw.js"
import { Segmenter, type Thresholds } from "../segment/segmenter.js"
import type { SampleChunk } from "../source.js"
import type { LogicTrace } from "./logic-file.js"

const AWAKE_BIT = 1
/** From one wake to the next two clocks part by less than this, and a device ends its last line. */
const WITHIN_US = 50_000
/** So many of the analyser's first edges are tried as the one that the meter saw. */
const TRIED = 20
/** If more than this share of all meet, no other edge is tried. */
const MOST_SHARE = 0.9

/** When D0 falls, by the analyser's clock. */
function fallsOf({ timesUs, levels }: LogicTrace): number[] {
    return timesUs.filter((_, index) => {
        const before = levels[index - 1] ?? 0
        return (before & AWAKE_BIT) !== 0 && ((levels[index] ?? 0) & AWAKE_BIT) === 0
    })
}

/** When the device went to sleep: D0's falls, where the recording has them itself, otherwise the ends of the current. */
export async function sleepEdges(source: RawSource, thresholds: Thresholds): Promise<number[]> {
    const decoder = new Decoder()
    const edges: number[] = []
    const segmenter = new Segmenter({ ...thresholds, voltageMv: 1, useChannels: true, keepSlices: false }, (wake) => {
        if (wake.sleep === null) edges.push(wake.startUs + wake.sums.durationUs)
    })
    for await (const raw of source) {
        for (const event of decoder.decode(raw)) {
            if (event.kind === "samples" || event.kind === "gap") segmenter.add(event)
        }
    }
    segmenter.end()
    return edges
}

interface Match {
    fallUs: number
    edgeUs: number
}

function nearest(edges: readonly number[], atUs: number): number | undefined {
    const after = bisectLeft(edges, atUs)
    const [left, right] = [edges[after - 1], edges[after]]
    if (left === undefined || right === undefined) return left ?? right
    return atUs - left < right - atUs ? left : right
}

/** All falls that find an edge if these two are one: clocks part slowly, so each takes its offset from its neighbour. */
function matchesFrom(falls: readonly number[], edges: readonly number[], first: number, edgeUs: number): Match[] {
    let offsetUs = edgeUs - (falls[first] ?? 0)
    const walk = (part: readonly number[]) =>
        part.flatMap((fallUs) => {
            const found = nearest(edges, fallUs + offsetUs)
            if (found === undefined || Math.abs(found - fallUs - offsetUs) > WITHIN_US) return []
            offsetUs = found - fallUs
            return [{ fallUs, edgeUs: found }]
        })
    const after = walk(falls.slice(first))
    offsetUs = edgeUs - (falls[first] ?? 0)
    return [...walk(falls.slice(0, first).reverse()).reverse(), ...after]
}

/** How unlike the distances from match to match are by the two clocks. */
const unlikeUs = (matches: readonly Match[]): number =>
    matches.slice(1).reduce((sum, { fallUs, edgeUs }, index) => {
        const before = matches[index] as Match
        return sum + Math.abs(fallUs - before.fallUs - (edgeUs - before.edgeUs))
    }, 0)

const isBetter = (one: readonly Match[], than: readonly Match[]): boolean =>
    one.length > than.length || (one.length === than.length && unlikeUs(one) < unlikeUs(than))

function bestMatches(falls: readonly number[], edges: readonly number[]): Match[] {
    let best: Match[] = []
    for (const [first] of falls.slice(0, TRIED).entries()) {
        for (const edgeUs of edges) {
            const one = matchesFrom(falls, edges, first, edgeUs)
            if (isBetter(one, best)) best = one
        }
        if (best.length > MOST_SHARE * Math.min(falls.length, edges.length)) break
    }
    return best
}

/** The analyser's pins by the clock of the samples. */
export class Pins {
    readonly #trace: LogicTrace
    readonly #matches: Match[]
    readonly falls: number
    readonly edges: number
    #next = 0
    #nextUs: number

    /** `pins-file` where no edge is shared. */
    constructor(trace: LogicTrace, edges: readonly number[], path: string) {
        const falls = fallsOf(trace)
        this.#trace = trace
        this.#matches = bestMatches(falls, edges)
        this.falls = falls.length
        this.edges = edges.length
        if (this.#matches.length === 0) {
            const seen = `D0 falls ${falls.length} times, and the recording has ${edges.length} ends of a wake`
            throw new WarmhelloError("pins-file", `${path}: nothing in it meets the recording: ${seen}`)
        }
        this.#nextUs = this.#toSampleUs(trace.timesUs[0] ?? 0)
    }

    /** How many of D0's falls the recording has seen as well. */
    get matched(): number {
        return this.#matches.length
    }

    /** Its channels become the analyser's, beside the recording's own. Chunks come in order. */
    apply(chunk: SampleChunk): void {
        const count = chunk.currentUa.length
        chunk.channels ??= new Uint8Array(count)
        let atUs = chunk.startUs
        for (let index = 0; index < count; index++) {
            while (this.#nextUs <= atUs) this.#advance()
            const level = this.#trace.levels[this.#next - 1] ?? 0
            chunk.channels[index] = (chunk.channels[index] ?? 0) | level
            atUs += chunk.durationsUs?.[index] ?? chunk.stepUs
        }
    }

    #advance(): void {
        this.#next++
        const timeUs = this.#trace.timesUs[this.#next]
        this.#nextUs = timeUs === undefined ? Number.POSITIVE_INFINITY : this.#toSampleUs(timeUs)
    }

    /** Between two shared edges the clocks part evenly; beyond the outer ones they are taken to agree. */
    #toSampleUs(timeUs: number): number {
        const after = this.#matches.findIndex(({ fallUs }) => fallUs >= timeUs)
        const right = this.#matches[after < 0 ? this.#matches.length - 1 : after] as Match
        const left = this.#matches[after - 1]
        if (after <= 0 || left === undefined) return timeUs + right.edgeUs - right.fallUs
        const share = (timeUs - left.fallUs) / (right.fallUs - left.fallUs)
        return left.edgeUs + share * (right.edgeUs - left.edgeUs)
    }
}

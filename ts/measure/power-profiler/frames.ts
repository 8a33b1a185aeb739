// How Nordic's Power Profiler keeps samples: a current in uA, and two bits for each of D0 to D7. Of these, the
// first says that it was low during the sample, the second that it was high.
import { type Gap, type SampleChunk, splitAtNaN } from "../source.js"

export const FRAME_BYTES = 6
const CURRENT_BYTES = 4

/** A pin that was both counts as high, as in Power Profiler's CSV. */
function levelsOf(pairs: number): number {
    let levels = 0
    for (let bit = 0; bit < 8; bit++) levels |= ((pairs >> (2 * bit + 1)) & 1) << bit
    return levels
}

export interface Frames {
    count: number
    current: (index: number) => number
    /** Null where there were no logic channels. */
    pairs: ((index: number) => number) | null
}

/** In a session the current is little-endian and the pairs are big-endian: Nordic's own program writes them so. */
export function framesOfSession(bytes: Buffer): Frames {
    return {
        count: Math.floor(bytes.length / FRAME_BYTES),
        current: (index) => bytes.readFloatLE(index * FRAME_BYTES),
        pairs: (index) => bytes.readUInt16BE(index * FRAME_BYTES + CURRENT_BYTES),
    }
}

/** Samples as they are; what Power Profiler missed has no number, and is a gap. */
export function eventsOf(
    { count, current, pairs }: Frames,
    first: number,
    stepUs: number,
): Generator<SampleChunk | Gap> {
    return splitAtNaN({
        ...{ kind: "samples", startUs: first * stepUs, stepUs, durationsUs: null, voltageMv: null },
        currentUa: Float32Array.from({ length: count }, (_, index) => current(index)),
        channels: pairs && Uint8Array.from({ length: count }, (_, index) => levelsOf(pairs(index))),
    })
}

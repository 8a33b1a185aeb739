// What a part of the run took, whoever chose it: from its blocks of samples, or from its phases.
import { tellsPhases } from "../../run/phased.js"
import type { Blocks } from "./decimate.js"
import type { Wake } from "./stats.js"

export interface WindowSum {
    durationS: number
    /** Null where nothing is known of any of it. */
    chargeUc: number | null
    /** How far the charge may be off: a block that only partly belongs to the window has but its mean, least and greatest. */
    offByUc: number
    /** Of the window's length. */
    knownShare: number
}

interface Part {
    fromS: number
    toS: number
    meanUa: number
    minUa: number
    maxUa: number
}

function sumOf(parts: Iterable<Part>, fromS: number, toS: number): WindowSum {
    const sum: WindowSum = { durationS: toS - fromS, chargeUc: null, offByUc: 0, knownShare: 0 }
    for (const part of parts) {
        const lengthS = part.toS - part.fromS
        const insideS = Math.min(toS, part.toS) - Math.max(fromS, part.fromS)
        if (insideS <= 0 || lengthS <= 0) continue
        const share = Math.min(1, insideS / lengthS)
        const chargeUc = part.meanUa * insideS
        const leastUc = Math.max(share * part.minUa, part.meanUa - (1 - share) * part.maxUa) * lengthS
        const mostUc = Math.min(share * part.maxUa, part.meanUa - (1 - share) * part.minUa) * lengthS
        sum.chargeUc = (sum.chargeUc ?? 0) + chargeUc
        sum.offByUc += Math.max(0, mostUc - chargeUc, chargeUc - leastUc)
        sum.knownShare += insideS / sum.durationS
    }
    return sum
}

function* partsOfBlocks({ startS, blockMs, meanUa, minUa, maxUa }: Blocks, fromS: number, toS: number) {
    const lengthS = blockMs / 1000
    const begin = Math.max(0, Math.floor((fromS - startS) / lengthS))
    const end = Math.min(meanUa.length, Math.ceil((toS - startS) / lengthS))
    for (let index = begin; index < end; index++) {
        const at = startS + index * lengthS
        const [mean = 0, least = 0, greatest = 0] = [meanUa[index], minUa[index], maxUa[index]]
        yield { fromS: at, toS: at + lengthS, meanUa: mean, minUa: least, maxUa: greatest }
    }
}

/** A phase, or a wake that tells none, has its mean only. */
export function* partsOfWakes(wakes: readonly Wake[]) {
    for (const wake of wakes) {
        const whole = { startMs: 0, durationMs: wake.durationMs, averageUa: wake.averageUa }
        for (const { startMs, durationMs, averageUa } of tellsPhases(wake) ? wake.phases : [whole, ...wake.phases]) {
            const fromS = wake.startS + startMs / 1000
            yield { fromS, toS: fromS + durationMs / 1000, meanUa: averageUa, minUa: averageUa, maxUa: averageUa }
        }
    }
}

export const sumOfBlocks = (blocks: Blocks, fromS: number, toS: number): WindowSum =>
    sumOf(partsOfBlocks(blocks, fromS, toS), fromS, toS)

export const sumOfWakes = (wakes: readonly Wake[], fromS: number, toS: number): WindowSum =>
    sumOf(partsOfWakes(wakes), fromS, toS)

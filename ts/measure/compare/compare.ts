// Full wakes against resumed ones, in pairs: a full one and the resumed one beside it, so that what drifts
// over the hours (battery, warmth, the neighbours' Wi-Fi) meets both.

import { MeanIntervals } from "../../base/mean-intervals.js"
import { deviation, mean } from "../../base/statistics.js"
import { tellsPhases } from "../../run/phased.js"
import type { Phase } from "../../run/phases-and-causes.js"
import type { Comparison, RunWake } from "../../run/run.js"
import { phaseWords } from "../../run/wake-line.js"

/** Fewer pairs make no interval: of four the widest that there is holds seven of eight times only. */
export const LEAST_PAIRS = 5
/** Of that many pairs or more; of fewer it is what comes nearest. */
const CONFIDENCE = 0.95
/** Of the normal distribution, for that confidence. */
const Z = 1.96
/** A wake with more of its samples lost than this is not compared. */
const MOST_LOST = 0.01

/** Two wakes further apart than this many usual distances are not beside each other: the run was continued after a
 * pause, or what lay between was not seen. */
const FURTHEST_APART = 3

export interface CompareOptions {
    seed: number
    /** Half the interval's width that one would like, as a share of the difference. */
    precision: number
    sampleRateHz: number
}

export interface Pair {
    full: RunWake
    resumed: RunWake
}

export interface Paired {
    pairs: Pair[]
    /** Wakes without a partner. */
    unpaired: number[]
    /** Left out for lost samples. */
    lossy: number[]
}

const isLossy = (wake: RunWake, sampleRateHz: number) =>
    wake.lostSamples > (MOST_LOST * wake.durationMs * sampleRateHz) / 1000

/** Where the firmware forces full handshakes, only those are compared: others are full for reasons of their own. */
function comparable(wakes: RunWake[]): RunWake[] {
    const forced = wakes.some(({ forcedFull }) => forcedFull)
    return wakes.filter(
        ({ result, forcedFull }) => result === "resumed" || (result === "full" && (!forced || forcedFull)),
    )
}

/** The usual time from one wake to the next. */
function usualDistanceS(wakes: RunWake[]): number {
    const distances = wakes.slice(1).map(({ startS }, index) => startS - (wakes[index]?.startS ?? 0))
    return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0
}

/** Beside each other, and both with their boot or both without: otherwise the difference would be the boot's. */
const fits = (before: RunWake, wake: RunWake, furthestS: number) =>
    wake.startS - before.startS <= furthestS && (before.bootSeen ?? true) === (wake.bootSeen ?? true)

export function pairUp(wakes: RunWake[], sampleRateHz: number): Paired {
    const furthestS = FURTHEST_APART * usualDistanceS(wakes)
    const lossy = wakes.filter((wake) => isLossy(wake, sampleRateHz))
    const pairs: Pair[] = []
    const unpaired: number[] = []
    let waiting: RunWake | undefined
    for (const wake of comparable(wakes).filter((one) => !lossy.includes(one))) {
        if (waiting === undefined || waiting.result === wake.result || !fits(waiting, wake, furthestS)) {
            if (waiting !== undefined) unpaired.push(waiting.n)
            waiting = wake
            continue
        }
        pairs.push(wake.result === "full" ? { full: wake, resumed: waiting } : { full: waiting, resumed: wake })
        waiting = undefined
    }
    if (waiting !== undefined) unpaired.push(waiting.n)
    return { pairs, unpaired, lossy: lossy.map(({ n }) => n) }
}

const rounded = (value: number) => Number(value.toFixed(4))

const intervalsFor = (pairs: number, seed: number) =>
    pairs >= LEAST_PAIRS ? new MeanIntervals(pairs, CONFIDENCE, seed) : undefined

type Compared = Pick<Comparison, "fullUj" | "resumedUj" | "differenceUj" | "differenceRangeUj">

function compareBy(pairs: Pair[], energyUj: (wake: RunWake) => number, intervals: MeanIntervals | undefined): Compared {
    const differences = pairs.map(({ full, resumed }) => energyUj(full) - energyUj(resumed))
    const range = intervals?.of(differences) ?? null
    return {
        fullUj: rounded(mean(pairs.map(({ full }) => energyUj(full)))),
        resumedUj: rounded(mean(pairs.map(({ resumed }) => energyUj(resumed)))),
        differenceUj: rounded(mean(differences)),
        differenceRangeUj: range === null ? null : [rounded(range.low), rounded(range.high)],
    }
}

/** Of a wake with phases, one that did not take place took nothing. */
const phaseEnergyUj = (phase: Phase) => (wake: RunWake) => wake.phases.find((one) => one.phase === phase)?.energyUj ?? 0

/** Pairs until the difference is known to the wanted precision. */
function pairsWanted(pairs: Pair[], precision: number): number | null {
    const differences = pairs.map(({ full, resumed }) => full.energyUj - resumed.energyUj)
    const size = Math.abs(mean(differences))
    if (pairs.length < LEAST_PAIRS || size === 0) return null
    return Math.max(LEAST_PAIRS, Math.ceil(((Z * deviation(differences)) / (precision * size)) ** 2))
}

/** Null when there is no pair. The sleep is the same for both and is left out. */
export function compare(wakes: RunWake[], { seed, precision, sampleRateHz }: CompareOptions): Comparison | null {
    const { pairs } = pairUp(wakes, sampleRateHz)
    if (pairs.length === 0) return null
    const phased = pairs.filter(({ full, resumed }) => tellsPhases(full) && tellsPhases(resumed))
    const present = phaseWords.filter(
        (phase) =>
            phase !== "sleep" &&
            phased.some(({ full, resumed }) =>
                [full, resumed].some((wake) => wake.phases.some((one) => one.phase === phase)),
            ),
    )
    const intervals = intervalsFor(pairs.length, seed)
    const ofPhases = phased.length === pairs.length ? intervals : intervalsFor(phased.length, seed)
    return {
        pairs: pairs.length,
        confidence: rounded(intervals?.confidence ?? CONFIDENCE),
        seed,
        precision,
        pairsForPrecision: pairsWanted(pairs, precision),
        ...compareBy(pairs, ({ energyUj }) => energyUj, intervals),
        phases: present.map((phase) => ({ phase, ...compareBy(phased, phaseEnergyUj(phase), ofPhases) })),
    }
}

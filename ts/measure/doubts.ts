// What speaks against the figures of a run: each doubt as a warning.

import { deviation, mean, median } from "../base/statistics.js"
import { phases } from "../run/phases-and-causes.js"
import type { Comparison, Run, RunWake, RunWarning, SleepCurrent } from "../run/run.js"
import { current, time } from "../run/units.js"
import { phaseWords } from "../run/wake-line.js"
import { LEAST_PAIRS, type Pair, type Paired } from "./compare/compare.js"
import type { DecodeStats } from "./decode.js"
import type { Pins } from "./pins/shared-edge.js"
import type { Acquisition, EndEvent } from "./raw.js"
import type { SegmenterStats } from "./segment/segmenter.js"
import type { MeterInfo, MeterKind } from "./source.js"
import type { BookStats, WakeBook } from "./wakes/book.js"
import { RESUMED_CHANNEL, type WakeResult } from "./wakes/results.js"
import { lostWarning, warning } from "./warnings.js"

/** Fewer pairs than this make an interval, but not a sure one. */
const GOOD_PAIRS = 10
/** What happens in fewer than one pair of this share of them may have happened in none ("the rule of three"). */
const RARE_SHARE = 1 / 3
/** By so many standard errors mean and median differ where a few pairs pull to one side. */
const SKEW_ERRORS = 2.5
/** Slower meters cannot show phases. */
const FINE_RATE_HZ = 1000
/** The log's delay may vary by this. */
const MOST_SPREAD_US = 50_000
/** How many standard errors a slope must have, and which share of the mean it must come to, to be called a drift. */
const DRIFT_ERRORS = 3
const DRIFT_SHARE = 0.05

/** A wake is unlike the others that is so many times shorter or longer; where full and resumed are not told apart. */
const UNLIKE = 3
const UNLIKE_UNKNOWN = 6

const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`
const share = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(3)} %`

/** What a board on a battery draws at its most and at its least, and what supplies it. */
const MOST_UA = 3e6
const LEAST_UA = 1e-3
export const SUPPLY_MV: [number, number] = [800, 30_000]
/** What a PPK2 measures, with what its filter may add. */
const MOST_OF_PPK2_UA = 1.05e6

const isPpk2 = (kind: MeterKind) => kind === "ppk2" || kind.startsWith("power-profiler")
const amperes = (ua: number) => `${Number((ua / 1e6).toPrecision(3))} A`

/** What cannot be, and what the meter could not show. It stands before everything else. */
export function doubtsAboutPlausibility(
    { kind }: MeterInfo,
    { lowestMv, highestMv, clip }: DecodeStats,
    { lowestUa, highestUa }: SegmenterStats,
): RunWarning[] {
    const found: RunWarning[] = []
    const mostUa = isPpk2(kind) ? MOST_OF_PPK2_UA : MOST_UA
    const largestUa = Math.max(highestUa, -lowestUa)
    if (largestUa > mostUa) {
        const limit = isPpk2(kind)
            ? `a PPK2 measures up to ${amperes(1e6)}`
            : `a board draws less than ${amperes(mostUa)}`
        found.push(warning("current-impossible", `the current reaches ${amperes(largestUa)}: ${limit}`))
    } else if (largestUa < LEAST_UA) {
        found.push(warning("current-impossible", `the current never reaches 1 nA, but ${amperes(largestUa)} at most`))
    }
    if (highestMv > SUPPLY_MV[1] || (Number.isFinite(highestMv) && highestMv < SUPPLY_MV[0])) {
        const range = `${Number((lowestMv / 1000).toPrecision(3))} and ${Number((highestMv / 1000).toPrecision(3))} V`
        found.push(warning("voltage-impossible", `the voltage lies between ${range}: a board has 0.8 to 30 V`))
    }
    const plateau = clip.plateau(highestUa)
    if (plateau > 0) {
        found.push(
            warning("current-clipped", `the current stays at ${amperes(highestUa)} exactly for ${plateau} samples`),
        )
    }
    return found
}

export function doubtsAboutSamples(meter: MeterInfo, stats: DecodeStats, lowestUa: number): RunWarning[] {
    const found: RunWarning[] = []
    const { samples, lostSamples, damagedSamples, garbageBytes, notNumbers, timeJumps, unaccountedUs } = stats
    if (lostSamples > 0) {
        const message = `${count(lostSamples, "sample")} of ${samples + lostSamples} lost (${share(lostSamples, samples + lostSamples)})`
        found.push(lostWarning(meter.kind, message))
    }
    if (damagedSamples > 0) found.push(warning("damaged-samples", `${count(damagedSamples, "sample")} damaged`))
    if (garbageBytes > 3) found.push(warning("bytes-without-samples", `${garbageBytes} bytes were no samples`))
    if (unaccountedUs > 0) {
        const message = `${(unaccountedUs / 1e6).toFixed(2)} s more passed than there are samples for`
        found.push(warning("time-unaccounted", message))
    }
    if (notNumbers > 0) found.push(warning("not-numbers", `${count(notNumbers, "sample")} without a number`))
    if (timeJumps > 0) {
        const message = `time jumps ${count(timeJumps, "time")}, by ${time(stats.jumpedUs / 1000)} in all`
        found.push(warning("time-jumps", message))
    }
    if (stats.missingFactors.length > 0) {
        const message = `the PPK2 does not tell ${stats.missingFactors.join(", ")}`
        found.push(warning("calibration-incomplete", message))
    }
    if (lowestUa < -1000) found.push(warning("current-reversed", `the current falls to ${lowestUa.toFixed(0)} uA`))
    return found
}

export function doubtsAboutAcquisition({ supply, meter }: Acquisition): RunWarning[] {
    const found: RunWarning[] = []
    if (supply.origin === "assumed") {
        const message = `the supply is assumed to be ${(supply.voltageMv / 1000).toFixed(2)} V`
        found.push(warning("supply-voltage-unknown", message))
    }
    if (meter.sampleRateHz < FINE_RATE_HZ) {
        found.push(warning("coarse-sampling", `${meter.sampleRateHz.toFixed(0)} samples a second`))
    }
    return found
}

/** Below zero by more than meters are off, as a rule. */
const BELOW_ZERO_UA = -1

/** So many times its profile's current is no spread of parts. */
const FAR_TOO_MUCH = 10

/** Where no sleep was seen, the lowest current of all tells: what sleeps that badly looks awake. */
export function doubtsAboutSleep(
    sleepCurrent: SleepCurrent | undefined,
    expected: SleepCurrent["expected"],
    lowestUa: number,
): RunWarning[] {
    if (sleepCurrent !== undefined && sleepCurrent.meanUa < BELOW_ZERO_UA) {
        return [warning("current-reversed", `asleep the mean is ${current(sleepCurrent.meanUa)}, which is below zero`)]
    }
    if (expected === null) return []
    const drawnUa = sleepCurrent?.meanUa ?? lowestUa
    const times = drawnUa / Math.max(expected.typicalUa, Number.MIN_VALUE)
    if (!Number.isFinite(drawnUa) || times < FAR_TOO_MUCH || drawnUa <= expected.highUa) return []
    const what = sleepCurrent === undefined ? "the current never falls below" : "asleep the device draws"
    const message = `${what} ${current(drawnUa)}, ${Math.round(times)} times the ${current(expected.typicalUa)} of ${expected.board}`
    return [warning("sleep-current-high", message)]
}

export function doubtsAboutEnd({ why, detail, doubts = [] }: EndEvent): RunWarning[] {
    const ofSource = doubts.map(({ code, message }) => warning(code, message))
    if (why === "interrupted") return [warning("interrupted", "the measurement was ended by hand"), ...ofSource]
    if (why === "unplugged") return [warning("unplugged", detail), ...ofSource]
    return why === "truncated" ? [warning("input-truncated", detail), ...ofSource] : ofSource
}

/** Nothing, unless all wakes lie outside of the part that was chosen. */
export function doubtsAboutRange(between: Run["between"], chosen: RunWake[], all: RunWake[]): RunWarning[] {
    const [first, last] = [all[0], all.at(-1)]
    if (between === undefined || chosen.length > 0 || first === undefined || last === undefined) return []
    const message = `no wake begins between ${between.fromS} s and ${between.toS} s: ${count(all.length, "wake")} from ${first.startS.toFixed(1)} s to ${last.startS.toFixed(1)} s`
    return [warning("none-between", message)]
}

/** Nothing, unless some of D0's falls have no end of a wake beside them, though both instruments saw that time. */
export function doubtsAboutAnalyser(pins: Pins | undefined): RunWarning[] {
    if (pins === undefined || pins.matched >= Math.min(pins.falls, pins.edges)) return []
    const message = `D0 falls ${count(pins.falls, "time")} by the analyser, and ${pins.matched} of these meet one of the ${count(pins.edges, "end")} of a wake in the recording`
    return [warning("pins-not-aligned", message)]
}

export interface Expected {
    wantsLog: boolean
    results: WakeResult[]
}

export function doubtsAboutWakes(book: WakeBook, segmenter: SegmenterStats, expected: Expected): RunWarning[] {
    const { wakes, stats } = book
    const found: RunWarning[] = []
    if (wakes.length === 0) {
        const seen = `the current lies between ${segmenter.lowestUa.toFixed(0)} and ${segmenter.highestUa.toFixed(0)} uA`
        found.push(warning("no-wakes", Number.isFinite(segmenter.lowestUa) ? `no wake: ${seen}` : "no wake"))
    }
    if (segmenter.startedAwake) {
        found.push(warning("first-wake-cut", "the samples begin in the middle of a wake"))
    }
    if (segmenter.cutAtEnd) found.push(warning("last-wake-cut", "the samples end in the middle of a wake"))
    if (segmenter.glitches > 0) {
        const message = `pins changed for too short a time to mean anything, ${count(segmenter.glitches, "time")}`
        found.push(warning("channel-glitches", message))
    }
    found.push(...doubtsAboutPins(stats.byChannels, stats.driven, segmenter))
    const of = `of ${count(wakes.length, "wake")}`
    if (stats.bootNotSeen > 0) found.push(warning("boot-not-seen", `${stats.bootNotSeen} ${of} begin where D0 rises`))
    if (stats.outOfOrder > 0) {
        found.push(warning("channels-out-of-order", `in ${stats.outOfOrder} ${of} pins rise in no order of phases`))
    }
    if (stats.unmarked > 0) found.push(warning("phases-unknown", `nothing tells the phases of ${stats.unmarked} ${of}`))
    const failed = wakes.filter(({ result }) => result === "failed").length
    if (failed > 0) found.push(warning("wakes-failed", `${failed} ${of} made no connection`))
    const unknown = wakes.filter(({ result }) => result === "unknown").length
    if (unknown > 0) {
        found.push(warning("results-unknown", `nothing tells the result of ${count(unknown, "wake")}`))
    }
    return [
        ...found,
        ...doubtsAboutLengths(wakes),
        ...doubtsAboutLabels(wakes, stats.otherThanTold, expected.results),
        ...doubtsAboutLog(stats, book, expected.wantsLog),
    ]
}

/** What each pin but D0 tells. */
const pinMeanings: [channel: number, tells: string][] = [
    ...phaseWords.flatMap((phase): [number, string][] => {
        const { channel } = phases[phase]
        return channel === null || channel === 0 ? [] : [[channel, phase]]
    }),
    [RESUMED_CHANNEL, "resumed"],
]

function doubtsAboutPins(byChannels: number, driven: number, { risen, unmarkedRises }: SegmenterStats): RunWarning[] {
    const found: RunWarning[] = []
    if (byChannels === 0) {
        // Without any pin nobody expects them to tell.
        if (risen > 1) found.push(warning("channels-unused", "pins change, but D0 does not tell of a wake"))
        return found
    }
    const open = pinMeanings.filter(([channel]) => ((driven >> channel) & 1) === 0)
    if (open.length > 0) {
        const pins = open.map(([channel, tells]) => `D${channel} (${tells})`).join(", ")
        found.push(warning("channels-not-driven", `never up in a wake: ${pins}`))
    }
    if (unmarkedRises > 0) {
        const message = `the current rose as in a wake ${count(unmarkedRises, "time")} without D0`
        found.push(warning("wakes-without-d0", message))
    }
    return found
}

/** Wakes of one result last about as long as each other; where nothing tells the result, both kinds may be in it. */
function doubtsAboutLengths(wakes: RunWake[]): RunWarning[] {
    return (["full", "resumed", "unknown"] as const).flatMap((result) => {
        const lengths = wakes.filter((wake) => wake.result === result).map(({ durationMs }) => durationMs)
        if (lengths.length === 0) return []
        const usual = median(lengths)
        const factor = result === "unknown" ? UNLIKE_UNKNOWN : UNLIKE
        const unlike = lengths.filter((length) => length * factor < usual || length > factor * usual)
        if (unlike.length === 0) return []
        const [least, most] = [Math.min(...unlike), Math.max(...unlike)].map((length) => length.toFixed(0))
        const range = least === most ? least : `${least} to ${most}`
        const what = result === "unknown" ? "wakes" : `${result} wakes`
        const message = `${unlike.length} of ${lengths.length} ${what} took ${range} ms, where ${usual.toFixed(0)} ms are usual`
        return [warning("wakes-unlike", message)]
    })
}

function doubtsAboutLabels(wakes: RunWake[], otherThanTold: number[], results: WakeResult[]): RunWarning[] {
    if (results.length === 0) return []
    const found: RunWarning[] = []
    const over = wakes.length % results.length
    if (over !== 0) {
        const message = `${count(wakes.length, "wake")}: no whole number of times the ${count(results.length, "result")} of --results`
        found.push(warning("labels-doubtful", message))
    }
    if (otherThanTold.length > 0) {
        const first = `the first is wake ${otherThanTold[0]}`
        const message = `${count(otherThanTold.length, "wake")} came out otherwise than --results says; ${first}`
        found.push(warning("labels-doubtful", message))
    }
    return found
}

function doubtsAboutLog(stats: BookStats, { wakes, alignment }: WakeBook, wantsLog: boolean): RunWarning[] {
    const found: RunWarning[] = []
    if (stats.unreadableLines > 0) {
        found.push(warning("log-lines-unreadable", `${count(stats.unreadableLines, "line")} of a wake cannot be read`))
    }
    if (stats.unmatchedLines > 0) {
        found.push(warning("log-lines-unmatched", `${count(stats.unmatchedLines, "line")} without a wake`))
    }
    if (wantsLog && stats.withLine < wakes.length) {
        const message = `${wakes.length - stats.withLine} of ${count(wakes.length, "wake")} came without a log line`
        found.push(warning("log-lines-missing", message))
    }
    for (const n of stats.disagreeing) {
        found.push(warning("results-disagree", "pins and log say different things", n))
    }
    if (alignment.isImpossible) {
        found.push(warning("log-not-aligned", "by the log, devices were awake for longer than by their current"))
    } else if (alignment.spreadUs > MOST_SPREAD_US) {
        const message = `the log's delay varies by ${(alignment.spreadUs / 1000).toFixed(0)} ms`
        found.push(warning("log-not-aligned", message))
    }
    return found
}

/** What speaks against comparing. Nothing, when there is nothing of two kinds. */
export function doubtsAboutComparison(wakes: RunWake[], paired: Paired, comparison: Comparison | null): RunWarning[] {
    const full = wakes.filter(({ result }) => result === "full").length
    const resumed = wakes.filter(({ result }) => result === "resumed").length
    const found: RunWarning[] = paired.lossy.map((n) =>
        warning("wakes-lossy", "more than 1 % of its samples are lost", n),
    )
    const { pairs, unpaired } = paired
    if (full + resumed > 0 && pairs.length < GOOD_PAIRS) {
        const message =
            pairs.length < LEAST_PAIRS
                ? `${count(pairs.length, "pair")} of a full and a resumed wake: too few for an interval`
                : `${pairs.length} pairs make a wide interval, and what happens once in ${Math.round(pairs.length * RARE_SHARE)} pairs or more rarely, such as retries, may be in none of them`
        found.push(warning("too-few-wakes", message))
    }
    if (unpaired.length > Math.max(1, pairs.length / 5)) {
        const message = `${full} full and ${resumed} resumed wakes make ${count(pairs.length, "pair")} only`
        found.push(warning("unequal-pairs", message))
    }
    if (comparison === null) return found
    const range = comparison.differenceRangeUj
    if (range !== null && range[0] <= 0 && range[1] >= 0) {
        const [low, high] = range.map((value) => (value / 1000).toFixed(2))
        found.push(warning("difference-unclear", `the difference lies between ${low} and ${high} mJ`))
    }
    return [...found, ...doubtsAboutForce(pairs), ...doubtsAboutDrift(pairs), ...doubtsAboutSkew(pairs)]
}

function doubtsAboutForce(pairs: Pair[]): RunWarning[] {
    const full = pairs.map((pair) => pair.full)
    const byLog = full.some(({ reason }) => reason !== null)
    const notForced = full.filter(({ forcedFull }) => !forcedFull).length
    if (!byLog || notForced === 0) return []
    return [warning("not-forced", `${notForced} of ${count(full.length, "full wake")} were full without being told to`)]
}

/** The slope of the energies over time, in standard errors, and what it comes to over the run. */
function slopeOf(pairs: Pair[]): { errors: number; changeUj: number } {
    const times = pairs.map(({ full, resumed }) => (full.startS + resumed.startS) / 2)
    const values = pairs.map(({ full, resumed }) => (full.energyUj + resumed.energyUj) / 2)
    const [meanTime, meanValue] = [mean(times), mean(values)]
    const squares = times.reduce((sum, time) => sum + (time - meanTime) ** 2, 0)
    const products = times.reduce((sum, time, index) => sum + (time - meanTime) * ((values[index] ?? 0) - meanValue), 0)
    const slope = squares > 0 ? products / squares : 0
    const rest = values.map((value, index) => value - meanValue - slope * ((times[index] ?? 0) - meanTime))
    const error = (deviation(rest) * Math.sqrt((pairs.length - 1) / (pairs.length - 2))) / Math.sqrt(squares)
    const span = (times.at(-1) ?? 0) - (times[0] ?? 0)
    return { errors: error > 0 ? Math.abs(slope) / error : 0, changeUj: slope * span }
}

function doubtsAboutDrift(pairs: Pair[]): RunWarning[] {
    if (pairs.length < LEAST_PAIRS) return []
    const { errors, changeUj } = slopeOf(pairs)
    const meanUj = mean(pairs.map(({ full, resumed }) => (full.energyUj + resumed.energyUj) / 2))
    if (errors < DRIFT_ERRORS || Math.abs(changeUj) < DRIFT_SHARE * meanUj) return []
    const message = `from the first pair to the last a wake's energy changed by ${(changeUj / 1000).toFixed(2)} mJ`
    return [warning("drift", message)]
}

/** The interval takes it that pairs scatter alike to both sides. */
function doubtsAboutSkew(pairs: Pair[]): RunWarning[] {
    if (pairs.length < LEAST_PAIRS) return []
    const differences = pairs.map(({ full, resumed }) => full.energyUj - resumed.energyUj)
    const pullUj = mean(differences) - median(differences)
    if (Math.abs(pullUj) <= (SKEW_ERRORS * deviation(differences)) / Math.sqrt(pairs.length)) return []
    const message = `a few of ${pairs.length} pairs pull the mean difference ${(pullUj / 1000).toFixed(2)} mJ away from the middle one`
    return [warning("difference-skewed", message)]
}

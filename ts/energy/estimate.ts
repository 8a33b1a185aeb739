// Energy before there is a board: ranges in, ranges out. Every input is drawn from its range many times, by
// a seed; a result's range is what nine of ten draws give, its typical value what all inputs give at their means:
// energy adds up over wakes and devices, so that the mean is what a battery lives by.
// Full and resumed wakes share each draw, so that what they have in common does not blur their difference.

import { WarmhelloError } from "../base/errors.js"
import type { Kind } from "../base/outcome.js"
import { Random } from "../base/random.js"
import { draw, expectedOf, type Range, rangeOf } from "../run/range.js"
import { cellUc, cellYears, type Feed, type Load } from "./battery.js"
import { type BreakEven, breakEvenOf } from "./break-even.js"
import { BOARD_SECTORS, calculateLife } from "./flash-life.js"
import type { Handshakes } from "./handshakes.js"
import {
    type FlashWrites,
    flashUc,
    type Surroundings,
    sumMs,
    sumUc,
    type WifiMode,
    wakePhases,
    wakesPerFull,
} from "./model.js"
import { boardNumberNames, type Cell, type PowerProfile, type Regulator } from "./power-profile.js"
import type { BoardFigures, PhaseCost, PowerSave } from "./radio.js"
import { capacityAt, feedBy, selfDischargeAt } from "./supply.js"

export type SurroundingRanges = Record<keyof Surroundings, Range>

export interface EstimateOptions {
    profile: PowerProfile
    clockMhz: number
    handshakes: Handshakes
    wifi: WifiMode
    powerSave: PowerSave
    /** In beacons; for `max` only. */
    listenInterval: number
    sleepMs: number
    serverForgetsMs: number
    /** Where it was measured; otherwise by the kind of session, the sleep, and when the server forgets. */
    wakesPerFull?: number
    supplyV: number
    regulator: Regulator
    cell: Cell
    /** Where the cell is. */
    temperatureC: number
    surroundings: SurroundingRanges
    draws: number
    seed: number
}

/** What one draw, or the means of all inputs, come to. Energy is at the board's supply. */
export interface DrawnCosts {
    full: PhaseCost[]
    resumed: PhaseCost[]
    /** As firmware that keeps no session does it: by a full handshake, without saving. */
    plain: PhaseCost[]
    wakesPerFull: number
    sleepUc: number
    sleepUa: number
    /** Of the mean wake, sleep included. */
    keptUj: number
    plainUj: number
    /** Of the mean wake that keeps the session. */
    keptAwakeMs: number
    keptYears: number
    plainYears: number
    breakEven: BreakEven
}

export interface Estimate {
    options: EstimateOptions
    expected: DrawnCosts
    draws: DrawnCosts[]
}

/** Instructions for sealing the session and keeping it: `save` and `settle` of docs/PERFORMANCE-TABLES.md. */
const KEEPING_INSTRUCTIONS: Range = { low: 40_000, typical: 105_000, high: 250_000 }

/** Of a session in the journal, as npm run bench:store has it. */
const RECORD_BYTES = { id: 273, ticket: 481, psk: 473 } as const

export const NO_WRITES: FlashWrites = { programs: 0, erases: 0 }

/** Operations on flash for a full and for a resumed wake: while the power lasts, flash has a session of a full one. */
export function flashWrites(kind: Kind, sleepMs: number, forgetsMs: number, perFull: number) {
    const { programsPerWake, erasesPerWake } = calculateLife({
        kind,
        intervalS: Math.max(1, Math.round(sleepMs / 1000)),
        lifetimeS: Math.max(1, Math.round(forgetsMs / 1000)),
        sectors: BOARD_SECTORS,
        recordBytes: RECORD_BYTES[kind],
    })
    return { full: { programs: programsPerWake * perFull, erases: erasesPerWake * perFull }, resumed: NO_WRITES }
}

export interface Numbers {
    board: BoardFigures
    surroundings: Surroundings
    keepingInstructions: number
    feed: Feed
    capacityMah: number
    selfDischargePerYear: number
}

/** Takes one number out of each range. */
export function numbersBy(options: EstimateOptions, take: (range: Range) => number): Numbers {
    const { profile, clockMhz, cell } = options
    const [active, idle] = [profile.cpuActiveMa[clockMhz], profile.cpuIdleMa[clockMhz]]
    if (active === undefined || idle === undefined) {
        const clocks = Object.keys(profile.cpuActiveMa).join(", ")
        throw new WarmhelloError("bad-option", `${profile.board} has no current at ${clockMhz} MHz; it has ${clocks}`)
    }
    const entries = boardNumberNames.map((name) => [name, take(profile[name])] as const)
    const board = { ...Object.fromEntries(entries), cpuActiveMa: take(active), cpuIdleMa: take(idle) } as BoardFigures
    const around = Object.entries(options.surroundings).map(([name, range]) => [name, take(range)] as const)
    return {
        board,
        surroundings: Object.fromEntries(around) as unknown as Surroundings,
        keepingInstructions: take(KEEPING_INSTRUCTIONS),
        feed: feedBy(options, take),
        capacityMah: take(capacityAt(cell, options.temperatureC)),
        selfDischargePerYear: take(selfDischargeAt(cell, options.temperatureC)),
    }
}

const perFullOf = (options: EstimateOptions, numbers: Numbers, sleepMs: number, forgetsMs: number) =>
    wakesPerFull({
        kind: options.handshakes.kind,
        sleepS: sleepMs / 1000,
        serverForgetsS: forgetsMs / 1000,
        clockErrorShare: numbers.board.rtcClockErrorShare,
    })

/** What a full and a resumed wake have in common. */
function commonOf({ clockMhz, wifi, powerSave, listenInterval }: EstimateOptions, { board, surroundings }: Numbers) {
    return { board, clockMhz, wifi, powerSave, listenInterval, surroundings }
}

function phasesOf(options: EstimateOptions, numbers: Numbers, sleepMs: number, forgetsMs: number) {
    const { handshakes } = options
    const { keepingInstructions } = numbers
    const perFull = options.wakesPerFull ?? perFullOf(options, numbers, sleepMs, forgetsMs)
    const writes = flashWrites(options.handshakes.kind, sleepMs, forgetsMs, perFull)
    const common = commonOf(options, numbers)
    const full = wakePhases({ ...common, handshake: handshakes.full, flash: writes.full, withoutInstructions: 0 })
    const resumed = wakePhases({
        ...common,
        handshake: handshakes.resumed,
        flash: writes.resumed,
        withoutInstructions: 0,
    })
    const plain = wakePhases({
        ...common,
        handshake: handshakes.full,
        flash: NO_WRITES,
        withoutInstructions: keepingInstructions,
    })
    return { full, resumed, plain, perFull }
}

/** Whether a kept session draws less than none, for any sleep and server. Awake, only flash depends on them. */
function paysBy(options: EstimateOptions, numbers: Numbers): (sleepMs: number, forgetsMs: number) => boolean {
    const { handshakes } = options
    const { board } = numbers
    const common = { ...commonOf(options, numbers), flash: NO_WRITES }
    const fullUc = sumUc(wakePhases({ ...common, handshake: handshakes.full, withoutInstructions: 0 }))
    const resumedUc = sumUc(wakePhases({ ...common, handshake: handshakes.resumed, withoutInstructions: 0 }))
    const without = { handshake: handshakes.full, withoutInstructions: numbers.keepingInstructions }
    const plainUc = sumUc(wakePhases({ ...common, ...without }))
    return (sleepMs, forgetsMs) => {
        const perFull = perFullOf(options, numbers, sleepMs, forgetsMs)
        const writes = flashWrites(options.handshakes.kind, sleepMs, forgetsMs, perFull)
        const share = 1 / perFull
        const writingUc = share * flashUc(board, writes.full) + (1 - share) * flashUc(board, writes.resumed)
        const retentionUc = (board.rtcRetentionUa * sleepMs) / 1000
        return share * fullUc + (1 - share) * resumedUc + writingUc + retentionUc < plainUc
    }
}

/** The mean current of the cell over these times, each of which comes in a share of the cycles. */
export function cellUa(feed: Feed, loads: readonly (Load & { share: number })[]): number {
    const chargeUc = loads.reduce((sum, load) => sum + load.share * cellUc(feed, load), 0)
    const durationMs = loads.reduce((sum, load) => sum + load.share * load.durationMs, 0)
    return (chargeUc * 1000) / durationMs
}

function outcomeOf(options: EstimateOptions, numbers: Numbers): DrawnCosts {
    const { sleepMs, serverForgetsMs, supplyV } = options
    const { full, resumed, plain, perFull } = phasesOf(options, numbers, sleepMs, serverForgetsMs)
    const share = 1 / perFull
    const awakeMs = share * sumMs(full) + (1 - share) * sumMs(resumed)
    const sleepUa = numbers.board.deepSleepUa
    const sleepUc = (sleepUa * sleepMs) / 1000
    const keptUc = share * sumUc(full) + (1 - share) * sumUc(resumed) + sleepUc
    const plainSleepUc = (Math.max(0, sleepUa - numbers.board.rtcRetentionUa) * sleepMs) / 1000
    const plainUc = sumUc(plain) + plainSleepUc
    const loads = (phases: PhaseCost[], ofThem: number) => phases.map((phase) => ({ ...phase, share: ofThem }))
    const asleep = (chargeUc: number) => ({ chargeUc, durationMs: sleepMs, share: 1 })
    const years = (all: readonly (Load & { share: number })[]) =>
        cellYears(numbers.capacityMah, cellUa(numbers.feed, all), numbers.selfDischargePerYear)
    return {
        ...{ full, resumed, plain, wakesPerFull: perFull, sleepUc, sleepUa },
        keptUj: keptUc * supplyV,
        plainUj: plainUc * supplyV,
        keptAwakeMs: awakeMs,
        keptYears: years([...loads(full, share), ...loads(resumed, 1 - share), asleep(sleepUc)]),
        plainYears: years([...loads(plain, 1), asleep(plainSleepUc)]),
        breakEven: breakEvenOf(sleepMs, serverForgetsMs, paysBy(options, numbers)),
    }
}

export function estimate(options: EstimateOptions): Estimate {
    const expected = outcomeOf(options, numbersBy(options, expectedOf))
    const random = new Random(options.seed)
    const draws = Array.from({ length: options.draws }, () =>
        outcomeOf(
            options,
            numbersBy(options, (range) => draw(random, range)),
        ),
    )
    return { options, expected, draws }
}

/** A result over all draws. */
export function over(
    { expected, draws }: Pick<Estimate, "expected" | "draws">,
    of: (outcome: DrawnCosts) => number,
): Range {
    return rangeOf(of(expected), draws.map(of))
}

const tlsOf = (phases: PhaseCost[]) => phases.filter(({ phase }) => phase === "tls")

/** The headline: what part of a whole wake is TLS. */
export const tlsShare = (phases: PhaseCost[]): number => sumUc(tlsOf(phases)) / sumUc(phases)

// ---- What the range hangs on ---------------------------------------------------------------------------

export interface Input extends Range {
    name: string
    source: string
    /** Between the resumed wakes at its low and at its high end, all else at its mean. */
    influenceUj: number
}

/** Numbers with one of them moved to an end of its range. */
function moved(options: EstimateOptions, range: Range, end: "low" | "high"): Numbers {
    return numbersBy(options, (one) => (one === range ? range[end] : expectedOf(one)))
}

function influence(options: EstimateOptions, range: Range): number {
    const resumedUj = (end: "low" | "high") => {
        const { resumed } = phasesOf(options, moved(options, range, end), options.sleepMs, options.serverForgetsMs)
        return sumUc(resumed) * options.supplyV
    }
    return Math.abs(resumedUj("high") - resumedUj("low"))
}

const GIVEN = "given, or the default of this command: assumed"
const surroundingSources: Record<keyof Surroundings, string> = {
    ...{ rttMs: GIVEN, dnsMs: GIVEN, serverMs: GIVEN, appMs: GIVEN, closingMs: GIVEN, payloadBytes: GIVEN },
    dtim: "given, or the default of this command: 1 is the least and what most access points have, hostapd has 2; assumed",
    beaconWaitShare: "a packet comes at any time between two beacons",
    dhcpShare:
        "given, or a lease of a day, ten days at most and two hours at least, of which the firmware uses half: assumed",
    retryShare: GIVEN,
    lossShare: GIVEN,
}

const HOUR_MS = 3_600_000

/** How many of the wakes find half of their lease over, by how long they sleep. */
export function leaseShare(sleepMs: number): Range {
    const share = (leaseH: number) => Math.min(1, sleepMs / ((leaseH / 2) * HOUR_MS))
    return { low: share(240), typical: share(24), high: share(2) }
}

/** Every input with its source and what hangs on it. */
export function influencesOf(options: EstimateOptions): Input[] {
    const { profile, clockMhz, surroundings } = options
    const [active, idle] = [profile.cpuActiveMa[clockMhz], profile.cpuIdleMa[clockMhz]]
    const ofBoard = boardNumberNames.map((name) => ({ name: name as string, ...profile[name], range: profile[name] }))
    const ofClock = [
        { name: "cpuActiveMa", range: active },
        { name: "cpuIdleMa", range: idle },
    ].flatMap(({ name, range }) => (range === undefined ? [] : [{ name, ...range, range }]))
    const around = Object.entries(surroundings).map(([name, range]) => ({
        ...{ name, ...range, range },
        source: surroundingSources[name as keyof Surroundings],
    }))
    return [...ofClock, ...ofBoard, ...around].map(({ name, range, source }) => ({
        ...{ name, low: range.low, typical: range.typical, high: range.high, source },
        influenceUj: influence(options, range),
    }))
}

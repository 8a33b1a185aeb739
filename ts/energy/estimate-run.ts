// An estimate as run.json: one full and one resumed wake with ranges, and what follows from them.

import { averageOf, sleepCurrentOf } from "../run/currents.js"
import { exactly, type Range } from "../run/range.js"
import { RUN_SCHEMA, RUN_VERSION, type Run, type RunPhase, type RunWake } from "../run/run.js"
import type { Alternatives, Stretch } from "./alternatives.js"
import { type DrawnCosts, type Estimate, influencesOf, over, tlsShare } from "./estimate.js"
import { sumMs, sumUc } from "./model.js"
import { type Cell, entriesOf, type Regulator } from "./power-profile.js"
import type { PhaseCost } from "./radio.js"
import { capacityAt, selfDischargeAt } from "./supply.js"
import { warningsOf } from "./warnings.js"

export interface RunNames {
    createdAt: string
    toolVersion: string
    command: string
    cell: string
    regulator: string
}

type PhasesOf = (outcome: DrawnCosts) => PhaseCost[]

const bounds = ({ low, high }: Range): [number, number] => [low, high]
const YEAR_S = 365 * 86_400

function averageUa(chargeUc: number, durationMs: number): number {
    return durationMs > 0 ? (chargeUc * 1000) / durationMs : 0
}

/** A phase with the ranges that its draws give. */
function phaseOf(estimate: Estimate, of: PhasesOf, index: number, startMs: number): RunPhase {
    const { supplyV } = estimate.options
    const at = (outcome: DrawnCosts) => of(outcome)[index] as PhaseCost
    const { phase, durationMs, chargeUc, peakUa } = at(estimate.expected)
    return {
        ...{ phase, startMs, durationMs, chargeUc, peakUa },
        durationRangeMs: bounds(over(estimate, (outcome) => at(outcome).durationMs)),
        energyUj: chargeUc * supplyV,
        energyRangeUj: bounds(over(estimate, (outcome) => at(outcome).chargeUc * supplyV)),
        averageUa: averageUa(chargeUc, durationMs),
    }
}

function sleepPhase(estimate: Estimate, startMs: number): RunPhase {
    const { sleepMs, supplyV } = estimate.options
    const { sleepUc, sleepUa } = estimate.expected
    return {
        ...{ phase: "sleep", startMs, durationMs: sleepMs, chargeUc: sleepUc, energyUj: sleepUc * supplyV },
        energyRangeUj: bounds(over(estimate, (outcome) => outcome.sleepUc * supplyV)),
        ...{ averageUa: sleepUa, peakUa: sleepUa },
    }
}

function wakeOf(estimate: Estimate, n: number, startS: number, result: "full" | "resumed"): RunWake {
    const { handshakes, supplyV } = estimate.options
    const of: PhasesOf = (outcome) => outcome[result]
    const all = of(estimate.expected)
    const phases: RunPhase[] = []
    let startMs = 0
    for (const [index, { durationMs }] of all.entries()) {
        phases.push(phaseOf(estimate, of, index, startMs))
        startMs += durationMs
    }
    const handshake = handshakes[result]
    return {
        ...{ n, startS, result, reason: result === "resumed" ? "accepted" : "none", error: null },
        ...{ protocol: handshakes.protocol, kind: result === "resumed" ? handshakes.kind : null, forcedFull: false },
        ...{ bytesTx: Math.round(handshake.bytesTx), bytesRx: Math.round(handshake.bytesRx), lostSamples: 0 },
        durationMs: sumMs(all),
        durationRangeMs: bounds(over(estimate, (outcome) => sumMs(of(outcome)))),
        chargeUc: sumUc(all),
        energyUj: sumUc(all) * supplyV,
        energyRangeUj: bounds(over(estimate, (outcome) => sumUc(of(outcome)) * supplyV)),
        averageUa: averageUa(sumUc(all), sumMs(all)),
        peakUa: Math.max(...all.map(({ peakUa }) => peakUa)),
        phases: [...phases, sleepPhase(estimate, startMs)],
    }
}

function resultsOf(estimate: Estimate) {
    const { sleepMs, supplyV } = estimate.options
    const yearJ = (energyUj: number, awakeMs: number) => (energyUj / 1e6) * (YEAR_S / ((awakeMs + sleepMs) / 1000))
    return {
        tlsShareFull: over(estimate, ({ full }) => tlsShare(full)),
        tlsShareResumed: over(estimate, ({ resumed }) => tlsShare(resumed)),
        savedUj: over(estimate, ({ full, resumed }) => (sumUc(full) - sumUc(resumed)) * supplyV),
        wakesPerFull: over(estimate, ({ wakesPerFull }) => wakesPerFull),
        keptUj: over(estimate, ({ keptUj }) => keptUj),
        plainUj: over(estimate, ({ plainUj }) => plainUj),
        keptYearJ: over(estimate, ({ keptUj, keptAwakeMs }) => yearJ(keptUj, keptAwakeMs)),
        plainYearJ: over(estimate, ({ plainUj, plain }) => yearJ(plainUj, sumMs(plain))),
        keptBatteryYears: over(estimate, ({ keptYears }) => keptYears),
        plainBatteryYears: over(estimate, ({ plainYears }) => plainYears),
        longestSleepMs: over(estimate, ({ breakEven }) => breakEven.longestSleepMs),
        longestSleepAnyServerMs: over(estimate, ({ breakEven }) => breakEven.longestSleepAnyServerMs),
        shortestServerMemoryMs: over(estimate, ({ breakEven }) => breakEven.shortestMemoryMs),
    }
}

/** At the load nearest to a board that is awake. */
function awakeEfficiency(points: readonly [number, Range][]): Range {
    const [nearest] = points.toSorted(([a], [b]) => Math.abs(Math.log(a / AWAKE_MA)) - Math.abs(Math.log(b / AWAKE_MA)))
    return nearest?.[1] ?? exactly(1)
}
const AWAKE_MA = 100

export interface BatteryChoice {
    cell: Cell
    regulator: Regulator
    temperatureC: number
}

/** What feeds the device, as run.json has it. */
export function batteryOf({ cell, regulator, temperatureC }: BatteryChoice): NonNullable<Run["battery"]> {
    const plain = ({ low, typical, high }: Range): Range => ({ low, typical, high })
    const points = regulator.efficiencyAtMa === undefined ? undefined : entriesOf(regulator.efficiencyAtMa)
    return {
        cell: cell.title,
        voltageV: cell.voltageV,
        temperatureC,
        capacityMah: capacityAt(cell, temperatureC),
        selfDischargePerYear: selfDischargeAt(cell, temperatureC),
        regulator: regulator.title,
        regulatorUa: plain(regulator.quiescentUa),
        efficiency: points === undefined ? null : plain(awakeEfficiency(points)),
        efficiencyAt: points?.map(([loadMa, range]) => ({ loadMa, ...plain(range) })),
    }
}

function comparisonOf(alternatives: Alternatives | undefined) {
    if (alternatives === undefined) return {}
    const named = ({ fromMs, toMs, value }: Stretch<string>) => ({ fromMs, toMs, name: value })
    return {
        alternatives: alternatives.all,
        cheapest: alternatives.cheapest.map(named),
        cheapestHere: alternatives.cheapestHere.map(named),
    }
}

export function runOf(estimate: Estimate, names: RunNames, alternatives?: Alternatives): Run {
    const { options } = estimate
    const { profile, handshakes, sleepMs, serverForgetsMs, clockMhz, wifi, draws, seed, surroundings } = options
    const { powerSave, listenInterval } = options
    const influences = influencesOf(options)
    const fullS = (sumMs(estimate.expected.full) + sleepMs) / 1000
    const wakes = [wakeOf(estimate, 1, 0, "full"), wakeOf(estimate, 2, fullS, "resumed")]
    const resumedS = (sumMs(estimate.expected.resumed) + sleepMs) / 1000
    const { low, high } = surroundings.rttMs
    const { low: lowUa, typical: typicalUa, high: highUa } = profile.deepSleepUa
    const run: Run = {
        schema: RUN_SCHEMA,
        version: RUN_VERSION,
        origin: "estimated",
        createdAt: names.createdAt,
        tool: { name: "warmhello", version: names.toolVersion, command: names.command },
        device: profile.description,
        board: profile.board,
        firmware: handshakes.source,
        server: `none: a round trip of ${low} to ${high} ms`,
        supply: { voltageV: options.supplyV, origin: "given" },
        meter: null,
        durationS: fullS + resumedS,
        wakes,
        estimate: {
            ...{ sleepMs, serverForgetsMs, protocol: handshakes.protocol, kind: handshakes.kind },
            handshakeSource: handshakes.source,
            ...{ clockMhz, wifi, powerSave, listenInterval, cell: names.cell, regulator: names.regulator, draws, seed },
            ...resultsOf(estimate),
            ...comparisonOf(alternatives),
            inputs: influences,
        },
        battery: batteryOf(options),
        samples: null,
        rawFile: null,
        warnings: warningsOf(estimate, influences),
    }
    const sleepCurrent = sleepCurrentOf(wakes, { board: profile.board, lowUa, typicalUa, highUa })
    const average = averageOf(run)
    return {
        ...run,
        ...(sleepCurrent === undefined ? {} : { sleepCurrent }),
        ...(average === undefined ? {} : { average }),
    }
}

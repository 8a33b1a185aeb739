// What a person has to know about an estimate before trusting it.

import type { RunWarning } from "../run/run.js"
import { type Estimate, over } from "./estimate.js"
import { entriesOf } from "./power-profile.js"
import { capacityShareAt, ROOM_C } from "./supply.js"

/** What the chips stand at most, and work down to. */
const HIGHEST_V = 3.6
const LOWEST_V = 3.0

export interface Influence {
    name: string
    source: string
    influenceUj: number
}

function supplyWarnings({ options, expected }: Estimate): RunWarning[] {
    const { cell, regulator, temperatureC } = options
    const specified = entriesOf(cell.capacityShareAtC)
    const warnings: RunWarning[] = []
    if (regulator.kind === "none" && cell.freshVoltageV > HIGHEST_V) {
        warnings.push({
            code: "cell-voltage-high",
            message: `A fresh cell has ${cell.freshVoltageV} V (${cell.title}); the chip stands ${HIGHEST_V} V at most.`,
            advice: "Put a regulator between them: --regulator ldo or --regulator switching.",
        })
    }
    if (regulator.kind !== "switching" && cell.voltageV <= LOWEST_V) {
        warnings.push({
            code: "cell-voltage-low",
            message: `The cell has ${cell.voltageV} V or less for most of its life (${cell.title}); the chip needs ${LOWEST_V} V.`,
            advice: "Step the voltage up: --regulator switching.",
        })
    }
    const peakMa = Math.max(...expected.full.map(({ peakUa }) => peakUa)) / 1000
    const share = capacityShareAt(cell, temperatureC)
    const pulseMa = cell.pulseMa.high * Math.min(1, share.typical)
    if (peakMa > pulseMa) {
        warnings.push({
            code: "cell-pulse",
            message: `Wi-Fi draws ${peakMa.toFixed(0)} mA at its peak; the cell gives ${pulseMa.toFixed(0)} mA at ${temperatureC} °C (${cell.title}).`,
            advice: "Put a large capacitor beside the cell, or take another one.",
        })
    }
    const [coldestC, hottestC] = [specified[0], specified.at(-1)].map((end) => end?.[0] ?? ROOM_C)
    if (temperatureC < (coldestC ?? ROOM_C) || temperatureC > (hottestC ?? ROOM_C)) {
        warnings.push({
            code: "cell-temperature",
            message: `Nobody tells what the cell gives at ${temperatureC} °C (${cell.title}): its numbers end at ${coldestC} and ${hottestC} °C.`,
            advice: "Take a cell that is specified for it, and trust this battery life in no case.",
        })
    }
    return warnings
}

function resumptionWarnings({ expected }: Estimate): RunWarning[] {
    if (expected.wakesPerFull > 1) return []
    return [
        {
            code: "never-resumes",
            message: "The device sleeps at least as long as the session lives: every wake makes a full handshake.",
            advice: "Let the server remember sessions for longer, sleep for less, or save the flash and keep none.",
        },
    ]
}

const isAssumed = ({ source }: Influence) => source.includes("assumed")

function doubtWarnings(estimate: Estimate, influences: Influence[]): RunWarning[] {
    const energy = over(estimate, ({ keptUj }) => keptUj)
    const doubtful = influences
        .filter(isAssumed)
        .toSorted((a, b) => b.influenceUj - a.influenceUj)
        .slice(0, 3)
    if (doubtful.length === 0) return []
    const times = (energy.high / Math.max(energy.low, Number.MIN_VALUE)).toFixed(1)
    return [
        {
            code: "assumed-numbers",
            message: `No board was measured. The upper end of a wake's energy is ${times} times the lower one, most of it for want of: ${doubtful.map(({ name }) => name).join(", ")}.`,
            advice: "Measure one wake of the board itself: warmhello measure.",
        },
    ]
}

export function warningsOf(estimate: Estimate, influences: Influence[]): RunWarning[] {
    return [...resumptionWarnings(estimate), ...supplyWarnings(estimate), ...doubtWarnings(estimate, influences)]
}

// A measured run made up by a seed, with all that a page has to draw: full and resumed wakes, a peak of one
// block that decimation must not lose, warnings, and a million blocks of current.

import { Random } from "#warmhello/base/random.js"
import type { Run, RunPhase, RunWake } from "#warmhello/run/run.js"
import { phaseWords } from "#warmhello/run/wake-line.js"

const SUPPLY_V = 3.3
const SLEEP_UA = 6.5

/** Length and mean current of each phase. */
const shape: Record<string, [number, number]> = {
    boot: [150, 28_000],
    wifi: [220, 95_000],
    ip: [3, 80_000],
    dns: [18, 80_000],
    tcp: [36, 80_000],
    tls: [90, 84_000],
    application: [70, 80_000],
    closing: [25, 30_000],
}

const FULL_TLS_MS = 560

function phasesOf(random: Random, result: "full" | "resumed", sleepMs: number): RunPhase[] {
    let startMs = 0
    return phaseWords.map((phase) => {
        const [typicalMs, averageUa] = phase === "sleep" ? [sleepMs, SLEEP_UA] : (shape[phase] ?? [0, 0])
        const aimMs = phase === "tls" && result === "full" ? FULL_TLS_MS : typicalMs
        const durationMs = phase === "sleep" ? sleepMs : aimMs * (random.between(900, 1250) / 1000)
        const chargeUc = (averageUa * durationMs) / 1e6
        const peakUa = phase === "sleep" ? SLEEP_UA * 2 : averageUa * 1.4
        const one = {
            phase,
            startMs,
            durationMs,
            chargeUc: chargeUc * 1000,
            energyUj: chargeUc * 1000 * SUPPLY_V,
            averageUa,
            peakUa,
        }
        startMs += durationMs
        return one
    })
}

function wakeOf(random: Random, n: number, startS: number, sleepMs: number): RunWake {
    const result = n % 2 === 1 ? "full" : "resumed"
    const phases = phasesOf(random, result, sleepMs)
    const awake = phases.filter(({ phase }) => phase !== "sleep")
    const sum = (of: (phase: RunPhase) => number) => awake.reduce((total, phase) => total + of(phase), 0)
    const durationMs = sum((phase) => phase.durationMs)
    const chargeUc = sum((phase) => phase.chargeUc)
    return {
        ...{ n, startS, result, reason: result === "full" ? "none" : "accepted", error: null },
        ...{ protocol: "TLS1.3", kind: result === "full" ? null : "psk", forcedFull: result === "full" },
        ...{ bytesTx: result === "full" ? 243 : 514, bytesRx: result === "full" ? 724 : 225, lostSamples: 0 },
        ...{ durationMs, chargeUc, energyUj: chargeUc * SUPPLY_V, averageUa: (chargeUc * 1000) / durationMs },
        ...{ peakUa: Math.max(...awake.map(({ peakUa }) => peakUa)), phases },
    }
}

/** Current of the run at a time, without noise. */
function currentAt(wakes: readonly RunWake[], timeS: number): number {
    const wake = wakes.findLast(({ startS }) => startS <= timeS)
    if (wake === undefined) return SLEEP_UA
    const atMs = (timeS - wake.startS) * 1000
    return wake.phases.findLast(({ startMs }) => startMs <= atMs)?.averageUa ?? SLEEP_UA
}

export interface SyntheticOptions {
    seed?: number
    wakes?: number
    blocks?: number
    /** Higher than everything else, in one block only. */
    spikeUa?: number
}

export function syntheticRun({
    seed = 7,
    wakes: count = 24,
    blocks = 4000,
    spikeUa = 431_000,
}: SyntheticOptions = {}): Run {
    const random = new Random(seed)
    const sleepMs = 4000
    const wakes: RunWake[] = []
    let startS = 0.5
    for (let n = 1; n <= count; n++) {
        const wake = wakeOf(random, n, startS, sleepMs)
        wakes.push(wake)
        startS += (wake.durationMs + sleepMs) / 1000
    }
    const blockMs = (startS * 1000) / blocks
    const meanUa = Array.from({ length: blocks }, (_, index) => {
        const noise = random.between(970, 1030) / 1000
        return currentAt(wakes, ((index + 0.5) * blockMs) / 1000) * noise
    })
    const minUa = meanUa.map((value) => value * 0.93)
    const maxUa = meanUa.map((value) => value * (random.once(40) ? 1.9 : 1.06))
    maxUa[Math.floor(blocks / 3)] = spikeUa
    return {
        ...{ schema: "warmhello-run", version: 1, origin: "measured", createdAt: "2026-11-24T12:00:00Z" },
        tool: { name: "warmhello", version: "0.1.0", command: "warmhello measure --port synthetic" },
        ...{
            device: "made up for tests",
            board: "esp32c3_bare",
            firmware: "warmhello 0.1.0",
            server: "example.test:8443",
        },
        supply: { voltageV: SUPPLY_V, origin: "set" },
        meter: {
            ...{ kind: "ppk2", name: "a made-up PPK2", sampleRateHz: 100_000, samples: Math.round(startS * 100_000) },
            ...{ lostSamples: 12, segmentation: "channels" },
        },
        durationS: startS,
        wakes,
        battery: {
            ...{ cell: "one 18650, lithium ion", voltageV: 3.6, regulator: "linear", efficiency: null },
            capacityMah: { low: 2500, typical: 3350, high: 3500 },
            selfDischargePerYear: { low: 0.05, typical: 0.15, high: 0.3 },
            regulatorUa: { low: 1.6, typical: 5, high: 55 },
        },
        samples: { blockMs, startS: 0, meanUa, minUa, maxUa },
        rawFile: null,
        warnings: [
            {
                code: "lost-samples",
                message: "12 samples were lost on the way from the meter.",
                advice: "Plug the meter into a port of its own.",
            },
        ],
    }
}

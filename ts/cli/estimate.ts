// `warmhello estimate`: energy before there is a board.

import pc from "picocolors"
import { checkWritable } from "../base/files.js"
import type { Kind } from "../base/outcome.js"
import { compareWays, type HandshakesByProtocol } from "../energy/alternatives.js"
import { type EstimateOptions, estimate, leaseShare, type SurroundingRanges } from "../energy/estimate.js"
import { runOf } from "../energy/estimate-run.js"
import {
    type Certificate,
    type Handshakes,
    handshakesFromFigures,
    handshakesFromSimulation,
    hasFigures,
    type McuBuild,
} from "../energy/handshakes.js"
import type { WifiMode } from "../energy/model.js"
import { choose, readCells, readPowerProfile, readRegulators } from "../energy/power-profile.js"
import type { PowerSave } from "../energy/radio.js"
import { exactly, type Range } from "../run/range.js"
import { runText, writeRun } from "../run/run.js"
import { type BudgetFlags, holdBudget, judged, printBaseline, printBudget, readBaseline } from "./budget.js"
import { Output } from "./output.js"
import { printEstimate } from "./run-text.js"
import { packageVersion } from "./version.js"
import { printWays } from "./ways-text.js"

export interface EstimateFlags extends BudgetFlags {
    board: string
    sleep: number
    from?: string
    protocol: "1.2" | "1.3"
    kind?: Kind
    certificate: Certificate
    build: McuBuild
    cpuMhz?: number
    wifi: WifiMode
    rtt: Range
    dns: Range
    serverTime: Range
    appTime: Range
    closingTime: Range
    payload: number
    powerSave: PowerSave
    dtim: Range
    listenInterval: number
    dhcpShare?: Range
    retryShare: Range
    lossShare: Range
    serverForgets: number
    supplyV: number
    regulator: string
    cell: string
    temperature: number
    compare?: boolean
    draws: number
    seed: number
    json?: string
    out?: string
}

function handshakesBy(flags: EstimateFlags): Handshakes {
    if (flags.from !== undefined) return handshakesFromSimulation(flags.from)
    const protocol = `TLS${flags.protocol}` as const
    const kind = flags.kind ?? (protocol === "TLS1.3" ? "psk" : "ticket")
    return handshakesFromFigures({ protocol, kind, certificate: flags.certificate, build: flags.build })
}

/** Those of the other protocol with this certificate; the ways that need them are left out where there is no count. */
function handshakesOfBoth({ certificate, build }: EstimateFlags): HandshakesByProtocol {
    const counted = (protocol: "TLS1.2" | "TLS1.3", kind: Kind) =>
        hasFigures({ protocol, kind, certificate })
            ? handshakesFromFigures({ protocol, kind, certificate, build })
            : null
    return { "TLS1.2": counted("TLS1.2", "ticket"), "TLS1.3": counted("TLS1.3", "psk") }
}

/** A packet comes at any time between two beacons. */
const ANY_TIME: Range = { low: 0, typical: 0.5, high: 1 }

function surroundingsBy(flags: EstimateFlags): SurroundingRanges {
    return {
        rttMs: flags.rtt,
        dnsMs: flags.dns,
        serverMs: flags.serverTime,
        appMs: flags.appTime,
        closingMs: flags.closingTime,
        payloadBytes: exactly(flags.payload),
        dtim: flags.dtim,
        beaconWaitShare: ANY_TIME,
        dhcpShare: flags.dhcpShare ?? leaseShare(flags.sleep),
        retryShare: flags.retryShare,
        lossShare: flags.lossShare,
    }
}

export function estimateCommand(flags: EstimateFlags, args: readonly string[]): void {
    const output = new Output(flags.json)
    if (flags.out !== undefined) checkWritable(flags.out)
    const baseline = readBaseline(flags)
    const profile = readPowerProfile(flags.board)
    const handshakes = handshakesBy(flags)
    const options: EstimateOptions = {
        profile,
        clockMhz: flags.cpuMhz ?? profile.defaultMhz,
        handshakes,
        wifi: flags.wifi,
        powerSave: flags.powerSave,
        listenInterval: flags.listenInterval,
        sleepMs: flags.sleep,
        serverForgetsMs: flags.serverForgets,
        supplyV: flags.supplyV,
        regulator: choose(readRegulators(), flags.regulator, "regulator"),
        cell: choose(readCells(), flags.cell, "cell"),
        temperatureC: flags.temperature,
        surroundings: surroundingsBy(flags),
        draws: flags.draws,
        seed: flags.seed,
    }
    const names = {
        createdAt: new Date().toISOString(),
        toolVersion: packageVersion(),
        command: ["warmhello", ...args].join(" "),
        cell: flags.cell,
        regulator: flags.regulator,
    }
    const ways = flags.compare === true ? compareWays(options, handshakesOfBoth(flags)) : undefined
    const estimated = runOf(estimate(options), names, ways)
    const run = judged(estimated, flags, baseline)
    printEstimate(output, run)
    if (run.estimate !== undefined) printWays(output, run.estimate)
    printBaseline(output, run.baseline)
    printBudget(output, run.budget)
    output.json(JSON.parse(runText(run)))
    if (flags.out !== undefined) {
        writeRun(run, flags.out)
        output.line(pc.dim(`written: ${flags.out}; draw it with: warmhello report ${flags.out} --out report.html`))
    }
    holdBudget(run.budget)
}

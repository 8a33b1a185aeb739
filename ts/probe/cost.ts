// What resuming is worth at this server and this sleep: the model of `warmhello estimate`, with the bytes, flights and
// round trips that were measured.
import { spreadOf } from "../base/statistics.js"
import { type EstimateOptions, estimate, leaseShare, over, type SurroundingRanges } from "../energy/estimate.js"
import { type Certificate, type Handshake, handshakesFromFigures, hasFigures } from "../energy/handshakes.js"
import { sumUc } from "../energy/model.js"
import { choose, readCells, readPowerProfile, readRegulators } from "../energy/power-profile.js"
import { exactly, type Range } from "../run/range.js"
import type { ChainFacts } from "./certificates.js"
import { lifetimeOf } from "./curves.js"
import { deviceWay, type ProbeRecord, type Sample } from "./record.js"
import type { Verdict } from "./verdict.js"
import { kindOf, protocolOf } from "./ways.js"

export interface CostChoice {
    board: string
    cell: string
    regulator: string
}

/** What the choice stands for. Throws where there is no such thing, which nobody should have to wait for. */
export const powerFor = ({ board, cell, regulator }: CostChoice) => ({
    profile: readPowerProfile(board),
    regulator: choose(readRegulators(), regulator, "regulator"),
    cell: choose(readCells(), cell, "cell"),
})

export interface Cost extends CostChoice {
    fullUj: Range
    resumedUj: Range
    savedUj: Range
    /** Of the battery: where so many wakes resume, and where none does. */
    resumingDays: Range
    fullDays: Range
    /** Of all wakes. Where none resumes, or that is not known: what it would be if the server kept sessions for twice the
     * sleep, or by TLS 1.3 renewed them for the week that a device goes without a full handshake. */
    resumedShare: number
    isShareMeasured: boolean
    /** How long the server is taken to remember: what was seen, or what it promises where nothing spoke against it. */
    rememberedMs: number
}

const SUPPLY_V = 3.3
const TEMPERATURE_C = 20
const DRAWS = 400
const SEED = 1
const DAYS_A_YEAR = 365

/** Those of `estimate` that a probe cannot see. */
const surroundings: Omit<SurroundingRanges, "rttMs" | "dhcpShare"> = {
    dnsMs: { low: 1, typical: 20, high: 60 },
    serverMs: { low: 2, typical: 20, high: 100 },
    appMs: { low: 2, typical: 10, high: 30 },
    closingMs: { low: 2, typical: 4, high: 30 },
    payloadBytes: exactly(300),
    dtim: { low: 1, typical: 1, high: 3 },
    beaconWaitShare: { low: 0, typical: 0.5, high: 1 },
    retryShare: { low: 0, typical: 0.01, high: 0.08 },
    lossShare: { low: 0, typical: 0.005, high: 0.03 },
}

const medianOf = (samples: readonly Sample[], of: (sample: Sample) => number): number =>
    spreadOf(samples.map(of)).median

/** The counted instructions, with what was measured in place of the rest. */
function measured(base: Handshake, samples: readonly Sample[]): Handshake {
    if (samples.length === 0) return base
    return {
        ...base,
        bytesTx: medianOf(samples, ({ bytesTx }) => bytesTx),
        bytesRx: medianOf(samples, ({ bytesRx }) => bytesRx),
        roundTrips: Math.max(1, Math.floor(medianOf(samples, ({ flights }) => flights) / 2)),
    }
}

function certificateOf(chain: ChainFacts | undefined): Certificate {
    if (chain?.key.startsWith("RSA")) return "rsa"
    return chain?.key.includes("secp384r1") ? "ecdsa-p384" : "ecdsa"
}

function rangeOfRoundTrips(samples: readonly Sample[]): Range {
    const { least, median, most } = spreadOf(samples.map(({ tcpMs }) => tcpMs))
    return { low: least, typical: median, high: most }
}

/** Undefined where nothing was measured. */
export function costOf(
    record: ProbeRecord,
    { wakes }: Pick<Verdict, "wakes">,
    chain: ChainFacts | undefined,
    choice: CostChoice,
): Cost | undefined {
    const own = deviceWay(record)
    const samples = record.samples.filter(({ way }) => way === own?.way)
    if (own === undefined || samples.length === 0) return undefined
    const [protocol, kind] = [protocolOf(own.way), kindOf(own.way)]
    const wanted = { protocol, kind, certificate: certificateOf(chain) }
    const base = handshakesFromFigures({
        ...wanted,
        build: "size",
        ...(!hasFigures(wanted) && { certificate: "ecdsa" }),
    })
    const resumed = samples.filter((sample) => sample.resumed)
    const power = powerFor(choice)
    const { atLeastMs, belowMs, advertisedMs } = lifetimeOf(record, own.way)
    // Where nothing was resumed the question is what would be won by it.
    const rememberedMs =
        atLeastMs === null || atLeastMs < record.sleepMs
            ? 2 * record.sleepMs
            : Math.max(atLeastMs, belowMs === null ? (advertisedMs ?? 0) : 0)
    const options: EstimateOptions = {
        ...{ ...power, clockMhz: power.profile.defaultMhz, wifi: "fast", powerSave: "min", listenInterval: 3 },
        handshakes: {
            ...base,
            full: measured(
                base.full,
                samples.filter((sample) => !sample.resumed),
            ),
            resumed: measured(base.resumed, resumed),
        },
        ...{ sleepMs: record.sleepMs, serverForgetsMs: rememberedMs, supplyV: SUPPLY_V },
        ...(wakes !== null && { wakesPerFull: 1 / (1 - wakes.resumedShare) }),
        temperatureC: TEMPERATURE_C,
        surroundings: {
            ...surroundings,
            rttMs: rangeOfRoundTrips(samples),
            dhcpShare: leaseShare(record.sleepMs),
        },
        ...{ draws: DRAWS, seed: SEED },
    }
    const result = estimate(options)
    return {
        ...choice,
        fullUj: over(result, ({ plain }) => sumUc(plain) * SUPPLY_V),
        resumedUj: over(result, (one) => sumUc(one.resumed) * SUPPLY_V),
        savedUj: over(result, (one) => (sumUc(one.plain) - sumUc(one.resumed)) * SUPPLY_V),
        resumingDays: over(result, ({ keptYears }) => keptYears * DAYS_A_YEAR),
        fullDays: over(result, ({ plainYears }) => plainYears * DAYS_A_YEAR),
        resumedShare: 1 - 1 / result.expected.wakesPerFull,
        isShareMeasured: wakes !== null,
        rememberedMs,
    }
}

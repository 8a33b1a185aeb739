// What a probe found, as the JSON that `--json` writes.
import { type Spread, spreadOf } from "../base/statistics.js"
import { type Advice, adviceFor } from "./advice.js"
import { type ChainFacts, readChain } from "./certificates.js"
import { type Cost, type CostChoice, costOf } from "./cost.js"
import { type Chain, chainOf, type Lifetime, lateMsOf, lifetimeOf, singleUse, toldBy } from "./curves.js"
import { type RetryCost, retryCostOf } from "./groups.js"
import { deviceWay, openWays, type ProbeRecord, type Redemption, type Sample, type WayFacts } from "./record.js"
import { targetText } from "./target.js"
import { type Verdict, verdictOf } from "./verdict.js"
import { kindOf, protocolOf, type Way } from "./ways.js"

const REPORT_SCHEMA = "warmhello.probe"
const REPORT_VERSION = 1

/** Of so many handshakes. */
export interface Figures {
    handshakes: number
    bytesTx: Spread
    bytesRx: Spread
    flights: Spread
    /** TLS alone, and the TCP connection before it. */
    tlsMs: Spread
    tcpMs: Spread
}

export interface VersionReport {
    protocol: "TLS1.2" | "TLS1.3"
    kind: "id" | "ticket" | "psk"
    /** Of a device that speaks both versions. */
    isDevices: boolean
    spoken: boolean
    /** Why it is not spoken. */
    why: string | null
    cipher: string
    group: string | null
    helloRetryRequest: boolean
    /** What that costs; null without. */
    retryCost: RetryCost | null
    extendedMasterSecret: boolean
    asksForCertificate: boolean
    sessionsPerHandshake: number
    /** The longest; 0 where the server keeps the session itself. */
    ticketBytes: number
    lifetime: Lifetime
    chain: Chain | null
    singleUse: boolean | null
    /** The server does without a new key exchange where it may; null where that is not known. */
    pskKe: boolean | null
    /** 0: it takes no early data. */
    maxEarlyData: number
    full: Figures | null
    resumed: Figures | null
}

interface AddressReport {
    address: string
    family: 4 | 6 | 0
    error: string | null
    /** Ways that another address of the name speaks, and this one does not. */
    lacks: Way[]
    /** Sessions of this address, and of the first one, by a device's way. */
    own: { resumed: number; offered: number }
    fromFirst: { resumed: number; offered: number }
}

export interface AgeReport {
    purpose: Redemption["purpose"]
    protocol: "TLS1.2" | "TLS1.3"
    kind: "id" | "ticket" | "psk"
    from: string
    to: string
    nominalMs: number
    actualMs: number | null
    /** It was offered that much later than was asked for, as the probe did not run when it was due; 0: in time. */
    lateMs: number
    chainMs: number | null
    outcome: Redemption["outcome"]
    /** Which one of its full handshake, from 0 on. */
    ticket: number
    renewed: boolean
    why: string | null
}

export interface ProbeReport {
    schema: typeof REPORT_SCHEMA
    version: typeof REPORT_VERSION
    createdAt: string
    toolVersion: string
    target: ProbeRecord["target"] & { text: string }
    /** The server's own word for itself. */
    software: string | null
    sleepMs: number
    /** False: it was interrupted. */
    complete: boolean
    /** The answer was known without waiting for the sleep, so that it was not waited for. */
    isWaitSpared: boolean
    verdict: Verdict
    advice: Advice[]
    addresses: AddressReport[]
    versions: VersionReport[]
    ages: AgeReport[]
    groups: ProbeRecord["groups"]
    certificates: ChainFacts | null
    cost: Cost | null
}

function figuresOf(samples: readonly Sample[]): Figures | null {
    if (samples.length === 0) return null
    const spread = (of: (sample: Sample) => number) => spreadOf(samples.map(of))
    return {
        handshakes: samples.length,
        bytesTx: spread(({ bytesTx }) => bytesTx),
        bytesRx: spread(({ bytesRx }) => bytesRx),
        flights: spread(({ flights }) => flights),
        tlsMs: spread(({ tlsMs }) => tlsMs),
        tcpMs: spread(({ tcpMs }) => tcpMs),
    }
}

function versionOf(record: ProbeRecord, facts: WayFacts): VersionReport {
    const { way, sessions } = facts
    const samples = record.samples.filter((sample) => sample.way === way)
    return {
        ...{ protocol: protocolOf(way), kind: kindOf(way), isDevices: deviceWay(record)?.way === way },
        ...{ spoken: facts.refusal === null, why: facts.refusal, cipher: facts.cipher, group: facts.group },
        helloRetryRequest: facts.hasRetry,
        retryCost: retryCostOf(record, facts),
        extendedMasterSecret: facts.extendedMasterSecret,
        asksForCertificate: facts.asksForCertificate,
        sessionsPerHandshake: sessions.length,
        ticketBytes: Math.max(0, ...sessions.map(({ ticketBytes }) => ticketBytes)),
        lifetime: lifetimeOf(record, way),
        chain: chainOf(record, way),
        singleUse: singleUse(record, way),
        pskKe: facts.takesPskKe,
        maxEarlyData: Math.max(0, ...sessions.map(({ maxEarlyData }) => maxEarlyData)),
        full: figuresOf(samples.filter(({ resumed }) => !resumed)),
        resumed: figuresOf(samples.filter(({ resumed }) => resumed)),
    }
}

function addressesOf(record: ProbeRecord): AddressReport[] {
    const way: Way | undefined = deviceWay(record)?.way
    const open = openWays(record).map((facts) => facts.way)
    return record.addresses.map(({ address, family, error, lacks }) => {
        const told = way === undefined ? [] : toldBy(record, way).filter(({ to }) => to === address)
        const count = (of: typeof told) => ({
            resumed: of.filter(({ outcome }) => outcome === "resumed").length,
            offered: of.length,
        })
        return {
            ...{ address, family, error },
            lacks: open.filter((one) => lacks.some((lack) => lack.way === one)),
            own: count(told.filter(({ from }) => from === address)),
            fromFirst: count(told.filter(({ from }) => from !== address)),
        }
    })
}

const ageOf = (one: Redemption): AgeReport => ({
    ...{ purpose: one.purpose, protocol: protocolOf(one.way), kind: kindOf(one.way), from: one.from, to: one.to },
    ...{ nominalMs: one.ageMs, actualMs: one.actualAgeMs, lateMs: lateMsOf(one), chainMs: one.chainAgeMs },
    ...{ outcome: one.outcome, ticket: one.ticket, renewed: one.renewed, why: one.why },
})

export interface ReportOptions {
    complete: boolean
    isWaitSpared: boolean
    ca: Buffer | undefined
    /** A client certificate was there to show. */
    hasCertificate: boolean
    cost: CostChoice
    toolVersion: string
    now: number
}

export function reportOf(record: ProbeRecord, options: ReportOptions): ProbeReport {
    const ders = record.certificates.map((text) => Buffer.from(text, "base64"))
    // As a device met it: some of it may have ended since.
    const chain = readChain(ders, options.ca, record.startedAt)
    const verdict = verdictOf(record, chain, options.now)
    return {
        ...{ schema: REPORT_SCHEMA, version: REPORT_VERSION },
        createdAt: new Date(options.now).toISOString(),
        toolVersion: options.toolVersion,
        target: { ...record.target, text: targetText(record.target) },
        ...{ software: record.software, sleepMs: record.sleepMs, verdict },
        ...{ complete: options.complete, isWaitSpared: options.isWaitSpared },
        advice: adviceFor(record, verdict, { chain, hasCertificate: options.hasCertificate, now: options.now }),
        addresses: addressesOf(record),
        versions: record.ways.map((facts) => versionOf(record, facts)),
        ages: record.redemptions.map(ageOf),
        groups: record.groups,
        certificates: chain ?? null,
        cost: costOf(record, verdict, chain, options.cost) ?? null,
    }
}

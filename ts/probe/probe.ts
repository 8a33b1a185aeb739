// Asks a server whether it resumes sessions after a sleep: what it speaks first, then sessions of each kind, and each
// redeemed at its age.
import type { LookupAddress } from "node:dns"
import { lookup as dnsLookup } from "node:dns/promises"
import net from "node:net"
import { WarmhelloError } from "../base/errors.js"
import { type Clock, Pace, realClock } from "./clock.js"
import { type Connect, connect as realConnect } from "./connect.js"
import type { Credentials } from "./credentials.js"
import { failure } from "./failures.js"
import { plan } from "./plan.js"
import type { HttpProxy } from "./proxy.js"
import { type Address, type ProbeRecord, RECORD_VERSION, type Redemption } from "./record.js"
import { redeemAll } from "./redeem.js"
import { type Ask, survey } from "./survey.js"
import { type Target, targetText } from "./target.js"
import { isForegone } from "./verdict.js"
import type { Way } from "./ways.js"

type Lookup = (host: string) => Promise<LookupAddress[]>

export type ProbeEvent =
    | { kind: "addresses" | "surveyed"; record: ProbeRecord }
    | { kind: "connect"; connects: number }
    | { kind: "redemption"; redemption: Redemption }
    | { kind: "wait"; untilAt: number }

export interface ProbeOptions {
    target: Target
    credentials: Credentials
    proxy: HttpProxy | undefined
    /** Which are asked for. */
    ways: readonly Way[]
    sleepMs: number
    /** In order, with that of the sleep among them. */
    agesMs: readonly number[]
    runs: number
    timeoutMs: number
    signal: AbortSignal
    /** What is known from before; undefined at the beginning. */
    record?: ProbeRecord | undefined
    /** Waits also where the answer is known without. */
    waits: boolean
    /** After each change. */
    keep: (record: ProbeRecord) => void
    onEvent: (event: ProbeEvent) => void
    lookup?: Lookup
    connect?: Connect
    clock?: Clock
    /** For whoever connects beside it. */
    pace?: Pace
}

const allAddresses: Lookup = (host) => dnsLookup(host, { all: true, order: "verbatim" })

async function addressesFor({ target, proxy, lookup = allAddresses }: ProbeOptions): Promise<Address[]> {
    // A proxy looks names up itself.
    const fresh = (): Pick<Address, "error" | "speaks" | "lacks"> => ({ error: null, speaks: [], lacks: [] })
    if (proxy !== undefined) return [{ address: target.host, family: 0, ...fresh() }]
    const asFamily = (family: number) => (family === 6 ? 6 : 4)
    if (net.isIP(target.host) !== 0)
        return [{ address: target.host, family: asFamily(net.isIP(target.host)), ...fresh() }]
    try {
        const found = await lookup(target.host)
        const unique = new Map(found.map(({ address, family }) => [address, asFamily(family)] as const))
        return [...unique].map(([address, family]) => ({ address, family, ...fresh() }))
    } catch (error) {
        throw failure(error, targetText(target))
    }
}

function begin(options: ProbeOptions, addresses: Address[], startedAt: number): ProbeRecord {
    const { target, sleepMs, agesMs } = options
    return {
        ...{ schema: "warmhello.probe-state", version: RECORD_VERSION, target, sleepMs, agesMs: [...agesMs] },
        ...{ startedAt, addresses, ways: [], groups: [], certificates: [], software: null, isSurveyed: false },
        ...{ wants: [], due: [], redemptions: [], samples: [] },
    }
}

/** Connects, and keeps the figures of it. */
function asker(record: () => ProbeRecord, options: ProbeOptions, turn: () => Promise<void>): Ask {
    const { target, credentials, proxy, timeoutMs, signal, connect = realConnect } = options
    let connects = 0
    return async (request) => {
        await turn()
        connects++
        options.onEvent({ kind: "connect", connects })
        const handshake = await connect({ ...request, target, credentials, proxy, timeoutMs, signal })
        const { way, address, resumed, tcpMs, tlsMs, bytesTx, bytesRx, flights } = handshake
        if (request.group === undefined && request.variant !== "psk_ke")
            record().samples.push({ way, address, resumed, tcpMs, tlsMs, bytesTx, bytesRx, flights })
        return handshake
    }
}

export interface Probed {
    record: ProbeRecord
    /** The answer was known without it. */
    isWaitSpared: boolean
    /** False: it was told to end before. */
    complete: boolean
}

/** Throws where there is nothing to be known: no address, no server, no TLS, no trust. */
export async function probe(options: ProbeOptions): Promise<Probed> {
    const { clock = realClock, pace = new Pace(clock), signal, keep, onEvent } = options
    const turn = () => pace.turn(signal)
    const record = options.record ?? begin(options, await addressesFor(options), clock.now())
    onEvent({ kind: "addresses", record })
    let waits = true
    try {
        if (!record.isSurveyed) {
            const addresses = record.addresses.map((one): Address => ({ ...one, error: null, speaks: [], lacks: [] }))
            Object.assign(record, { addresses, ways: [], groups: [], samples: [] })
            await survey(
                record,
                options.ways,
                asker(() => record, options, turn),
            )
            record.wants = plan(record, options)
            keep(record)
        }
        onEvent({ kind: "surveyed", record })
        waits = options.waits || !isForegone(record)
        await redeemAll(record, {
            ...{ clock, turn, signal, waits, keep: () => keep(record) },
            ask: asker(
                () => record,
                options,
                async () => {},
            ),
            onRedemption: (redemption) => onEvent({ kind: "redemption", redemption }),
            onWait: (untilAt) => onEvent({ kind: "wait", untilAt }),
        })
        return { record, isWaitSpared: !waits, complete: true }
    } catch (error) {
        if (!signal.aborted || error instanceof WarmhelloError) throw error
        keep(record)
        return { record, isWaitSpared: !waits, complete: false }
    }
}

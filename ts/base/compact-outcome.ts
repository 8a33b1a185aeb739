// The compact outcome that an app adds to what it sends: docs/SPEC.md has its bytes, firmware/core/src/compact.c writes
// them on a device.
import { decode, encode } from "cborg"
import {
    type CoreErrorWord,
    clockWords,
    coreErrors,
    earlyDataWords,
    kindWords,
    protocolWords,
    type Reason,
    reasons,
    resultWords,
} from "./core-codes.js"
import type { Outcome } from "./outcome.js"

const VERSION = 1

/** A later version may be longer than this one's 24 bytes. */
const SIZE_MAX = 64

const U8_MAX = 2 ** 8 - 1
const U16_MAX = 2 ** 16 - 1

/** From this age on it is told in minutes, as a number below zero. */
const IN_MINUTES_FROM_S = 65520
const ATTEMPTS_MAX = 3
const MINUTES_MAX = U16_MAX + 1

/** How many of the device's CAs that are still good end within 60 days; null while the device does not know. */
const endingCasWords = [null, "none", "some", "all"] as const

/** What was told by a newer device in a word that is not known here. */
type Known<T> = T | "unknown"

export interface CompactOutcome {
    /** Of the device's format: what is read of a newer one is as much as is known here. */
    version: number
    result: Known<(typeof resultWords)[number]>
    reason: Known<Reason>
    error: Known<CoreErrorWord> | null
    protocol: Known<(typeof protocolWords)[number]>
    /** How a session was offered; null when none was. */
    kind: Known<(typeof kindWords)[number]>
    /** TCP connections that the connect has begun; 3 for as many or more. */
    attempts: number
    endingCas: (typeof endingCasWords)[number]
    /** Null when none was offered; offered: nobody knows what the server did with it. */
    earlyData: (typeof earlyDataWords)[number]
    clock: Known<(typeof clockWords)[number]>
    /** From the ClientHello until the app may send; 65535 for as long or longer. */
    handshakeMs: number
    /** TLS bytes on the wire until then, both ways; 65535 for as many or more. */
    handshakeBytes: number
    /** Of the session that was offered, from 65520 on in whole minutes; 0 when none was, null when it is not known. */
    sessionAgeS: number | null
    /** What the app calls its firmware; null when it does not tell. */
    firmware: number | null
    /** What the wake has taken; null when that is not known. */
    energyMj: number | null
}

/** What only the app knows. */
interface OfApp {
    firmware?: number
    energyMj?: number
}

/** What a device would tell of the outcome that is here in full. */
export function compactOf(outcome: Outcome, { firmware = 0, energyMj = 0 }: OfApp = {}): CompactOutcome {
    const { result, reason, error, protocol, kind, clock, earlyData, cas, casUsable, casEnding } = outcome
    const endingCas = casEnding === casUsable ? "all" : casEnding > 0 ? "some" : "none"
    const ageS = kind === null || kind === "external-psk" ? 0 : outcome.sessionAgeS
    return {
        ...{ version: VERSION, result, reason, error, protocol, kind, clock, earlyData },
        attempts: atMost(ATTEMPTS_MAX, outcome.attempts),
        endingCas: cas === 0 ? null : endingCas,
        handshakeMs: atMost(U16_MAX, outcome.handshakeUs / 1000),
        handshakeBytes: atMost(U16_MAX, outcome.bytesTx + outcome.bytesRx),
        sessionAgeS: ageS === null ? null : ageOf(ageItem(ageS)),
        firmware: atMost(U16_MAX, firmware) || null,
        energyMj: atMost(U16_MAX, energyMj) || null,
    }
}

const reasonWords = Object.keys(reasons) as Reason[]
const errorWords = new Map(Object.entries(coreErrors).map(([word, { value }]) => [-value, word as CoreErrorWord]))

/** The small values, each in so many bits of one number, the first in the lowest. */
const parts = { result: 2, protocol: 2, kind: 3, attempts: 2, endingCas: 2, earlyData: 2, clock: 2 } as const
type Part = keyof typeof parts

function joined(values: Record<Part, number>): number {
    let [sum, place] = [0, 1]
    for (const [part, bits] of Object.entries(parts) as [Part, number][]) {
        sum += values[part] * place
        place *= 2 ** bits
    }
    return sum
}

function parted(how: number): Record<Part, number> {
    let rest = how
    const values = Object.entries(parts).map(([part, bits]) => {
        const value = rest % 2 ** bits
        rest = Math.floor(rest / 2 ** bits)
        return [part, value]
    })
    return Object.fromEntries(values)
}

const wordAt = <T>(words: readonly T[], value: number): Known<T> =>
    value < words.length ? (words[value] as T) : "unknown"

/** Of a word that is not known here there is no number. */
function numberOf<T>(words: readonly T[], word: Known<T>): number {
    const value = words.indexOf(word as T)
    if (value < 0) throw new RangeError(`${word} has no number`)
    return value
}

const atMost = (max: number, value: number) => Math.max(0, Math.min(max, Math.floor(value)))

function ageItem(ageS: number): number {
    return ageS < IN_MINUTES_FROM_S ? atMost(U16_MAX, ageS) : -atMost(MINUTES_MAX, ageS / 60)
}

const ageOf = (item: number) => (item < 0 ? -60 * item : item)

function withoutZeros(values: number[]): number[] {
    return values.slice(0, values.findLastIndex((value) => value > 0) + 1)
}

/** As a device writes it, what is too large cut down to what fits. Throws a RangeError for a word that has no number. */
export function encodeOutcome(outcome: CompactOutcome): Uint8Array {
    const how = joined({
        result: numberOf(resultWords, outcome.result),
        protocol: numberOf(protocolWords, outcome.protocol),
        kind: numberOf(kindWords, outcome.kind),
        attempts: atMost(ATTEMPTS_MAX, outcome.attempts),
        endingCas: numberOf(endingCasWords, outcome.endingCas),
        earlyData: numberOf(earlyDataWords, outcome.earlyData),
        clock: numberOf(clockWords, outcome.clock),
    })
    return encode([
        ...[VERSION, how, numberOf(reasonWords, outcome.reason)],
        outcome.error === null ? 0 : -numberOfError(outcome.error),
        atMost(U16_MAX, outcome.handshakeMs),
        atMost(U16_MAX, outcome.handshakeBytes),
        outcome.sessionAgeS === null ? null : ageItem(outcome.sessionAgeS),
        ...withoutZeros([atMost(U16_MAX, outcome.firmware ?? 0), atMost(U16_MAX, outcome.energyMj ?? 0)]),
    ])
}

function numberOfError(word: Known<CoreErrorWord>): number {
    if (word === "unknown") throw new RangeError(`${word} has no number`)
    return coreErrors[word].value
}

const isWithin = (least: number, most: number, item: unknown): item is number =>
    Number.isInteger(item) && (item as number) >= least && (item as number) <= most

const isAge = (item: unknown): item is number | null =>
    item === null || isWithin(0, IN_MINUTES_FROM_S - 1, item) || isWithin(-MINUTES_MAX, -IN_MINUTES_FROM_S / 60, item)

/** The items that every version has. */
type Items = [
    version: number,
    how: number,
    reason: number,
    error: number,
    ms: number,
    bytes: number,
    age: number | null,
]
const ITEMS = 7

function areItems(items: unknown[]): items is Items {
    const [version, how, reason, error, ms, bytes, age] = items
    return (
        isWithin(1, Number.MAX_SAFE_INTEGER, version) &&
        isWithin(0, version === VERSION ? U16_MAX : Number.MAX_SAFE_INTEGER, how) &&
        [reason, error].every((item) => isWithin(0, U8_MAX, item)) &&
        [ms, bytes].every((item) => isWithin(0, U16_MAX, item)) &&
        isAge(age)
    )
}

/** The items of an array, undefined for anything else. */
function itemsOf(bytes: Uint8Array): unknown[] | undefined {
    if (bytes.length > SIZE_MAX) return undefined
    try {
        const value: unknown = decode(bytes, { strict: true })
        return Array.isArray(value) ? value : undefined
    } catch {
        return undefined // no CBOR, or something behind it
    }
}

/** Undefined for what is none, as bytes that somebody else has sent may be. Never throws. */
export function decodeOutcome(bytes: Uint8Array): CompactOutcome | undefined {
    const items = itemsOf(bytes)
    if (items === undefined || !areItems(items)) return undefined
    const [version, how, reason, error, handshakeMs, handshakeBytes, age] = items
    const [firmware = 0, energyMj = 0, ...more] = (items as unknown[]).slice(ITEMS)
    const isOfApp = [firmware, energyMj].every((item) => isWithin(0, U16_MAX, item))
    if (version === VERSION && (!isOfApp || more.length > 0)) return undefined
    const small = parted(how)
    return {
        version,
        result: wordAt(resultWords, small.result),
        reason: wordAt(reasonWords, reason),
        error: error === 0 ? null : (errorWords.get(error) ?? "unknown"),
        protocol: wordAt(protocolWords, small.protocol),
        kind: wordAt(kindWords, small.kind),
        attempts: small.attempts,
        endingCas: endingCasWords[small.endingCas] ?? null,
        earlyData: earlyDataWords[small.earlyData] ?? null,
        clock: wordAt(clockWords, small.clock),
        handshakeMs,
        handshakeBytes,
        sessionAgeS: age === null ? null : ageOf(age),
        firmware: (isOfApp && (firmware as number)) || null,
        energyMj: (isOfApp && (energyMj as number)) || null,
    }
}

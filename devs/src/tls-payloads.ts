// Generated from devs/services/tls-session.md by `npm run generate`; do not edit.
import {
    type TlsClock,
    type TlsConsent,
    type TlsEarlyData,
    type TlsError,
    type TlsKind,
    type TlsProfile,
    type TlsProtocol,
    type TlsReason,
    type TlsResult,
    type TlsTiers,
    tlsClockOf,
    tlsConsentOf,
    tlsEarlyDataOf,
    tlsErrorOf,
    tlsKindOf,
    tlsProfileOf,
    tlsProtocolOf,
    tlsReasonOf,
    tlsResultOf,
    tlsTiersOf,
} from "./tls-words"

function u8(payload: Buffer, offset: number): number {
    return payload.getAt(offset, "u8")
}
function u16(payload: Buffer, offset: number): number {
    return payload.getAt(offset, "u16")
}
function u32(payload: Buffer, offset: number): number {
    return payload.getAt(offset, "u32")
}
function i16(payload: Buffer, offset: number): number {
    return payload.getAt(offset, "i16")
}
function putU8(payload: Buffer, offset: number, value: number): void {
    if (!(value >= 0 && value < 256)) throw new RangeError(`no u8: ${value}`)
    payload.setAt(offset, "u8", value)
}
function putU16(payload: Buffer, offset: number, value: number): void {
    if (!(value >= 0 && value < 65536)) throw new RangeError(`no u16: ${value}`)
    payload.setAt(offset, "u16", value)
}
function putU32(payload: Buffer, offset: number, value: number): void {
    if (!(value >= 0 && value < 4294967296)) throw new RangeError(`no u32: ${value}`)
    payload.setAt(offset, "u32", value)
}
function text(payload: Buffer, offset: number): string {
    return payload.slice(offset).toString("utf-8")
}
function putText(payload: Buffer, offset: number, value: string, max: number): void {
    const bytes = Buffer.from(value)
    if (bytes.length > max) throw new RangeError("the text is too long")
    payload.set(bytes, offset)
}

function tlsProtocolValue(word: TlsProtocol): number {
    switch (word) {
        case "TLS1.2":
            return 1
        case "TLS1.3":
            return 2
        default:
            return 0
    }
}

function tlsConsentValue(word: TlsConsent): number {
    switch (word) {
        case "given":
            return 1
        case "withheld":
            return 2
        default:
            return 0
    }
}

function unless(unknown: number, value: number): number | null {
    return value === unknown ? null : value
}

/**
 * What the last connect did and why. Sent as well when a connect ends and when its connection closes. `number` counts
 * the connects and is 0 before the first. `handshakeUs` ends when the app may send; the bytes of `handshakeTxBytes` and
 * `handshakeRxBytes` are on the wire up to then, those of `totalTxBytes` and `totalRxBytes` up to the close.
 * `sessionAgeS` and `sessionLifetimeS` are those of the session offered, 0 when none was; null stands for an unknown
 * age. `backoffS` is how long to leave a server alone that keeps breaking off, or a network that keeps being away.
 * `cipher` is the suite's number in IANA's registry, `group` the key exchange's name there. `alert` is the server's, -1
 * for none. A `result` of failed without an `error`: there was no TLS, as when TCP did not connect. `storeError` tells
 * why no session was stored, `stored` where one is. `earlyData` tells what the server did with the app's first
 * `earlyBytes` bytes, which left with the hello; `null` when none did. What it did not accept has arrived after the
 * handshake all the same.
 */
export interface TlsOutcome {
    number: number
    handshakeUs: number
    handshakeTxBytes: number
    handshakeRxBytes: number
    totalTxBytes: number
    totalRxBytes: number
    sessionAgeS: number | null
    sessionLifetimeS: number
    backoffS: number
    earlyBytes: number
    flights: number
    cipher: number
    alert: number
    result: TlsResult
    reason: TlsReason
    protocol: TlsProtocol
    kind: TlsKind
    error: TlsError
    storeError: TlsError
    stored: TlsTiers
    earlyData: TlsEarlyData
    group: string
}

/** Undefined for a payload of another length. */
export function readOutcome(payload: Buffer): TlsOutcome | undefined {
    if (payload.length < 54 || payload.length > 85) return undefined
    return {
        number: u32(payload, 0),
        handshakeUs: u32(payload, 4),
        handshakeTxBytes: u32(payload, 8),
        handshakeRxBytes: u32(payload, 12),
        totalTxBytes: u32(payload, 16),
        totalRxBytes: u32(payload, 20),
        sessionAgeS: unless(4294967295, u32(payload, 24)),
        sessionLifetimeS: u32(payload, 28),
        backoffS: u32(payload, 32),
        earlyBytes: u32(payload, 36),
        flights: u16(payload, 40),
        cipher: u16(payload, 42),
        alert: i16(payload, 44),
        result: tlsResultOf(u8(payload, 46)),
        reason: tlsReasonOf(u8(payload, 47)),
        protocol: tlsProtocolOf(u8(payload, 48)),
        kind: tlsKindOf(u8(payload, 49)),
        error: tlsErrorOf(u8(payload, 50)),
        storeError: tlsErrorOf(u8(payload, 51)),
        stored: tlsTiersOf(u8(payload, 52)),
        earlyData: tlsEarlyDataOf(u8(payload, 53)),
        group: text(payload, 54),
    }
}

/**
 * Connects since the last loss of power or `resetCounts`. `refused` and `fallback` are among the `full` ones: the
 * server refused the session on the same connection, or a second connection was needed.
 */
export interface TlsCounts {
    full: number
    resumed: number
    refused: number
    fallback: number
    failed: number
}

/** Undefined for a payload of another length. */
export function readCounts(payload: Buffer): TlsCounts | undefined {
    if (payload.length !== 20) return undefined
    return {
        full: u32(payload, 0),
        resumed: u32(payload, 4),
        refused: u32(payload, 8),
        fallback: u32(payload, 12),
        failed: u32(payload, 16),
    }
}

/**
 * The session that the next connect can offer. `expiresInS` is 0 when there is none, and null while its age is unknown
 * or the store cannot be read.
 */
export interface TlsStoredSession {
    expiresInS: number | null
    stored: TlsTiers
}

/** Undefined for a payload of another length. */
export function readStoredSession(payload: Buffer): TlsStoredSession | undefined {
    if (payload.length !== 5) return undefined
    return {
        expiresInS: unless(4294967295, u32(payload, 0)),
        stored: tlsTiersOf(u8(payload, 4)),
    }
}

/** Undefined for a payload of another length. */
export function readFlashWear(payload: Buffer): number | undefined {
    if (payload.length !== 4) return undefined
    return u32(payload, 0)
}

/**
 * How many `cas` the firmware was given, how many of them are within their dates, and how many of these end within 60
 * days, as the last full handshake found: tell whoever can give the device the next ones. And the time that the last
 * connect went by: a `clock` that is suspect makes a certificate or a CA end or begin at the wrong time; the firmware
 * asks for the time again.
 */
export interface TlsTrust {
    cas: number
    usable: number
    ending: number
    clock: TlsClock
}

/** Undefined for a payload of another length. */
export function readTrust(payload: Buffer): TlsTrust | undefined {
    if (payload.length !== 7) return undefined
    return {
        cas: u16(payload, 0),
        usable: u16(payload, 2),
        ending: u16(payload, 4),
        clock: tlsClockOf(u8(payload, 6)),
    }
}

/** Undefined for a payload of another length. */
export function readProfile(payload: Buffer): TlsProfile | undefined {
    if (payload.length !== 1) return undefined
    return tlsProfileOf(u8(payload, 0))
}

/** Undefined for a payload of another length. */
export function readCompact(payload: Buffer): Buffer | undefined {
    if (payload.length < 1 || payload.length > 24) return undefined
    return payload
}

/** Undefined for a payload of another length. */
export function readEnabled(payload: Buffer): boolean | undefined {
    if (payload.length !== 1) return undefined
    return u8(payload, 0) !== 0
}

/** The bytes that set it. */
export function writeEnabled(value: boolean): Buffer {
    const payload = Buffer.alloc(1)
    putU8(payload, 0, value ? 1 : 0)
    return payload
}

/** Undefined for a payload of another length. */
export function readMinProtocol(payload: Buffer): TlsProtocol | undefined {
    if (payload.length !== 1) return undefined
    return tlsProtocolOf(u8(payload, 0))
}

/** The bytes that set it. */
export function writeMinProtocol(value: TlsProtocol): Buffer {
    const payload = Buffer.alloc(1)
    putU8(payload, 0, tlsProtocolValue(value))
    return payload
}

/** Undefined for a payload of another length. */
export function readMaxAge(payload: Buffer): number | undefined {
    if (payload.length !== 4) return undefined
    return u32(payload, 0)
}

/** The bytes that set it. */
export function writeMaxAge(value: number): Buffer {
    const payload = Buffer.alloc(4)
    putU32(payload, 0, value)
    return payload
}

/** Undefined for a payload of another length. */
export function readTicketWait(payload: Buffer): number | undefined {
    if (payload.length !== 4) return undefined
    return u32(payload, 0)
}

/** The bytes that set it. */
export function writeTicketWait(value: number): Buffer {
    const payload = Buffer.alloc(4)
    putU32(payload, 0, value)
    return payload
}

/**
 * The one server whose session no other server's may push out: the one stored from now on, or from its next connect. An
 * empty `host` pins none, at once; `port` 0 stands for any.
 */
export interface TlsPinnedPeer {
    port: number
    host: string
}

/** Undefined for a payload of another length. */
export function readPinnedPeer(payload: Buffer): TlsPinnedPeer | undefined {
    if (payload.length < 2 || payload.length > 236) return undefined
    return {
        port: u16(payload, 0),
        host: text(payload, 2),
    }
}

/** The bytes that set it. */
export function writePinnedPeer(value: TlsPinnedPeer): Buffer {
    const payload = Buffer.alloc(2 + Buffer.from(value.host).length)
    putU16(payload, 0, value.port)
    putText(payload, 2, value.host, 234)
    return payload
}

/** Undefined for a payload of another length. */
export function readEarlyData(payload: Buffer): TlsConsent | undefined {
    if (payload.length !== 1) return undefined
    return tlsConsentOf(u8(payload, 0))
}

/** The bytes that set it. */
export function writeEarlyData(value: TlsConsent): Buffer {
    const payload = Buffer.alloc(1)
    putU8(payload, 0, tlsConsentValue(value))
    return payload
}

/** Undefined for a payload of another length. */
export function readForgetReport(payload: Buffer): TlsError | undefined {
    if (payload.length !== 1) return undefined
    return tlsErrorOf(u8(payload, 0))
}

// Generated from devs/services/tls-session.md by `npm run generate`; do not edit.
import type { AsyncVoid, TlsSession, Unsubscribe } from "@devicescript/core"
import type { Observable } from "@devicescript/observables"
import { checked, Link, type LinkOptions, succeeded } from "./link"

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

/** Newer firmware may know others, which are unknown here. */
export type TlsResult = "pending" | "full" | "resumed" | "failed" | "unknown"
/** The word of a number on the bus. */
export function tlsResultOf(value: number): TlsResult {
    switch (value) {
        case 0:
            return "pending"
        case 1:
            return "full"
        case 2:
            return "resumed"
        case 3:
            return "failed"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsReason =
    | "none"
    | "accepted"
    | "other-binding"
    | "alternating-peers"
    | "disabled"
    | "expired"
    | "over-7-days"
    | "over-not-after"
    | "authenticated-too-long-ago"
    | "trust-spent"
    | "spent"
    | "suspect"
    | "store-failed"
    | "unusable"
    | "damaged"
    | "refused"
    | "fallback"
    | "resting"
    | "upgrade"
    | "no-extended-master-secret"
    | "unknown"
/** The word of a number on the bus. */
export function tlsReasonOf(value: number): TlsReason {
    switch (value) {
        case 0:
            return "none"
        case 1:
            return "accepted"
        case 2:
            return "other-binding"
        case 3:
            return "alternating-peers"
        case 4:
            return "disabled"
        case 5:
            return "expired"
        case 6:
            return "over-7-days"
        case 7:
            return "over-not-after"
        case 8:
            return "authenticated-too-long-ago"
        case 9:
            return "trust-spent"
        case 10:
            return "spent"
        case 11:
            return "suspect"
        case 12:
            return "store-failed"
        case 13:
            return "unusable"
        case 14:
            return "damaged"
        case 15:
            return "refused"
        case 16:
            return "fallback"
        case 17:
            return "resting"
        case 18:
            return "upgrade"
        case 19:
            return "no-extended-master-secret"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsProtocol = null | "TLS1.2" | "TLS1.3" | "unknown"
/** The word of a number on the bus. */
export function tlsProtocolOf(value: number): TlsProtocol {
    switch (value) {
        case 0:
            return null
        case 1:
            return "TLS1.2"
        case 2:
            return "TLS1.3"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsKind = null | "id" | "ticket" | "psk" | "external-psk" | "unknown"
/** The word of a number on the bus. */
export function tlsKindOf(value: number): TlsKind {
    switch (value) {
        case 0:
            return null
        case 1:
            return "id"
        case 2:
            return "ticket"
        case 3:
            return "psk"
        case 4:
            return "external-psk"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsTiers = null | "rtc" | "flash" | "both" | "unknown"
/** The word of a number on the bus. */
export function tlsTiersOf(value: number): TlsTiers {
    switch (value) {
        case 0:
            return null
        case 1:
            return "rtc"
        case 2:
            return "flash"
        case 3:
            return "both"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsClock = "unknown" | "known" | "suspect" | "unknown"
/** The word of a number on the bus. */
export function tlsClockOf(value: number): TlsClock {
    switch (value) {
        case 0:
            return "unknown"
        case 1:
            return "known"
        case 2:
            return "suspect"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsEarlyData = null | "offered" | "accepted" | "refused" | "unknown"
/** The word of a number on the bus. */
export function tlsEarlyDataOf(value: number): TlsEarlyData {
    switch (value) {
        case 0:
            return null
        case 1:
            return "offered"
        case 2:
            return "accepted"
        case 3:
            return "refused"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsConsent = null | "given" | "withheld" | "unknown"
/** The word of a number on the bus. */
export function tlsConsentOf(value: number): TlsConsent {
    switch (value) {
        case 0:
            return null
        case 1:
            return "given"
        case 2:
            return "withheld"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsError =
    | null
    | "no-session"
    | "other-binding"
    | "not-resumable"
    | "unusable"
    | "wear-limit"
    | "spent"
    | "suspect"
    | "pinned"
    | "alternating-peers"
    | "upgrade"
    | "no-extended-master-secret"
    | "damaged"
    | "damaged-session"
    | "untrusted"
    | "wrong-name"
    | "certificate-expired"
    | "certificate-not-yet-valid"
    | "bad-certificate"
    | "not-tls"
    | "no-common-version"
    | "alert"
    | "closed"
    | "truncated"
    | "protocol"
    | "no-common-alpn"
    | "client-certificate-wanted"
    | "client-certificate-refused"
    | "ca-expired"
    | "ca-not-yet-valid"
    | "server-silent"
    | "no-network"
    | "no-address"
    | "unknown-host"
    | "host-unreachable"
    | "connection-lost"
    | "connection-refused"
    | "connect-timeout"
    | "memory"
    | "entropy"
    | "rtc-too-small"
    | "flash"
    | "device-key"
    | "clock-suspect"
    | "argument"
    | "state"
    | "ca-unreadable"
    | "certificate-unreadable"
    | "key-unreadable"
    | "key-encrypted"
    | "key-mismatch"
    | "alpn-unusable"
    | "send-overflow"
    | "host-unusable"
    | "unknown"
/** The word of a number on the bus. */
export function tlsErrorOf(value: number): TlsError {
    switch (value) {
        case 0:
            return null
        case 1:
            return "no-session"
        case 2:
            return "other-binding"
        case 3:
            return "not-resumable"
        case 4:
            return "unusable"
        case 5:
            return "wear-limit"
        case 6:
            return "spent"
        case 7:
            return "suspect"
        case 8:
            return "pinned"
        case 9:
            return "alternating-peers"
        case 10:
            return "upgrade"
        case 11:
            return "no-extended-master-secret"
        case 20:
            return "damaged"
        case 21:
            return "damaged-session"
        case 40:
            return "untrusted"
        case 41:
            return "wrong-name"
        case 42:
            return "certificate-expired"
        case 43:
            return "certificate-not-yet-valid"
        case 44:
            return "bad-certificate"
        case 45:
            return "not-tls"
        case 46:
            return "no-common-version"
        case 47:
            return "alert"
        case 48:
            return "closed"
        case 49:
            return "truncated"
        case 50:
            return "protocol"
        case 51:
            return "no-common-alpn"
        case 52:
            return "client-certificate-wanted"
        case 53:
            return "client-certificate-refused"
        case 54:
            return "ca-expired"
        case 55:
            return "ca-not-yet-valid"
        case 56:
            return "server-silent"
        case 70:
            return "no-network"
        case 71:
            return "no-address"
        case 72:
            return "unknown-host"
        case 73:
            return "host-unreachable"
        case 74:
            return "connection-lost"
        case 75:
            return "connection-refused"
        case 76:
            return "connect-timeout"
        case 80:
            return "memory"
        case 81:
            return "entropy"
        case 82:
            return "rtc-too-small"
        case 83:
            return "flash"
        case 84:
            return "device-key"
        case 85:
            return "clock-suspect"
        case 90:
            return "argument"
        case 91:
            return "state"
        case 92:
            return "ca-unreadable"
        case 93:
            return "certificate-unreadable"
        case 94:
            return "key-unreadable"
        case 95:
            return "key-encrypted"
        case 96:
            return "key-mismatch"
        case 97:
            return "alpn-unusable"
        case 98:
            return "send-overflow"
        case 99:
            return "host-unusable"
        default:
            return "unknown"
    }
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

/**
 * Tells what the firmware does with the one TLS session that it keeps across deep sleep, and lets an app steer it.
 *
 * Get it by tlsSession().
 */
export class TlsSessionClient {
    private readonly link: Link

    constructor(
        private readonly role: TlsSession,
        options: LinkOptions = {},
    ) {
        this.link = new Link(role, options)
    }

    /** Whether the firmware has this service. The first call waits for it, as long as the options say. */
    async isThere(): Promise<boolean> {
        return await this.link.isThere()
    }

    /**
     * What the last connect did and why. Sent as well when a connect ends and when its connection closes. `number`
     * counts the connects and is 0 before the first. `handshakeUs` ends when the app may send; the bytes of
     * `handshakeTxBytes` and `handshakeRxBytes` are on the wire up to then, those of `totalTxBytes` and `totalRxBytes`
     * up to the close. `sessionAgeS` and `sessionLifetimeS` are those of the session offered, 0 when none was; null
     * stands for an unknown age. `backoffS` is how long to leave a server alone that keeps breaking off, or a network
     * that keeps being away. `cipher` is the suite's number in IANA's registry, `group` the key exchange's name there.
     * `alert` is the server's, -1 for none. A `result` of failed without an `error`: there was no TLS, as when TCP did
     * not connect. `storeError` tells why no session was stored, `stored` where one is. `earlyData` tells what the
     * server did with the app's first `earlyBytes` bytes, which left with the hello; `null` when none did. What it did
     * not accept has arrived after the handshake all the same.
     *
     * Throws a ServiceError; see its codes.
     */
    async outcome(): Promise<TlsOutcome> {
        return checked(readOutcome(await this.link.read(0x180)))
    }

    /**
     * Connects since the last loss of power or `resetCounts`. `refused` and `fallback` are among the `full` ones: the
     * server refused the session on the same connection, or a second connection was needed.
     *
     * Throws a ServiceError; see its codes.
     */
    async counts(): Promise<TlsCounts> {
        return checked(readCounts(await this.link.read(0x181)))
    }

    /**
     * The session that the next connect can offer. `expiresInS` is 0 when there is none, and null while its age is
     * unknown or the store cannot be read.
     *
     * Throws a ServiceError; see its codes.
     */
    async storedSession(): Promise<TlsStoredSession> {
        return checked(readStoredSession(await this.link.read(0x182)))
    }

    /**
     * Erases of the most worn flash sector, of about 100,000 that it stands.
     *
     * Throws a ServiceError; see its codes.
     */
    async flashWear(): Promise<number> {
        return checked(readFlashWear(await this.link.read(0x183)))
    }

    /**
     * How many `cas` the firmware was given, how many of them are within their dates, and how many of these end within
     * 60 days, as the last full handshake found: tell whoever can give the device the next ones. And the time that the
     * last connect went by: a `clock` that is suspect makes a certificate or a CA end or begin at the wrong time; the
     * firmware asks for the time again.
     *
     * Throws a ServiceError; see its codes.
     */
    async trust(): Promise<TlsTrust> {
        return checked(readTrust(await this.link.read(0x184)))
    }

    /**
     * Each `outcome` that the service sends by itself, or that is read.
     */
    outcomeChanges(): Observable<TlsOutcome> {
        return this.link.observe(0x180, readOutcome)
    }

    /**
     * Each `storedSession` that the service sends by itself, or that is read.
     */
    storedSessionChanges(): Observable<TlsStoredSession> {
        return this.link.observe(0x182, readStoredSession)
    }

    /**
     * Whether a stored session is offered. Sessions are stored all the same. For the connects to come.
     *
     * Throws a ServiceError; see its codes.
     */
    async enabled(): Promise<boolean> {
        return checked(readEnabled(await this.link.read(0x1)))
    }

    /**
     * Sets what `enabled` reads, and makes sure that the service took it.
     *
     * Throws a ServiceError; see its codes.
     */
    async setEnabled(value: boolean): Promise<void> {
        await this.link.write(0x1, writeEnabled(value))
    }

    /**
     * The lowest protocol version to speak; `null` leaves it to the firmware, and none lowers what the firmware
     * demands. One that the firmware does not speak is not taken.
     *
     * Throws a ServiceError; see its codes.
     */
    async minProtocol(): Promise<TlsProtocol> {
        return checked(readMinProtocol(await this.link.read(0x80)))
    }

    /**
     * Sets what `minProtocol` reads, and makes sure that the service took it.
     *
     * Throws a ServiceError; see its codes.
     */
    async setMinProtocol(value: TlsProtocol): Promise<void> {
        await this.link.write(0x80, writeMinProtocol(value))
    }

    /**
     * How long after the last full handshake a session may still be offered; 0 for the protocol's own limit.
     *
     * Throws a ServiceError; see its codes.
     */
    async maxAgeS(): Promise<number> {
        return checked(readMaxAge(await this.link.read(0x81)))
    }

    /**
     * Sets what `maxAgeS` reads, and makes sure that the service took it.
     *
     * Throws a ServiceError; see its codes.
     */
    async setMaxAgeS(value: number): Promise<void> {
        await this.link.write(0x81, writeMaxAge(value))
    }

    /**
     * How long a connection may stay open for a ticket that has not come yet; 0 for the firmware's choice, 0xffffffff
     * for not at all.
     *
     * Throws a ServiceError; see its codes.
     */
    async ticketWaitMs(): Promise<number> {
        return checked(readTicketWait(await this.link.read(0x82)))
    }

    /**
     * Sets what `ticketWaitMs` reads, and makes sure that the service took it.
     *
     * Throws a ServiceError; see its codes.
     */
    async setTicketWaitMs(value: number): Promise<void> {
        await this.link.write(0x82, writeTicketWait(value))
    }

    /**
     * The one server whose session no other server's may push out: the one stored from now on, or from its next
     * connect. An empty `host` pins none, at once; `port` 0 stands for any.
     *
     * Throws a ServiceError; see its codes.
     */
    async pinnedPeer(): Promise<TlsPinnedPeer> {
        return checked(readPinnedPeer(await this.link.read(0x83)))
    }

    /**
     * Sets what `pinnedPeer` reads, and makes sure that the service took it.
     *
     * Throws a ServiceError; see its codes.
     */
    async setPinnedPeer(value: TlsPinnedPeer): Promise<void> {
        await this.link.write(0x83, writePinnedPeer(value))
    }

    /**
     * Whether what the app writes first may leave before the handshake is done, where the server allows it: `null`
     * leaves it to the firmware, where it is off unless provisioned. The server may then get it twice, and somebody who
     * has recorded it can send it again, so `given` is for what does no harm when it is done twice.
     *
     * Throws a ServiceError; see its codes.
     */
    async earlyData(): Promise<TlsConsent> {
        return checked(readEarlyData(await this.link.read(0x84)))
    }

    /**
     * Sets what `earlyData` reads, and makes sure that the service took it.
     *
     * Throws a ServiceError; see its codes.
     */
    async setEarlyData(value: TlsConsent): Promise<void> {
        await this.link.write(0x84, writeEarlyData(value))
    }

    /**
     * Deletes the stored session from RTC RAM and flash, and that of a connection still open when it closes: no connect
     * to come offers either. A failure is reported as an error.
     *
     * Throws a ServiceError; see its codes.
     */
    async forget(): Promise<void> {
        succeeded(checked(readForgetReport(await this.link.ask(0x80))))
    }

    /**
     * Sets `counts` to 0.
     *
     * Throws a ServiceError; see its codes.
     */
    async resetCounts(): Promise<void> {
        await this.link.ask(0x81)
    }

    /**
     * A connect resumed the stored session. Returns what ends the subscription.
     */
    onResumed(handler: () => AsyncVoid): Unsubscribe {
        return this.role.resumed.subscribe(handler)
    }

    /**
     * A connect made a full handshake, and why. Returns what ends the subscription.
     */
    onFull(handler: (value: TlsReason) => AsyncVoid): Unsubscribe {
        return this.role.full.subscribe(async (value) => await handler(tlsReasonOf(value)))
    }

    /**
     * A connect failed. Returns what ends the subscription.
     */
    onFailed(handler: (value: TlsError) => AsyncVoid): Unsubscribe {
        return this.role.failed.subscribe(async (value) => await handler(tlsErrorOf(value)))
    }

    /**
     * A connection has left a session for the next connect. Returns what ends the subscription.
     */
    onSessionStored(handler: (value: TlsTiers) => AsyncVoid): Unsubscribe {
        return this.role.sessionStored.subscribe(async (value) => await handler(tlsTiersOf(value)))
    }

    /**
     * There is no session any more that the next connect could offer. Returns what ends the subscription.
     */
    onSessionLost(handler: () => AsyncVoid): Unsubscribe {
        return this.role.sessionLost.subscribe(handler)
    }
}

// Generated from devs/services/tls-session.md by `npm run generate`; do not edit.
import type { AsyncVoid, TlsSession, Unsubscribe } from "@devicescript/core"
import type { Observable } from "@devicescript/observables"
import { checked, Link, type LinkOptions, succeeded } from "./link"
import {
    readCompact,
    readCounts,
    readEarlyData,
    readEnabled,
    readFlashWear,
    readForgetReport,
    readMaxAge,
    readMinProtocol,
    readOutcome,
    readPinnedPeer,
    readProfile,
    readStoredSession,
    readTicketWait,
    readTrust,
    type TlsCounts,
    type TlsOutcome,
    type TlsPinnedPeer,
    type TlsStoredSession,
    type TlsTrust,
    writeEarlyData,
    writeEnabled,
    writeMaxAge,
    writeMinProtocol,
    writePinnedPeer,
    writeTicketWait,
} from "./tls-payloads"
import {
    type TlsConsent,
    type TlsError,
    type TlsProfile,
    type TlsProtocol,
    type TlsReason,
    type TlsTiers,
    tlsErrorOf,
    tlsReasonOf,
    tlsTiersOf,
} from "./tls-words"

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
     * What the firmware was set to be careful with. `strict`: TLS 1.3 alone, and no session older than a day; what is
     * set here beyond that has no effect. `frugal`: what takes least energy, without forward secrecy where the server
     * agrees.
     *
     * Throws a ServiceError; see its codes.
     */
    async profile(): Promise<TlsProfile> {
        return checked(readProfile(await this.link.read(0x185)))
    }

    /**
     * The last connect in a few bytes of CBOR, to be sent along with what the app sends anyway: docs/SPEC.md has them,
     * without what only the app knows. From the end of the handshake on it is the present connect, and before that the
     * last one, which is the only way to hear of one that has failed.
     *
     * Throws a ServiceError; see its codes.
     */
    async compact(): Promise<Buffer> {
        return checked(readCompact(await this.link.read(0x188)))
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

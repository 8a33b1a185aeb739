// Sessions are taken, each waits until it is due, and is redeemed.
import { WarmhelloError } from "../base/errors.js"
import type { Clock } from "./clock.js"
import type { Handshake } from "./connect.js"
import { nearly } from "./curves.js"
import { planMore } from "./plan.js"
import { type Due, dueAt, type ProbeRecord, type Redemption, type Want } from "./record.js"
import { readSession } from "./session.js"
import type { Ask } from "./survey.js"
import { tellsPskKe, type Way } from "./ways.js"

export interface RedeemOptions {
    clock: Clock
    ask: Ask
    /** Returns when a connect may begin. */
    turn: () => Promise<void>
    /** Something has become known. */
    onRedemption: (redemption: Redemption) => void
    /** Nothing to do until then. */
    onWait: (untilAt: number) => void
    /** After each change. */
    keep: () => void
    /** False: only what can be done at once. */
    waits: boolean
    signal: AbortSignal
}

const wantOf = ({ purpose, way, from, to, ageMs }: Want): Want => ({ purpose, way, from, to, ageMs })

/** Which of those that are due goes first: the sleep's own, then the one that has waited longest. */
function nextDue(record: ProbeRecord, now: number): Due | undefined {
    const due = record.due.filter((one) => dueAt(one) <= now)
    const isSleeps = ({ ageMs }: Due) => ageMs === record.sleepMs
    return due.toSorted((a, b) => Number(isSleeps(b)) - Number(isSleeps(a)) || dueAt(a) - dueAt(b))[0]
}

function add(record: ProbeRecord, redemption: Redemption, { onRedemption }: RedeemOptions): void {
    record.redemptions.push(redemption)
    onRedemption(redemption)
}

const without = <T>(list: readonly T[], gone: T): T[] => list.filter((one) => one !== gone)

const wantsOf = ({ wants }: ProbeRecord, { waits }: RedeemOptions): Want[] =>
    waits ? wants : wants.filter(({ ageMs }) => ageMs === 0)

/** One full handshake serves as many wants as it brings sessions; figures want one each. */
async function fetchFor(record: ProbeRecord, want: Want, options: RedeemOptions): Promise<void> {
    const isAlike = (one: Want) => one.way === want.way && one.from === want.from && one.purpose !== "run"
    try {
        const { sessions, at: obtainedAt } = await options.ask({ address: want.from, way: want.way })
        const served = want.purpose === "run" ? [want] : wantsOf(record, options).filter(isAlike)
        for (const [index, one] of served.entries()) {
            const session = sessions[index]?.bytes.toString("base64")
            if (session === undefined) break
            record.due.push({ ...one, session, ticket: index, obtainedAt, firstAt: obtainedAt, hops: 0 })
            record.wants = without(record.wants, one)
        }
        if (sessions.length === 0) missing(record, want, "no-session", null, options)
    } catch (error) {
        if (!(error instanceof WarmhelloError)) throw error
        missing(record, want, "failed", error.message, options)
    }
}

function missing(
    record: ProbeRecord,
    want: Want,
    outcome: "failed" | "no-session",
    why: string | null,
    options: RedeemOptions,
): void {
    record.wants = without(record.wants, want)
    const at = options.clock.now()
    const unknown = { actualAgeMs: null, chainAgeMs: null, ticket: 0, hops: 0, renewed: false }
    add(record, { ...wantOf(want), ...unknown, outcome, why, at }, options)
}

interface Redeemed {
    outcome: Redemption["outcome"]
    why: string | null
    handshake: Handshake | undefined
}

async function offer(due: Due, ask: Ask): Promise<Redeemed> {
    try {
        const handshake = await ask({
            ...{ address: due.to, way: due.way, session: Buffer.from(due.session, "base64") },
            variant: due.purpose === "psk_ke" ? "psk_ke" : "plain",
        })
        const { resumed, wasOffered } = handshake
        const full = wasOffered ? "full" : "not-offered"
        return { outcome: resumed ? "resumed" : full, why: null, handshake }
    } catch (error) {
        if (!(error instanceof WarmhelloError)) throw error
        return { outcome: error.class === "peer" ? "broken" : "failed", why: error.message, handshake: undefined }
    }
}

/** The session that the next link of a chain has: by TLS 1.3 a new one, by TLS 1.2 the old one where there is no new
 * one. */
function nextSession(due: Due, handshake: Handshake): { session: Buffer | undefined; renewed: boolean } {
    const old = readSession(Buffer.from(due.session, "base64"))
    const newer = handshake.sessions.find(({ name }) => !name.equals(old.name))
    if (newer !== undefined) return { session: newer.bytes, renewed: true }
    return { session: due.way === "TLS1.3 psk" ? undefined : old.bytes, renewed: false }
}

/** Links of a chain, at the least; more than so many ask a server for nothing new. */
const LINKS = 50

/** A chain goes on for as long as the probe does, at each age and, as a device does, after each sleep. */
function nextLinkMs({ agesMs, sleepMs }: ProbeRecord, ageMs: number): number | undefined {
    const next = agesMs.find((one) => one > ageMs)
    const paceMs = Math.max(sleepMs, (agesMs.at(-1) ?? 0) / LINKS)
    return next === undefined ? undefined : Math.min(next, ageMs + paceMs)
}

/** What comes after a resumption: the next link of a chain, the second offer of the same session. */
function follow(record: ProbeRecord, due: Due, session: Buffer | undefined, now: number): void {
    if (due.purpose === "twice") record.due.push({ ...due, purpose: "again", ageMs: 0 })
    const next = nextLinkMs(record, due.ageMs)
    if (due.purpose !== "chain" || session === undefined || next === undefined) return
    record.due.push({
        ...{ ...due, ageMs: next, hops: due.hops + 1 },
        ...{ session: session.toString("base64"), obtainedAt: now },
    })
}

/** A server that broke the handshake off may break off any: it has refused a session only where it goes on without one, or
 * is known not to speak its version. */
async function confirmed(record: ProbeRecord, redeemed: Redeemed, due: Due, options: RedeemOptions): Promise<Redeemed> {
    const { to, way } = due
    const address = record.addresses.find((one) => one.address === to)
    const isKnown = address?.lacks.some((lack) => lack.way === way) === true
    if (redeemed.outcome !== "broken" || isKnown) return redeemed
    await options.turn()
    try {
        await options.ask({ address: to, way })
        return redeemed
    } catch (error) {
        if (!(error instanceof WarmhelloError)) throw error
        return { ...redeemed, outcome: "failed" }
    }
}

/** Between two tries to reach a server. */
const AGAIN_MS = 2000

/** A server that is not reached is asked again, for as long as the session is no older than it was meant to be. */
async function offerInTime(
    record: ProbeRecord,
    due: Due,
    options: RedeemOptions,
): Promise<Redeemed & { began: number }> {
    const { clock, ask, turn, signal } = options
    for (;;) {
        const began = clock.now()
        const redeemed = await confirmed(record, await offer(due, ask), due, options)
        const nextMs = clock.now() + AGAIN_MS - due.firstAt
        if (redeemed.outcome !== "failed" || nextMs > nearly(due.ageMs)) return { ...redeemed, began }
        await clock.wait(AGAIN_MS, signal)
        await turn()
    }
}

async function redeem(record: ProbeRecord, due: Due, options: RedeemOptions): Promise<void> {
    const { began, outcome, why, handshake } = await offerInTime(record, due, options)
    record.due = without(record.due, due)
    const next = handshake?.resumed === true ? nextSession(due, handshake) : undefined
    if (due.purpose === "psk_ke") notePskKe(record, due.way, outcome, handshake)
    add(
        record,
        {
            ...{
                ...wantOf(due),
                outcome,
                why,
                at: began,
                ticket: due.ticket,
                hops: due.hops,
                renewed: next?.renewed ?? false,
            },
            actualAgeMs: began - due.obtainedAt,
            chainAgeMs: due.purpose === "chain" ? began - due.firstAt : null,
        },
        options,
    )
    if (next !== undefined) follow(record, due, next.session, handshake?.at ?? began)
}

/** Of a client that offers no group which the server takes: it resumes without a new key exchange, or refuses. */
function notePskKe(
    { ways }: ProbeRecord,
    own: Way,
    outcome: Redemption["outcome"],
    handshake: Handshake | undefined,
): void {
    const facts = ways.find(({ way }) => way === own)
    if (facts === undefined) return
    if (handshake?.resumed === true) facts.takesPskKe = handshake.withoutKeyExchange
    else if (outcome === "broken" && tellsPskKe) facts.takesPskKe = false
}

const isRefusal = (outcome: Redemption["outcome"]): boolean => outcome === "full" || outcome === "broken"

/** What can never resume need not be waited for: sessions of a way of which none was resumed at once. */
function dropHopeless(record: ProbeRecord): void {
    for (const { way } of record.ways) {
        const tried = record.redemptions.filter(
            (one) => one.way === way && one.outcome !== "no-session" && one.purpose !== "psk_ke",
        )
        if (tried.length === 0 || tried.some(({ outcome }) => !isRefusal(outcome))) continue
        record.due = record.due.filter((one) => one.way !== way)
    }
}

/** Until nothing is left to do. Throws AbortError when told to end; the record then has what is known. */
export async function redeemAll(record: ProbeRecord, options: RedeemOptions): Promise<void> {
    const { clock, signal } = options
    for (;;) {
        signal.throwIfAborted()
        const isPressing = wantsOf(record, options).length > 0 || nextDue(record, clock.now()) !== undefined
        if (isPressing) await one(record, options)
        else if (!options.waits) return
        else if (!addMore(record) && !(await waitForDue(record, options))) return
        options.keep()
    }
}

/** False: there is nothing more to ask. */
function addMore(record: ProbeRecord): boolean {
    const more = planMore(record)
    record.wants.push(...more)
    return more.length > 0
}

/** One connect, of whatever is the most urgent when its turn has come. */
async function one(record: ProbeRecord, options: RedeemOptions): Promise<void> {
    await options.turn()
    const due = nextDue(record, options.clock.now())
    const [want] = wantsOf(record, options)
    if (due !== undefined) await redeem(record, due, options)
    else if (want !== undefined) await fetchFor(record, want, options)
}

/** False: there is nothing to wait for. */
async function waitForDue(record: ProbeRecord, { clock, onWait, signal }: RedeemOptions): Promise<boolean> {
    dropHopeless(record)
    if (record.due.length === 0) return false
    const at = Math.min(...record.due.map(dueAt))
    onWait(at)
    await clock.wait(Math.max(0, at - clock.now()), signal)
    return true
}

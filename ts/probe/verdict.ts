// The one question: will this server resume after this sleep?
import { time } from "../run/units.js"
import type { ChainFacts } from "./certificates.js"
import { isInTime, lateMsOf, lifetimeOf, toldBy } from "./curves.js"
import { deviceWay, openWays, type ProbeRecord, type Redemption, type WayFacts } from "./record.js"
import { mostMs, type Rhythm, rhythmOf } from "./rhythm.js"
import { kindOf, protocolOf, type Way } from "./ways.js"

const answers = ["resumes", "sometimes", "does-not-resume", "could-not-tell"] as const
type Answer = (typeof answers)[number]

export interface Verdict {
    answer: Answer
    sleepMs: number
    /** What a device with both versions uses. */
    protocol: "TLS1.2" | "TLS1.3" | null
    kind: "id" | "ticket" | "psk" | null
    /** Of the sessions that were no older than the sleep, and of those that were and resumed all the same: how many were
     * resumed. 0 where none as old as the sleep was. */
    resumed: number
    offered: number
    /** How a device's wakes go on; null where none resumes, or that is not known. */
    wakes: Rhythm | null
    /** One line for people. */
    text: string
    /** Other ways that would resume after the sleep, where the device's own does not. */
    otherWays: Way[]
}

/** The longest session that a device keeps has 2048 bytes (WH_SESSION_MAX), of which its ticket has all but some 150. */
const LONGEST_TICKET_BYTES = 1900

export function hasTooLongTickets({ sessions }: Pick<WayFacts, "sessions">): boolean {
    return sessions.length > 0 && sessions.every(({ ticketBytes }) => ticketBytes > LONGEST_TICKET_BYTES)
}

/** wolfSSL does not know the echo of a shorter one (session.c of the core). */
const SESSION_ID_BYTES = 32

export const hasShortIds = ({ way, sessions }: Pick<WayFacts, "way" | "sessions">): boolean =>
    way === "TLS1.2 id" && sessions.some(({ sessionIdBytes }) => sessionIdBytes < SESSION_ID_BYTES)

/** Why a device keeps none of these sessions, for people; undefined where it keeps them. */
function unkept(facts: WayFacts): string | undefined {
    const [first] = facts.sessions
    if (first === undefined) return "the server gives no session"
    if (hasTooLongTickets(facts)) return `its ticket of ${first.ticketBytes} bytes is longer than a device keeps`
    if (hasShortIds(facts))
        return `its session ID of ${first.sessionIdBytes} bytes is none that a device keeps: that has ${SESSION_ID_BYTES}`
    if (protocolOf(facts.way) === "TLS1.2" && !facts.extendedMasterSecret)
        return "its TLS 1.2 lacks the extended master secret, so that the device keeps no session"
    return undefined
}

interface Count {
    resumed: number
    offered: number
}

/** Where any that was as old as this was resumed, age is no reason, and all count that were not too old. */
function countAt(record: ProbeRecord, way: Way, ageMs: number): Count {
    const told = toldBy(record, way)
    const resumed = told.filter(({ outcome }) => outcome === "resumed")
    const refused = told.filter((one) => one.outcome !== "resumed" && isInTime(one, ageMs)).length
    const isOldEnough = resumed.some(({ actualAgeMs }) => actualAgeMs >= ageMs)
    return isOldEnough
        ? { resumed: resumed.length, offered: resumed.length + refused }
        : { resumed: 0, offered: refused }
}

/** Why no session outlives the sleep, as far as that is known without waiting for it; undefined where it is not. */
function foregoneFor(record: ProbeRecord, way: Way): string | undefined {
    const { sleepMs } = record
    if (sleepMs >= mostMs(way))
        return `a session of ${protocolOf(way).replace("TLS", "TLS ")} is kept for ${time(mostMs(way))} at most`
    const facts = record.ways.find((one) => one.way === way)
    if (facts === undefined || facts.refusal !== null) return undefined
    const { advertisedMs } = lifetimeOf(record, way)
    // A device that slept for all of it comes too late.
    const isShort = advertisedMs !== null && advertisedMs <= sleepMs
    return unkept(facts) ?? (isShort ? `its sessions live for ${time(advertisedMs)}` : undefined)
}

/** Whether the answer for a device is a no whatever the wait would show. */
export function isForegone(record: ProbeRecord): boolean {
    const own = deviceWay(record)?.way
    return own !== undefined && foregoneFor(record, own) !== undefined
}

interface Found extends Count {
    answer: Answer
    rhythm: Rhythm | null
}

/** More than every second wake resumes, and no server's fault makes the others full: a session's life, or the week after
 * which a device looks at the certificate again. */
const isSteady = ({ inARow, fullInARow, end }: Rhythm): boolean =>
    inARow.most > fullInARow && end !== "spent" && end !== "chain"

function findFor(record: ProbeRecord, way: Way): Found {
    const { sleepMs } = record
    const facts = record.ways.find((one) => one.way === way)
    const count = countAt(record, way, sleepMs)
    if (foregoneFor(record, way) !== undefined) return { ...count, answer: "does-not-resume", rhythm: null }
    const isTold = facts !== undefined && facts.refusal === null && count.offered > 0
    if (!isTold) return { ...count, answer: "could-not-tell", rhythm: null }
    if (count.resumed === 0) return { ...count, answer: "does-not-resume", rhythm: null }
    const rhythm = rhythmOf(record, facts)
    const isAlways = count.resumed === count.offered && isSteady(rhythm)
    return { ...count, answer: isAlways ? "resumes" : "sometimes", rhythm }
}

/** Why not, for people. */
function reasonFor(record: ProbeRecord, way: Way): string {
    const { atLeastMs, belowMs } = lifetimeOf(record, way)
    const foregone = foregoneFor(record, way)
    if (foregone !== undefined) return foregone
    if (atLeastMs === null) return "it gives sessions and resumes none"
    if (belowMs !== null) return `it resumed after ${time(atLeastMs)} and not after ${time(belowMs)}`
    return "not every session is resumed"
}

/** The session that was to tell, where it was redeemed so late that it tells nothing. */
export function lateOf(record: ProbeRecord, way: Way): Redemption | undefined {
    const { sleepMs } = record
    return record.redemptions.find(
        (one) => one.way === way && one.ageMs === sleepMs && one.outcome !== "resumed" && lateMsOf(one) > 0,
    )
}

/** What kept it from telling, of those redemptions that were to tell. */
function failureOf(record: ProbeRecord, way: Way): string {
    const why = record.redemptions.findLast((one) => one.way === way && one.outcome === "failed")?.why ?? null
    if (why !== null) return `: ${why}`
    const late = lateOf(record, way)
    if (late === undefined) return ""
    return `: the session that was to tell is ${time(lateMsOf(late))} too old, as this machine was off or busy when it was due`
}

const wakesText = (count: number): string => `${count} ${count === 1 ? "wake" : "wakes"}`

function rowText({ inARow: { least, most }, fullInARow }: Rhythm): string {
    const full = fullInARow === 1 ? "one full handshake" : "two full handshakes"
    if (least === most) return `${wakesText(least)} in a row, then ${full}`
    return most === least + 1
        ? `${least} or ${wakesText(most)} in a row, then ${full}`
        : `${wakesText(least)} in a row or more, then ${full}`
}

/** A week has so many wakes that who counts them is not helped. */
const FEW_WAKES = 10

function unsteadyReason({ end }: Rhythm): string {
    if (end === "spent") return "a resumption brings no new session, and its own is spent"
    if (end === "chain") return "it does not renew a session as often as a device wakes"
    return end === "week" ? "a device looks at the certificate once a week" : "a session ends after too few sleeps"
}

function textFor(record: ProbeRecord, way: Way, { answer, resumed, offered, rhythm }: Found): string {
    const { sleepMs } = record
    const slept = `after ${time(sleepMs)}`
    const by = `${protocolOf(way).replace("TLS", "TLS ")}, ${kindOf(way)}`
    if (answer === "could-not-tell") return `Could not tell whether it resumes ${slept}${failureOf(record, way)}.`
    if (rhythm === null) return `Does not resume ${slept} (${by}): ${reasonFor(record, way)}.`
    if (resumed < offered) return `Resumes ${slept} only sometimes: ${resumed} of ${offered} sessions (${by}).`
    if (answer === "sometimes")
        return `Resumes ${slept}, but not at each wake (${by}): ${unsteadyReason(rhythm)}. ${sentence(rowText(rhythm))}.`
    const isRare = rhythm.end === "week" && rhythm.inARow.least >= FEW_WAKES
    return isRare ? `Resumes ${slept} (${by}).` : `Resumes ${slept} (${by}): ${rowText(rhythm)}.`
}

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** A device offers no session once a certificate that the server was verified by has ended (docs/OUTCOMES.md,
 * over-not-after), whatever the server would do. The sleep is the next one. */
export const endsInSleep = ({ sleepMs }: Pick<ProbeRecord, "sleepMs">, { endsAt }: ChainFacts, now: number): boolean =>
    endsAt !== null && Date.parse(endsAt) <= now + sleepMs

const owners = { server: "the server's certificate", issuer: "its issuer's certificate", ca: "the CA" } as const

/** Whose end, and when, for people. */
export const endText = ({ endsAt, endsFirst }: ChainFacts): string =>
    `${endsFirst === null ? "" : owners[endsFirst.whose]} ends on ${endsAt?.slice(0, 16).replace("T", " ")} UTC`

function verdictByChain(record: ProbeRecord, way: Way, chain: ChainFacts): Verdict {
    const { sleepMs } = record
    const text = `Does not resume after ${time(sleepMs)}: ${endText(chain)}, and no wake after that resumes.`
    const by = { protocol: protocolOf(way), kind: kindOf(way), wakes: null }
    return { answer: "does-not-resume", sleepMs, ...by, ...countAt(record, way, sleepMs), text, otherWays: [] }
}

/** Addresses of which nothing is known. */
function failedText({ addresses }: ProbeRecord): string {
    const failed = addresses.filter(({ error }) => error !== null).map(({ address }) => address)
    return failed.length === 0 ? "" : ` ${failed.join(", ")} failed.`
}

export function verdictOf(record: ProbeRecord, chain: ChainFacts | undefined, now: number): Verdict {
    const { sleepMs } = record
    const own = deviceWay(record)?.way
    if (own === undefined) {
        const text = `Could not tell whether it resumes after ${time(sleepMs)}.`
        const unknown = { protocol: null, kind: null, resumed: 0, offered: 0, wakes: null, otherWays: [] }
        return { answer: "could-not-tell", sleepMs, text, ...unknown }
    }
    if (chain !== undefined && endsInSleep(record, chain, now)) return verdictByChain(record, own, chain)
    const found = findFor(record, own)
    const { answer, resumed, offered, rhythm } = found
    const others = openWays(record).filter(({ way }) => way !== own && findFor(record, way).answer === "resumes")
    return {
        ...{ answer, sleepMs, protocol: protocolOf(own), kind: kindOf(own), resumed, offered, wakes: rhythm },
        text: `${textFor(record, own, found)}${failedText(record)}`,
        otherWays: answer === "resumes" ? [] : others.map(({ way }) => way),
    }
}

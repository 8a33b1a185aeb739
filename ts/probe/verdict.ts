// The one question: will this server resume after this sleep?
import { time } from "../run/units.js"
import type { ChainFacts } from "./certificates.js"
import { lifetimeOf, singleUse, toldBy } from "./curves.js"
import { deviceWay, openWays, type ProbeRecord, type WayFacts } from "./record.js"
import { kindOf, protocolOf, type Way } from "./ways.js"

const answers = ["resumes", "sometimes", "does-not-resume", "could-not-tell"] as const
type Answer = (typeof answers)[number]

export interface Verdict {
    answer: Answer
    sleepMs: number
    /** What a device with both versions uses. */
    protocol: "TLS1.2" | "TLS1.3" | null
    kind: "id" | "ticket" | "psk" | null
    /** Of the sessions that were as old as the sleep, or younger and refused all the same: how many were resumed. */
    resumed: number
    offered: number
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

/** No resumption brings a session in the place of its own, which is of no use any more: a device offers one of TLS 1.3
 * only once (RFC 8446 C.4), and there are servers that take any only once. */
function usesUp(record: ProbeRecord, way: Way): boolean {
    const resumed = toldBy(record, way).filter(({ outcome }) => outcome === "resumed")
    const isSpent = protocolOf(way) === "TLS1.3" || singleUse(record, way) === true
    return isSpent && resumed.length > 0 && !resumed.some(({ renewed }) => renewed)
}

interface Count {
    resumed: number
    offered: number
}

/** A session lives no longer than a day in TLS 1.2 and a week in TLS 1.3, whatever its server says (the core's own rule,
 * and RFC 8446 4.6.1). */
const mostMs = (way: Way): number => (protocolOf(way) === "TLS1.2" ? 1 : 7) * 86_400_000

/** A refusal at a lower age counts as one at this age; a resumption at a higher one as well. */
function countAt(record: ProbeRecord, way: Way, ageMs: number): Count {
    const told = toldBy(record, way)
    const atAge = told.filter((one) => one.actualAgeMs >= ageMs && one.outcome === "resumed").length
    const refused = told.filter((one) => one.outcome !== "resumed" && one.actualAgeMs <= nearly(ageMs)).length
    return { resumed: atAge, offered: atAge + refused }
}

/** A redemption waits for its turn, so that the one that is meant is a little older than the age. */
const SLACK_MS = 2000
const SLACK = 1.02
const nearly = (ageMs: number): number => Math.max(ageMs + SLACK_MS, ageMs * SLACK)

function answerFor(record: ProbeRecord, way: Way, sleepMs: number): Answer {
    if (sleepMs > mostMs(way)) return "does-not-resume"
    const facts = record.ways.find((one) => one.way === way)
    if (facts === undefined || facts.refusal !== null) return "could-not-tell"
    if (unkept(facts) !== undefined) return "does-not-resume"
    const { advertisedMs } = lifetimeOf(record, way)
    // A device that slept for all of it comes too late.
    if (advertisedMs !== null && advertisedMs <= sleepMs) return "does-not-resume"
    const { resumed, offered } = countAt(record, way, sleepMs)
    if (offered === 0) return "could-not-tell"
    if (resumed === 0) return "does-not-resume"
    return resumed === offered && !usesUp(record, way) ? "resumes" : "sometimes"
}

/** Why not, for people. */
function reasonFor(record: ProbeRecord, way: Way, sleepMs: number): string {
    const facts = record.ways.find((one) => one.way === way)
    const lifetime = lifetimeOf(record, way)
    if (sleepMs > mostMs(way)) return `a session of ${protocolOf(way)} is kept for ${time(mostMs(way))} at most`
    const why = facts === undefined ? undefined : unkept(facts)
    if (why !== undefined) return why
    if (lifetime.atLeastMs === null) return "it gives sessions and resumes none"
    if (lifetime.belowMs !== null)
        return `it resumed after ${time(lifetime.atLeastMs)} and not after ${time(lifetime.belowMs)}`
    if (lifetime.advertisedMs !== null && lifetime.advertisedMs <= sleepMs)
        return `its sessions live for ${time(lifetime.advertisedMs)}`
    return "not every session is resumed"
}

/** What the last connect failed with, of those that were to tell. */
function failureOf(record: ProbeRecord, way: Way): string {
    const why = record.redemptions.findLast((one) => one.way === way && one.outcome === "failed")?.why ?? null
    return why === null ? "" : `: ${why}`
}

function textFor(record: ProbeRecord, way: Way, answer: Answer, count: Count): string {
    const { sleepMs } = record
    const slept = `after ${time(sleepMs)}`
    const by = `${protocolOf(way).replace("TLS", "TLS ")}, ${kindOf(way)}`
    if (answer === "resumes") return `Resumes ${slept} (${by}).`
    if (answer === "could-not-tell") return `Could not tell whether it resumes ${slept}${failureOf(record, way)}.`
    if (answer === "sometimes" && count.resumed === count.offered)
        return `Resumes ${slept}, but not at each wake (${by}): a resumption brings no new session, and its own is spent.`
    if (answer === "sometimes")
        return `Resumes ${slept} only sometimes: ${count.resumed} of ${count.offered} sessions (${by}).`
    return `Does not resume ${slept} (${by}): ${reasonFor(record, way, sleepMs)}.`
}

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
    const by = { protocol: protocolOf(way), kind: kindOf(way) }
    return { answer: "does-not-resume", sleepMs, ...by, ...countAt(record, way, sleepMs), text, otherWays: [] }
}

export function verdictOf(record: ProbeRecord, chain: ChainFacts | undefined, now: number): Verdict {
    const { sleepMs } = record
    const own = deviceWay(record)?.way
    if (own === undefined) {
        const text = `Could not tell whether it resumes after ${time(sleepMs)}.`
        const unknown = { protocol: null, kind: null, resumed: 0, offered: 0, otherWays: [] }
        return { answer: "could-not-tell", sleepMs, text, ...unknown }
    }
    if (chain !== undefined && endsInSleep(record, chain, now)) return verdictByChain(record, own, chain)
    const answer = answerFor(record, own, sleepMs)
    const count = countAt(record, own, sleepMs)
    const failed = record.addresses.filter(({ error }) => error !== null).map(({ address }) => address)
    const without = failed.length === 0 ? "" : ` ${failed.join(", ")} failed.`
    const others = openWays(record).filter(({ way }) => way !== own && answerFor(record, way, sleepMs) === "resumes")
    return {
        ...{ answer, sleepMs, protocol: protocolOf(own), kind: kindOf(own) },
        ...count,
        text: `${textFor(record, own, answer, count)}${without}`,
        otherWays: answer === "resumes" ? [] : others.map(({ way }) => way),
    }
}

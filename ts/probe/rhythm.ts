// How a device's wakes go on at this server: so many resume one after the other, then one makes a full handshake. A device
// redeems at each wake what an earlier one was given, so that it is chains that it lives on.
import { type Chain, chainOf, isInTime, type Lifetime, lifetimeOf, singleUse, toldBy } from "./curves.js"
import { type ProbeRecord, reached, type WayFacts } from "./record.js"
import { protocolOf, type Way } from "./ways.js"

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS

/** A session lives no longer than a day in TLS 1.2 and a week in TLS 1.3, whatever its server says (the core's own rule,
 * and RFC 8446 4.6.1). */
export const mostMs = (way: Way): number => (protocolOf(way) === "TLS1.2" ? DAY_MS : WEEK_MS)

/** What ends a row of resumed wakes: a resumption brought no session in the place of the one that it used up; the first
 * session's life is over; a chain broke off before that; the device checks the certificate once a week. */
type End = "spent" | "life" | "chain" | "week"

export interface Rhythm {
    /** How many wakes resume one after the other, where the server takes every session that is young enough. */
    inARow: { least: number; most: number }
    end: End
    /** Then this many are full. A hello with a session of TLS 1.2 asks for that version alone: a device that is refused
     * keeps nothing, and asks for both the next time. */
    fullInARow: 1 | 2
    /** The server takes so many of the sessions that are young enough: one machine of a pool may not know another's. */
    takenShare: number
    /** Of all wakes, at the least. */
    resumedShare: number
}

/** A record in RTC RAM has so many bytes beside its ticket, and two have to find room in a slot (docs/SPEC.md). */
const RECORD_BYTES = 266
const SLOT_BYTES = 2224

/** Tickets of one full handshake that a device keeps: one, and another where there is room for both. */
function keptTickets({ sessions }: WayFacts): number {
    const bytes = sessions.slice(0, 2).reduce((sum, { ticketBytes }) => sum + RECORD_BYTES + ticketBytes, 0)
    return Math.min(sessions.length, bytes <= SLOT_BYTES ? 2 : 1)
}

/** No resumption brings a session in the place of its own, which is of no use any more: a device offers one of TLS 1.3
 * only once (RFC 8446 C.4), and there are servers that take any only once. */
function usesUp(record: ProbeRecord, way: Way): boolean {
    const resumed = toldBy(record, way).filter(({ outcome }) => outcome === "resumed")
    const isSpent = protocolOf(way) === "TLS1.3" || singleUse(record, way) === true
    return isSpent && resumed.length > 0 && !resumed.some(({ renewed }) => renewed)
}

interface Life {
    /** Seen to be kept for, or promised where nothing spoke against it. */
    leastMs: number
    mostMs: number
}

function lifeOf(way: Way, { advertisedMs, atLeastMs, belowMs }: Lifetime): Life {
    const capMs = Math.min(advertisedMs ?? mostMs(way), mostMs(way))
    const seenMs = belowMs === null && advertisedMs !== null ? capMs : (atLeastMs ?? 0)
    return { leastMs: Math.min(seenMs, capMs), mostMs: Math.min(belowMs ?? capMs, capMs) }
}

/** Wakes that find a session which lives from the full handshake on: it has to be younger than that. */
const wakesIn = (lifeMs: number, sleepMs: number): number => Math.max(0, Math.ceil(lifeMs / sleepMs) - 1)

function inLife({ leastMs, mostMs }: Life, sleepMs: number): Rhythm["inARow"] {
    const most = wakesIn(mostMs, sleepMs)
    // Where it resumed at this age it is not known to end there.
    const least = leastMs === mostMs ? most : Math.floor(leastMs / sleepMs)
    return { least: Math.min(least, most), most }
}

interface Row extends Pick<Rhythm, "inARow" | "end"> {
    /** The device knows its end, and is not refused. */
    isKnown: boolean
}

/** Of a chain that broke off: for its age, unless a session that is as old was resumed. */
function brokenRow({ sleepMs }: ProbeRecord, { hops, forMs, brokeAtMs }: BrokenChain, { atLeastMs }: Lifetime): Row {
    if (brokeAtMs <= (atLeastMs ?? 0)) return { inARow: { least: hops, most: hops }, end: "chain", isKnown: false }
    const most = wakesIn(brokeAtMs, sleepMs)
    return { inARow: { least: Math.min(Math.floor(forMs / sleepMs), most), most }, end: "life", isKnown: false }
}

interface BrokenChain extends Chain {
    brokeAtMs: number
}

const isBroken = (chain: Chain | null): chain is BrokenChain => chain !== null && chain.brokeAtMs !== null

/** Sessions of which each is used up. */
function spentRow({ sleepMs }: ProbeRecord, facts: WayFacts, life: Life): Row {
    const isTls13 = protocolOf(facts.way) === "TLS1.3"
    const kept = isTls13 ? keptTickets(facts) : 1
    const { least, most } = inLife(life, sleepMs)
    return {
        ...{ inARow: { least: Math.min(kept, least), most: Math.min(kept, most) }, end: "spent" },
        isKnown: isTls13,
    }
}

/** As if each session were taken while it is young enough; `isOfOne`: each is. */
function rowOf(record: ProbeRecord, facts: WayFacts, isOfOne: boolean): Row {
    const { sleepMs } = record
    const { way } = facts
    const seen = lifetimeOf(record, way)
    // What another machine refused was not too old.
    const lifetime = isOfOne ? seen : { ...seen, belowMs: null }
    const life = lifeOf(way, lifetime)
    if (usesUp(record, way)) return spentRow(record, facts, life)
    const chain = chainOf(record, way)
    if (isOfOne && isBroken(chain)) return brokenRow(record, chain, lifetime)
    const inAWeek = wakesIn(WEEK_MS, sleepMs)
    const isRenewed = chain?.renews === true
    if (protocolOf(way) === "TLS1.3" || (isRenewed && chain.outlivesFirst))
        return { inARow: { least: inAWeek, most: inAWeek }, end: "week", isKnown: true }
    // A new ticket of TLS 1.2 may hold the old one's end.
    if (isRenewed) return { inARow: { least: inLife(life, sleepMs).least, most: inAWeek }, end: "life", isKnown: false }
    // The device counts from its full handshake, also where the server counts from the last resumption.
    const kept = chain?.outlivesFirst === true ? lifeOf(way, { ...lifetime, belowMs: null }) : life
    const isKnown = kept.leastMs === kept.mostMs
    return { inARow: inLife(kept, sleepMs), end: "life", isKnown }
}

/** Of first offers, how many are taken by whatever machine answers: each address is as likely as any other. */
function takenShareOf(record: ProbeRecord, way: Way): number {
    const told = toldBy(record, way).filter((one) => one.outcome === "resumed" || isInTime(one, record.sleepMs))
    const shareOf = (some: typeof told): number | undefined =>
        some.length === 0 ? undefined : some.filter(({ outcome }) => outcome === "resumed").length / some.length
    const own = shareOf(told.filter(({ from, to }) => from === to)) ?? 0
    const cross = shareOf(told.filter(({ from, to }) => from !== to))
    const addresses = reached(record).length
    return cross === undefined ? own : (own + (addresses - 1) * cross) / addresses
}

/** Of all wakes, where rows break off early for lack of a machine that knows the session. */
function resumedShareOf(inARow: number, takenShare: number, fullInARow: number, isKnown: boolean): number {
    const resumed = Array.from({ length: Math.min(inARow, MANY_WAKES) }, (_, n) => takenShare ** (n + 1)).reduce(
        (sum, share) => sum + share,
        0,
    )
    const all = takenShare === 1 ? inARow : resumed
    const refusedShare = isKnown ? 1 - takenShare ** inARow : 1
    return all / (all + 1 + (fullInARow - 1) * refusedShare)
}

/** After these, no row goes on that may break off at each wake. */
const MANY_WAKES = 10_000

/** For a way of which sessions as old as the sleep were resumed. */
export function rhythmOf(record: ProbeRecord, facts: WayFacts): Rhythm {
    const takenShare = takenShareOf(record, facts.way)
    const { inARow, end, isKnown } = rowOf(record, facts, takenShare === 1)
    const least = Math.max(1, inARow.least)
    const asksForTls13 = protocolOf(facts.way) === "TLS1.2" && record.ways.some(({ way }) => way === "TLS1.3 psk")
    const fullInARow = asksForTls13 && (!isKnown || takenShare < 1) ? 2 : 1
    return {
        ...{ inARow: { least, most: Math.max(least, inARow.most) }, fullInARow, end, takenShare },
        resumedShare: resumedShareOf(least, takenShare, fullInARow, isKnown),
    }
}

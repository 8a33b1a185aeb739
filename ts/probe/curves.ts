// What the redemptions say together: how long the server remembers a session, and how steadily.
import { frontFor, type ProbeRecord, type Purpose, type Redemption } from "./record.js"
import type { Way } from "./ways.js"

/** Redemptions that say something about the server: it was offered a session and answered. */
type Told = Redemption & { outcome: "resumed" | "full" | "broken"; actualAgeMs: number }

const isTold = (one: Redemption): one is Told =>
    ["resumed", "full", "broken"].includes(one.outcome) && one.actualAgeMs !== null

/** A redemption waits for its turn, so that the one that is meant is a little older than the age. */
const SLACK_MS = 2000
const SLACK = 1.02
export const nearly = (ageMs: number): number => Math.max(ageMs + SLACK_MS, ageMs * SLACK)

/** By how much a redemption came later than its age; 0 where it was in time, but for its turn. */
export function lateMsOf({ ageMs, actualAgeMs, chainAgeMs }: Redemption): number {
    const wasMs = chainAgeMs ?? actualAgeMs ?? 0
    return wasMs > nearly(ageMs) ? wasMs - ageMs : 0
}

/** It was asked for at that age or a lower one, and offered then: a refusal is not for its age, if that age is good. */
export const isInTime = ({ ageMs, actualAgeMs }: Told, atMs: number): boolean =>
    ageMs <= atMs && actualAgeMs <= nearly(atMs)

/** The age that was asked for, where it was redeemed in time. */
const meantAgeMs = (one: Redemption): number => one.ageMs + lateMsOf(one)

/** Each session of these was offered for the first time, as `again` is not, and as a device offers it, as `psk_ke` is not. */
const firstOffers: readonly Purpose[] = ["once", "cross", "run", "twice"]

export function toldBy(record: ProbeRecord, way: Way, purposes: readonly Purpose[] = firstOffers): Told[] {
    return record.redemptions
        .filter((one) => one.way === way && purposes.includes(one.purpose))
        .filter(isTold)
        .toSorted((a, b) => a.actualAgeMs - b.actualAgeMs)
}

export interface Lifetime {
    /** What the server says, the shortest of its sessions. */
    advertisedMs: number | null
    /** The oldest session that was resumed; null: none was. */
    atLeastMs: number | null
    /** The youngest that was not, of those older than that; null: none was too old. */
    belowMs: number | null
    /** A session that was resumed was older than one that was not. */
    isUnsteady: boolean
}

export function lifetimeOf(record: ProbeRecord, way: Way): Lifetime {
    const facts = record.ways.find((one) => one.way === way)
    const hints = facts?.sessions.flatMap(({ lifetimeS }) => (lifetimeS === null ? [] : [lifetimeS * 1000])) ?? []
    const first = frontFor(record, way)
    const told = toldBy(record, way).filter(({ from, to }) => from === to && to === first?.address)
    const resumed = told.filter(({ outcome }) => outcome === "resumed").map(({ actualAgeMs }) => actualAgeMs)
    const refused = told.filter(({ outcome }) => outcome !== "resumed").map(({ actualAgeMs }) => actualAgeMs)
    const atLeastMs = resumed.length === 0 ? null : Math.max(...resumed)
    const older = refused.filter((ageMs) => ageMs > (atLeastMs ?? -1))
    return {
        advertisedMs: hints.length === 0 ? null : Math.min(...hints),
        atLeastMs,
        belowMs: older.length === 0 ? null : Math.min(...older),
        isUnsteady: refused.some((ageMs) => ageMs < (atLeastMs ?? 0)),
    }
}

export interface Chain {
    /** Resumptions one after the other. */
    hops: number
    /** From the first session on to the last resumption. */
    forMs: number
    /** Null: it went on for as long as it was tried. */
    brokeAtMs: number | null
    /** Each resumption brought a session of its own. */
    renews: boolean
    /** It went on beyond the age at which a session of the first handshake is refused, or its lifetime is over. */
    outlivesFirst: boolean
    /** When the first session's lifetime is over; null where nothing told. */
    firstEndsMs: number | null
}

/** A server that is not reached has not spoken. */
const breaks: readonly Redemption["outcome"][] = ["full", "broken", "not-offered"]

/** Null where none was tried. */
export function chainOf(record: ProbeRecord, way: Way): Chain | null {
    const links = record.redemptions.filter((one) => one.way === way && one.purpose === "chain")
    if (links.length === 0) return null
    const resumed = links.filter(({ outcome }) => outcome === "resumed")
    const broken = links.find(({ outcome }) => breaks.includes(outcome))
    const forMs = Math.max(0, ...resumed.map(({ chainAgeMs }) => chainAgeMs ?? 0))
    const { belowMs, advertisedMs } = lifetimeOf(record, way)
    const firstEndsMs = belowMs ?? advertisedMs
    return {
        ...{ hops: resumed.length, forMs, brokeAtMs: broken === undefined ? null : meantAgeMs(broken) },
        renews: resumed.length > 0 && resumed.every(({ renewed }) => renewed),
        outlivesFirst: firstEndsMs !== null && forMs >= firstEndsMs,
        firstEndsMs,
    }
}

/** Whether a session that was redeemed was taken once more; null where it was not tried. */
export function singleUse(record: ProbeRecord, way: Way): boolean | null {
    const [again] = toldBy(record, way, ["again"])
    return again === undefined ? null : again.outcome !== "resumed"
}

/** Which tickets of a full handshake the server takes at its own address, where it takes some of them always and others
 * never; null where it does not tell them apart. */
export function ticketsTaken(record: ProbeRecord, way: Way): number[] | null {
    const told = toldBy(record, way).filter(({ from, to }) => from === to)
    const numbers = [...new Set(told.map(({ ticket }) => ticket))]
    const shares = numbers.map((number) => {
        const own = told.filter(({ ticket }) => ticket === number)
        return own.filter(({ outcome }) => outcome === "resumed").length / own.length
    })
    const taken = numbers.filter((_, index) => shares[index] === 1)
    const isClear = shares.every((share) => share === 0 || share === 1)
    return isClear && taken.length > 0 && taken.length < numbers.length ? taken : null
}

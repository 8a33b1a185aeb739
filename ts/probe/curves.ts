// What the redemptions say together: how long the server remembers a session, and how steadily.
import { frontFor, type ProbeRecord, type Purpose, type Redemption } from "./record.js"
import type { Way } from "./ways.js"

/** Redemptions that say something about the server: it was offered a session and answered. */
type Told = Redemption & { outcome: "resumed" | "full" | "broken"; actualAgeMs: number }

const isTold = (one: Redemption): one is Told =>
    ["resumed", "full", "broken"].includes(one.outcome) && one.actualAgeMs !== null

/** Each session of these was offered for the first time. `again` is not among them. */
const firstOffers: readonly Purpose[] = ["once", "cross", "run", "twice", "psk_ke"]

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
    /** Null: it went on to the last age. */
    brokeAtMs: number | null
    /** Each resumption brought a session of its own. */
    renews: boolean
    /** It went on beyond the age at which a session of the first handshake is refused. */
    outlivesFirst: boolean
}

/** Null where none was tried. */
export function chainOf(record: ProbeRecord, way: Way): Chain | null {
    const links = record.redemptions.filter((one) => one.way === way && one.purpose === "chain")
    if (links.length === 0) return null
    const resumed = links.filter(({ outcome }) => outcome === "resumed")
    const broken = links.find(({ outcome }) => outcome !== "resumed")
    const forMs = Math.max(0, ...resumed.map(({ chainAgeMs }) => chainAgeMs ?? 0))
    const { belowMs } = lifetimeOf(record, way)
    return {
        ...{ hops: resumed.length, forMs, brokeAtMs: broken?.chainAgeMs ?? null },
        renews: resumed.length > 0 && resumed.every(({ renewed }) => renewed),
        outlivesFirst: belowMs !== null && forMs >= belowMs,
    }
}

/** Whether a session that was redeemed was taken once more; null where it was not tried. */
export function singleUse(record: ProbeRecord, way: Way): boolean | null {
    const [again] = toldBy(record, way, ["again"])
    return again === undefined ? null : again.outcome !== "resumed"
}

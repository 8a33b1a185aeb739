// Which sessions are to be redeemed where and when, once it is known what the server speaks.
import { toldBy } from "./curves.js"
import { deviceWay, frontFor, openWays, type ProbeRecord, reached, type Want } from "./record.js"
import type { Way } from "./ways.js"

export interface PlanOptions {
    /** Full and resumed handshakes for the figures. */
    runs: number
}

/** The longest ages first, since the end of the probe hangs on them. */
const byAge = (wants: Want[]): Want[] => wants.toSorted((a, b) => b.ageMs - a.ageMs)

function atOnce(way: Way, address: string, isDevices: boolean, runs: number): Want[] {
    const want = (purpose: Want["purpose"]): Want => ({ ...{ purpose, way, ageMs: 0 }, from: address, to: address })
    return [
        ...Array.from({ length: isDevices ? runs : 0 }, () => want("run")),
        want("twice"),
        ...(way === "TLS1.3 psk" ? [want("psk_ke")] : []),
    ]
}

/** The address in front gets the whole curve; the others what tells them apart from it. */
function wantsOf(record: ProbeRecord, way: Way, runs: number): { later: Want[]; now: Want[] } {
    const first = frontFor(record, way)?.address
    if (first === undefined) return { later: [], now: [] }
    const { sleepMs, agesMs } = record
    const elsewhere = reached(record)
        .filter(({ address }) => address !== first)
        .flatMap(({ address: to, lacks }): Want[] => [
            ...(lacks.some((lack) => lack.way === way)
                ? []
                : [{ purpose: "once", way, from: to, to, ageMs: sleepMs } as const]),
            { purpose: "cross", way, from: first, to, ageMs: 0 },
            { purpose: "cross", way, from: first, to, ageMs: sleepMs },
        ])
    const later: Want[] = [
        ...agesMs.map((ageMs): Want => ({ purpose: "once", way, from: first, to: first, ageMs })),
        { purpose: "chain", way, from: first, to: first, ageMs: agesMs.find((ageMs) => ageMs > 0) ?? 0 },
        ...elsewhere,
    ]
    return { later, now: atOnce(way, first, way === deviceWay(record)?.way, runs) }
}

export function plan(record: ProbeRecord, { runs }: PlanOptions): Want[] {
    const resumable = openWays(record).filter(({ sessions }) => sessions.length > 0)
    const wants = resumable.map(({ way }) => wantsOf(record, way, runs))
    return [...byAge(wants.flatMap(({ later }) => later)), ...wants.flatMap(({ now }) => now)]
}

/** As many tell one machine of five that knows a session from none, nineteen times in twenty. */
const TO_BE_SURE = 14

/** Where some sessions are refused at once and some are not, several machines answer, and one session tells nothing of the
 * sleep. */
export function planMore(record: ProbeRecord): Want[] {
    const own = deviceWay(record)?.way
    const first = own === undefined ? undefined : frontFor(record, own)
    if (first === undefined || own === undefined) return []
    const want: Want = { purpose: "once", way: own, from: first.address, to: first.address, ageMs: record.sleepMs }
    const isAlike = (one: Want) =>
        one.purpose === "once" && one.way === own && one.to === want.to && one.ageMs === want.ageMs
    const planned = [...record.wants, ...record.due, ...record.redemptions].filter(isAlike).length
    const atOnce = toldBy(record, own).filter(({ ageMs, from, to }) => ageMs === 0 && from === to)
    const resumed = atOnce.filter(({ outcome }) => outcome === "resumed").length
    const isUnsteady = resumed > 0 && resumed < atOnce.length
    return isUnsteady ? Array.from({ length: Math.max(0, TO_BE_SURE - planned) }, () => want) : []
}

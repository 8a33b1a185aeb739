// What the server's choice of groups costs a device, whose first ClientHello has a key share of its first group only.
import { spreadOf } from "../base/statistics.js"
import type { ProbeRecord, Sample, WayFacts } from "./record.js"

/** Round trips more than a handshake that begins with the group which the server takes. */
export interface RetryCost {
    full: number
    /** Null where none resumed. */
    resumed: number | null
}

const flightsOf = (samples: readonly Sample[]): number => spreadOf(samples.map(({ flights }) => flights)).median

/** From the flights that were measured, of which two are a round trip; null where there was no HelloRetryRequest, or no
 * handshake to hold it against. */
export function retryCostOf({ groups, samples }: ProbeRecord, { way, group, hasRetry }: WayFacts): RetryCost | null {
    const direct = groups.find((one) => one.group === group)?.flights ?? null
    const own = samples.filter((one) => one.way === way)
    const [full, resumed] = [own.filter((one) => !one.resumed), own.filter((one) => one.resumed)]
    if (!hasRetry || direct === null || full.length === 0) return null
    const more = (those: readonly Sample[]): number => Math.max(0, Math.round((flightsOf(those) - direct) / 2))
    return { full: more(full), resumed: resumed.length === 0 ? null : more(resumed) }
}

/** For people. */
export function retryText(cost: RetryCost | null): string {
    if (cost === null) return "what it costs was not measured"
    if (cost.full === 0 && (cost.resumed ?? 0) === 0) return "no round trip more was measured"
    const which = (cost.resumed ?? 0) > 0 ? "each handshake, also one that resumes," : "each full handshake"
    const most = Math.max(cost.full, cost.resumed ?? 0)
    return `${which} takes ${most === 1 ? "a round trip" : `${most} round trips`} more`
}

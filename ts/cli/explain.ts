// `simulate --explain`: below each wake what was asked of the server and what came of it, what the device knows of the
// server by then, and why it waited for a ticket or did not.
import pc from "picocolors"
import type { TicketWait } from "../base/core-codes.js"
import { avoidsEarlyData, learnedInWords } from "../core/journal.js"
import type { Wake } from "../sim/simulation.js"
import type { Output } from "./output.js"

const waits: Record<TicketWait, string> = {
    pays: "since it costs less than a full handshake",
    set: "as the policy says",
    "in-vain": "as this server gave none the last time",
    "has-another": "as the next wake has another session",
    expires: "as it would not live until the next wake",
    "too-dear": "as tickets come later here than they save",
}

/** A full handshake of TLS 1.3 has so many flights; the server asked for another key where there are more. */
const FULL_FLIGHTS_TLS13 = 3

const isRetried = ({ protocol, flights }: Wake): boolean => protocol === "TLS1.3" && flights > FULL_FLIGHTS_TLS13

const earlyAnswers: Record<NonNullable<Wake["earlyData"]>, string> = {
    accepted: "early data accepted",
    refused: "early data refused and sent again",
    offered: "nobody knows whether the server took the early data",
}

function answered({ result, kind, group, protocol, reason, earlyData }: Wake): string {
    const exchange = protocol === "TLS1.3" && group === null ? "without a key exchange" : undefined
    const why = reason === "none" ? undefined : reason
    const how = {
        resumed: ["resumed", exchange],
        full: ["in full", kind === "external-psk" ? "by the pre-shared key" : undefined, why],
        failed: ["failed", why],
    }[result]
    const early = earlyData === null ? undefined : earlyAnswers[earlyData]
    return [...how, early].filter((word) => word !== undefined).join(", ")
}

function askedFor(wake: Wake): string[] {
    const { kind, earlyData, attempts } = wake
    const session = kind === null || kind === "external-psk" ? "no session" : `a session (${kind})`
    const early = earlyData === null ? "" : " and early data"
    const asked = `asked with ${session}${early}: ${answered(wake)}`
    return [asked, ...(attempts > 1 ? [`${attempts} connections`] : [])]
}

/** Of a resumption: why its first bytes waited for the handshake, or will from now on. */
function early({ result, protocol, earlyData, learned }: Wake): string[] {
    if (result !== "resumed") return []
    if (protocol !== "TLS1.3") return ["no early data, which TLS 1.2 has not"]
    const isAvoided = learned !== null && avoidsEarlyData(learned)
    if (earlyData === "accepted") return isAvoided ? ["no ticket came beside early data, so none from now on"] : []
    return earlyData === null && !isAvoided
        ? ["no early data, as its ticket allows none, was out before, or is of unknown age"]
        : []
}

function waited({ ticketWait, ticketWaitMs }: Wake): string[] {
    if (ticketWait === null) return []
    const time = ticketWaitMs > 0 ? `up to ${ticketWaitMs} ms` : "no time"
    return [`waited ${time} for a ticket, ${waits[ticketWait]}`]
}

interface WakeExplanation {
    hasRetried: boolean
    lines: string[]
}

/** What one wake came to, in sentences without a full stop. */
function explain(wake: Wake, consents: boolean): WakeExplanation {
    const hasRetried = isRetried(wake)
    const asked = [
        ...askedFor(wake),
        ...(hasRetried ? ["one round trip more for another key"] : []),
        ...(consents ? early(wake) : []),
        ...waited(wake),
    ]
    const known = wake.learned === null ? [] : learnedInWords(wake.learned)
    return {
        hasRetried,
        lines: [asked.join("; "), `known of the server: ${known.length > 0 ? known.join(", ") : "nothing to avoid"}`],
    }
}

/** Below each row of the table. */
export class Explanation {
    readonly #output: Output
    readonly #consents: boolean

    /** `consents`: to early data. */
    constructor(output: Output, consents: boolean) {
        this.#output = output
        this.#consents = consents
    }

    row(wake: Wake): void {
        for (const line of explain(wake, this.#consents).lines) this.#output.line(pc.dim(`      ${line}`))
    }
}

const numbersOf = (wakes: Wake[]): string =>
    wakes.length === 0 ? "in none" : `in wake ${wakes.map(({ n }) => n).join(", ")}`

/** From which wake on the device asks for nothing in vain. */
export function explainSummary(output: Output, wakes: Wake[]): void {
    const retried = wakes.filter(isRetried)
    const waited = wakes.filter(({ ticketWaitMs }) => ticketWaitMs > 0)
    output.line(`A round trip more for another key ${numbersOf(retried)}; a ticket waited for ${numbersOf(waited)}.`)
}

// `simulate --explain`: below each wake what was asked of the server and what came of it, what the device knows of the
// server by then, and why it waited for a ticket or did not.
import pc from "picocolors"
import type { TicketWait } from "../base/core-codes.js"
import { learnedInWords } from "../core/journal.js"
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

function askedFor({ result, kind, group, protocol, reason, attempts }: Wake): string[] {
    const exchange = protocol === "TLS1.3" && group === null ? "without a key exchange" : undefined
    const isByKey = kind === "external-psk"
    const session = kind === null || isByKey ? "no session" : `a session (${kind})`
    const why = reason === "none" ? undefined : reason
    const answer =
        result === "resumed" ? ["resumed", exchange] : ["in full", isByKey ? "by the pre-shared key" : undefined, why]
    const how = answer.filter((word) => word !== undefined).join(", ")
    return [`asked with ${session}: ${how}`, ...(attempts > 1 ? [`${attempts} connections`] : [])]
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
function explain(wake: Wake): WakeExplanation {
    const hasRetried = isRetried(wake)
    const asked = [...askedFor(wake), ...(hasRetried ? ["one round trip more for another key"] : []), ...waited(wake)]
    const known = wake.learned === null ? [] : learnedInWords(wake.learned)
    return {
        hasRetried,
        lines: [asked.join("; "), `known of the server: ${known.length > 0 ? known.join(", ") : "nothing to avoid"}`],
    }
}

/** Below each row of the table. */
export class Explanation {
    readonly #output: Output

    constructor(output: Output) {
        this.#output = output
    }

    row(wake: Wake): void {
        for (const line of explain(wake).lines) this.#output.line(pc.dim(`      ${line}`))
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

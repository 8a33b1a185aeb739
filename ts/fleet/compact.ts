// The compact outcome that devices send (docs/SPEC.md), as a report.
import { type CompactOutcome, decodeOutcome } from "../base/compact-outcome.js"
import type { Read, Told } from "./report.js"

/** The same as digits, as a header of HTTP has it; undefined for what is something else. */
export function bytesOfDigits(text: string): Buffer | undefined {
    return /^(?:[0-9a-f]{2}){2,64}$/i.test(text) ? Buffer.from(text, "hex") : undefined
}

export function readCompact(bytes: Uint8Array): Read {
    const outcome = decodeOutcome(bytes)
    if (outcome === undefined) return { refused: "not-cbor" }
    const told = toldBy(outcome)
    return told === undefined ? { refused: "not-an-outcome" } : { told }
}

/** Undefined for a result that nobody knows here. A handshake that was not over opened nothing. */
function toldBy(outcome: CompactOutcome): Told | undefined {
    if (outcome.result === "unknown") return undefined
    const { result, reason, error, kind, protocol, attempts, handshakeMs, handshakeBytes, sessionAgeS } = outcome
    const isOpen = result === "full" || result === "resumed"
    return {
        ...{ result: isOpen ? result : "failed", reason, error, kind, protocol, attempts, handshakeBytes, sessionAgeS },
        handshakeMs: isOpen ? handshakeMs : null,
        firmware: outcome.firmware === null ? null : String(outcome.firmware),
        caEndsSoon: outcome.endingCas === "some" || outcome.endingCas === "all",
        energyMj: outcome.energyMj,
    }
}

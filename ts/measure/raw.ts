// What a meter delivers, before anything is made of it. It is recorded as it comes (ts/measure/trace), so
// that a run can be analysed again, from exactly what arrived.
import type { Gap, MeterInfo, SampleChunk } from "./source.js"

type SupplyOrigin = "measured" | "set" | "given" | "assumed"

export interface Acquisition {
    meter: MeterInfo
    supply: { voltageMv: number; origin: SupplyOrigin }
    /** Of a PPK2, as it tells them; null for other meters. */
    metadata: string | null
    /** ISO 8601, UTC. */
    startedAt: string
}

export interface AcquisitionEvent {
    kind: "acquisition"
    acquisition: Acquisition
}

/** A PPK2's bytes and when they came, by this machine's clock since the acquisition began. */
interface BytesEvent {
    kind: "bytes"
    atUs: number
    bytes: Uint8Array
}

/** A line of the device's log, by the same clock. */
interface RawLogLine {
    kind: "raw-log-line"
    atUs: number
    text: string
}

type EndReason = "done" | "interrupted" | "unplugged" | "truncated"

export interface EndEvent {
    kind: "end"
    why: EndReason
    /** Where a source has more to say of it. */
    detail: string
    /** What else speaks against its samples. */
    doubts?: SourceDoubt[] | undefined
}

export interface SourceDoubt {
    code: "lines-unreadable" | "times-coarse"
    message: string
}

export type RawEvent = AcquisitionEvent | BytesEvent | RawLogLine | SampleChunk | Gap | EndEvent

/** What a source that was told to stop says: it had enough, unless somebody pressed Ctrl-C. */
export const stoppedBy = (signal: AbortSignal): EndEvent => ({
    kind: "end",
    why: signal.reason === ENOUGH ? "done" : "interrupted",
    detail: "",
})

/** The reason to abort with when all was measured that was asked for. */
export const ENOUGH = "enough"

/** Anything that delivers raw events until it has no more, or `signal` says to stop. */
export type RawSource = AsyncIterable<RawEvent>

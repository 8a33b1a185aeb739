// What a wake's connect came to: as its log line says, or its pins, or the person at the bench.

import { phases } from "../../run/phases-and-causes.js"
import type { RunWake } from "../../run/run.js"
import type { WakeLine } from "../../run/wake-line.js"
import type { CutWake } from "../segment/segmenter.js"

export type WakeResult = RunWake["result"]

/** D6 is no phase: it is up in a wake that resumed. */
export const RESUMED_CHANNEL = 6
const RESUMED_BIT = 1 << RESUMED_CHANNEL
const TLS_BIT = 1 << phases.tls.channel

/** `driven`: the pins that rose in any wake. What a pin that never rose would tell is not known: it may be open. */
export function resultByPins({ by, levels, outOfOrder }: CutWake, driven: number): WakeResult {
    if (by !== "channels" || outOfOrder || (driven & TLS_BIT) === 0) return "unknown"
    if ((levels & TLS_BIT) === 0) return "failed"
    if ((driven & RESUMED_BIT) === 0) return "unknown"
    return (levels & RESUMED_BIT) === 0 ? "full" : "resumed"
}

/** What the line says of its connect; undefined without one. A wake that connected to nothing has failed. */
export function resultByLine(line: WakeLine | undefined): WakeResult | undefined {
    if (line === undefined) return undefined
    const said = line.connect?.result ?? "failed"
    return said === "pending" ? "failed" : said
}

type Told = Pick<RunWake, "result" | "reason" | "protocol" | "kind" | "error" | "forcedFull" | "bytesTx" | "bytesRx">

/** With what the line says besides. */
export function told(result: WakeResult, line: WakeLine | undefined): Told {
    const connect = line?.connect ?? null
    const forcedFull = line?.forcedFull ?? false
    if (connect === null) {
        return {
            ...{ result, reason: null, protocol: null, kind: null, error: null },
            ...{ forcedFull, bytesTx: null, bytesRx: null },
        }
    }
    const { reason, protocol, kind, error, bytesTx, bytesRx } = connect
    return { result, reason, protocol, kind, error, forcedFull, bytesTx, bytesRx }
}

// What a wake's connect came to: as its log line says, or its pins, or the person at the bench.

import { phases } from "../../run/phases-and-causes.js"
import type { RunWake } from "../../run/run.js"
import type { WakeLine } from "../../run/wake-line.js"
import type { CutWake } from "../segment/segmenter.js"

export type WakeResult = RunWake["result"]

/** D6 is no phase: it is up in a wake that resumed. */
const RESUMED_BIT = 1 << 6
const TLS_BIT = 1 << phases.tls.channel
const AWAKE_ONLY = 1 << phases.boot.channel

export function resultByPins({ by, levels, outOfOrder }: CutWake): WakeResult {
    if (by !== "channels" || outOfOrder || levels === AWAKE_ONLY) return "unknown"
    if ((levels & TLS_BIT) === 0) return "failed"
    return (levels & RESUMED_BIT) === 0 ? "full" : "resumed"
}

type Told = Pick<RunWake, "result" | "reason" | "protocol" | "kind" | "error" | "forcedFull" | "bytesTx" | "bytesRx">

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
    const said = connect.result === "pending" ? "failed" : connect.result
    return { result: said, reason, protocol, kind, error, forcedFull, bytesTx, bytesRx }
}

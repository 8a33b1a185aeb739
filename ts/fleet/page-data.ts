// What the page and --json are given. Shared by Node and the browser, so there are only types in here.
import type { OutlierKind } from "./devices.js"
import type { Step } from "./history.js"
import type { Refusal, Result } from "./report.js"

export type ResultCounts = Record<Result, number>

/** Why wakes did not resume. */
export interface Cause {
    result: "full" | "failed"
    /** A reason of a full handshake, or the error of a failed one; empty where the report does not say. */
    word: string
    wakes: number
    /** Of all wakes that did not resume. */
    share: number
    meaning: string
}

export interface Group extends ResultCounts {
    name: string
}

/** Means; null where no report tells. */
export interface Typical {
    full: number | null
    resumed: number | null
}

export interface OutlierRow {
    kind: OutlierKind
    what: string
    device: string
    server: string | null
    firmware: string | null
    reports: number
    resumed: number
    /** Wakes in a row that were so. */
    inARow: number
    lastMs: number
    word: string | null
    meaning: string | null
}

export interface FleetSummary {
    schema: "warmhello-fleet-summary"
    version: 1
    at: string
    since: string
    reports: number
    refused: Partial<Record<Refusal, number>>
    repeated: number
    devices: number
    devicesForgotten: number
    results: ResultCounts
    /** Of the wakes that opened; null where there are none. */
    resumedShare: number | null
    stepS: number
    steps: Step[]
    causes: Cause[]
    servers: Group[]
    protocols: Group[]
    firmwares: Group[]
    handshakeMs: Typical
    energyMj: Typical
    outlierCounts: Record<OutlierKind, number>
    outliers: OutlierRow[]
}

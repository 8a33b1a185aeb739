// Devices one by one: only what tells an outlier, and only of so many. The one that was not heard of for longest is
// forgotten first.
import type { Report } from "./report.js"

/** What is known of one device. */
export interface Device {
    device: string
    lastMs: number
    reports: number
    resumed: number
    /** Wakes in a row, up to the last, that did not resume, and of those in a row that failed. */
    notResumedRun: number
    failedRun: number
    server: string | null
    firmware: string | null
    reason: string | null
    error: string | null
    caEndsSoon: boolean
}

/** So many in a row are no accident: a first connect is full, and one more may follow a renewed certificate. */
const FULL_IN_A_ROW = 3
const FAILED_IN_A_ROW = 2

export const outlierKinds = {
    failing: "fails each wake",
    full: "makes a full handshake each wake",
    "ca-ends": "trusts a CA that ends within 60 days",
} as const
export type OutlierKind = keyof typeof outlierKinds

/** The worst that is true of a device, or undefined. */
export function outlierKindOf({ failedRun, notResumedRun, caEndsSoon }: Device): OutlierKind | undefined {
    if (failedRun >= FAILED_IN_A_ROW) return "failing"
    if (notResumedRun >= FULL_IN_A_ROW) return "full"
    return caEndsSoon ? "ca-ends" : undefined
}

export class Devices {
    readonly #all = new Map<string, Device>()
    readonly #most: number
    /** How often one made room for another: each time that it comes back, it may be again. */
    forgotten: number

    constructor(most: number, state: { devices: Device[]; forgotten: number } = { devices: [], forgotten: 0 }) {
        this.#most = most
        this.forgotten = state.forgotten
        for (const device of state.devices) this.#put({ ...device })
    }

    get size(): number {
        return this.#all.size
    }

    add(report: Report): void {
        const before = this.#all.get(report.device)
        const { device, atMs, result, server, firmware, reason, error, caEndsSoon } = report
        this.#put({
            ...{ device, lastMs: atMs, server, firmware, reason, error, caEndsSoon },
            reports: (before?.reports ?? 0) + 1,
            resumed: (before?.resumed ?? 0) + (result === "resumed" ? 1 : 0),
            notResumedRun: result === "resumed" ? 0 : (before?.notResumedRun ?? 0) + 1,
            failedRun: result === "failed" ? (before?.failedRun ?? 0) + 1 : 0,
        })
    }

    /** The last in a Map is the newest. */
    #put(device: Device): void {
        this.#all.delete(device.device)
        this.#all.set(device.device, device)
        if (this.#all.size <= this.#most) return
        const [oldest] = this.#all.keys()
        if (oldest !== undefined) this.#all.delete(oldest)
        this.forgotten++
    }

    values(): IterableIterator<Device> {
        return this.#all.values()
    }

    toJSON(): { devices: Device[]; forgotten: number } {
        return { devices: [...this.#all.values()], forgotten: this.forgotten }
    }
}

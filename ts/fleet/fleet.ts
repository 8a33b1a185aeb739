// What all reports together say. Of bounded size, whatever is sent, and a value that can be written down.
import { Devices, type OutlierKind, outlierKindOf } from "./devices.js"
import { History } from "./history.js"
import { Recent } from "./recent.js"
import type { Refusal, Report } from "./report.js"
import { Totals } from "./totals.js"

export const MOST_DEVICES = 20_000

export type FleetState = ReturnType<Fleet["toJSON"]>

export class Fleet {
    readonly totals: Totals
    readonly history: History
    readonly devices: Devices
    readonly #recent: Recent
    /** Milliseconds of Unix time; metrics count from then. */
    readonly sinceMs: number
    reports: number
    /** Sent again by a broker, and not counted again. */
    repeated: number
    readonly refused: Partial<Record<Refusal, number>>

    constructor(mostDevices = MOST_DEVICES, state?: FleetState) {
        this.totals = new Totals(state?.totals)
        this.history = new History(state?.history)
        this.devices = new Devices(mostDevices, state?.devices)
        this.#recent = new Recent(state?.recent)
        this.sinceMs = state?.sinceMs ?? Date.now()
        this.reports = state?.reports ?? 0
        this.repeated = state?.repeated ?? 0
        this.refused = { ...state?.refused }
    }

    add(report: Report): void {
        const { again, digest } = report
        if (again === true && digest !== undefined && this.#recent.has(digest)) {
            this.repeated++
            return
        }
        if (digest !== undefined) this.#recent.add(digest)
        this.reports++
        this.totals.add(report)
        this.history.add(report)
        this.devices.add(report)
    }

    refuse(why: Refusal): void {
        this.refused[why] = (this.refused[why] ?? 0) + 1
    }

    /** How many devices there are of each kind of outlier. */
    outlierCounts(): Record<OutlierKind, number> {
        const counts = { failing: 0, full: 0, "ca-ends": 0 }
        for (const device of this.devices.values()) {
            const kind = outlierKindOf(device)
            if (kind !== undefined) counts[kind]++
        }
        return counts
    }

    toJSON() {
        const { totals, history, devices, sinceMs, reports, repeated, refused } = this
        return {
            ...{ sinceMs, reports, repeated, refused: { ...refused } },
            recent: this.#recent.toJSON(),
            ...{ totals: totals.toJSON(), history: history.toJSON(), devices: devices.toJSON() },
        }
    }
}

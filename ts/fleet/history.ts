// How many wakes resumed, minute by minute and hour by hour: so many of each, and the older ones go.
import type { Report } from "./report.js"

export interface Step {
    /** The beginning; seconds of Unix time. */
    atS: number
    full: number
    resumed: number
    failed: number
}

const MOST = { minutes: 360, hours: 24 * 62 } as const
const SECONDS = { minutes: 60, hours: 3600 } as const
type Scale = keyof typeof MOST

/** Steps by their beginning. What is older than the oldest of a full history is not taken. */
class Steps {
    readonly #steps = new Map<number, Step>()
    readonly #scale: Scale

    constructor(scale: Scale, steps: readonly Step[] = []) {
        this.#scale = scale
        for (const step of steps) this.#steps.set(step.atS, { ...step })
    }

    add({ atMs, result }: Report): void {
        const seconds = SECONDS[this.#scale]
        const atS = Math.floor(atMs / 1000 / seconds) * seconds
        let step = this.#steps.get(atS)
        if (step === undefined) {
            step = { atS, full: 0, resumed: 0, failed: 0 }
            this.#steps.set(atS, step)
            if (this.#steps.size > MOST[this.#scale]) this.#steps.delete(Math.min(...this.#steps.keys()))
        }
        step[result]++
    }

    toJSON(): Step[] {
        return [...this.#steps.values()].sort((a, b) => a.atS - b.atS)
    }
}

export interface HistoryState {
    minutes: Step[]
    hours: Step[]
}

export class History {
    readonly #minutes: Steps
    readonly #hours: Steps

    constructor(state?: HistoryState) {
        this.#minutes = new Steps("minutes", state?.minutes)
        this.#hours = new Steps("hours", state?.hours)
    }

    add(report: Report): void {
        this.#minutes.add(report)
        this.#hours.add(report)
    }

    /** In minutes while all of it fits into those, else in hours. */
    steps(): { stepS: number; steps: Step[] } {
        const [minutes, hours] = [this.#minutes.toJSON(), this.#hours.toJSON()]
        const minutesTellAll = (hours.at(-1)?.atS ?? 0) - (hours[0]?.atS ?? 0) < (MOST.minutes - 60) * SECONDS.minutes
        return minutesTellAll ? { stepS: SECONDS.minutes, steps: minutes } : { stepS: SECONDS.hours, steps: hours }
    }

    toJSON(): HistoryState {
        return { minutes: this.#minutes.toJSON(), hours: this.#hours.toJSON() }
    }
}

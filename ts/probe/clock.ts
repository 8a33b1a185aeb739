// The time that the probe goes by: the calendar's, as a probe goes on after the machine was off.
import { setTimeout as wait } from "node:timers/promises"

/** A timer stands still while the machine is suspended, and holds no more than 24 days: it is asked for anew. */
const LONGEST_TIMER_MS = 5000

export interface Clock {
    /** Milliseconds since 1970. */
    now(): number
    /** Throws AbortError when told to end. */
    wait(durationMs: number, signal: AbortSignal): Promise<void>
}

export const realClock: Clock = {
    now: () => Date.now(),
    wait: async (durationMs, signal) => {
        const endAt = Date.now() + durationMs
        do await wait(Math.min(Math.max(0, endAt - Date.now()), LONGEST_TIMER_MS), undefined, { signal })
        while (Date.now() < endAt)
    },
}

/** No server is asked more often than twice a second, however many addresses it has. */
const GAP_MS = 500

export class Pace {
    readonly #clock: Clock
    readonly #gapMs: number
    #next = 0

    constructor(clock: Clock = realClock, gapMs = GAP_MS) {
        this.#clock = clock
        this.#gapMs = gapMs
    }

    /** Returns when one more connect may begin; those who wait go one after the other. */
    async turn(signal: AbortSignal): Promise<void> {
        const now = this.#clock.now()
        const at = Math.max(now, this.#next)
        this.#next = at + this.#gapMs
        if (at > now) await this.#clock.wait(at - now, signal)
    }
}

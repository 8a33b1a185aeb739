// The phases of one wake, as its pins rise.

import { type Phase, phases } from "../../run/phases-and-causes.js"
import { phaseWords } from "../../run/wake-line.js"
import { Sums } from "./sums.js"

export interface PhaseCut {
    phase: Phase
    startUs: number
    sums: Sums
}

const order = new Map<Phase, number>(phaseWords.map((phase, index) => [phase, index]))

/** The phases whose pins are among these, in the order of the phases. */
function phasesOf(levels: number): Phase[] {
    return phaseWords.filter((phase) => {
        const { channel } = phases[phase]
        return channel !== null && ((levels >> channel) & 1) === 1
    })
}

export class PhaseMarks {
    #closed: PhaseCut[] = []
    readonly #wakeStartUs: number
    #startUs: number
    #reached = -1
    /** What has come since the last mark. */
    open = new Sums()
    outOfOrder = false

    constructor(startUs: number) {
        this.#wakeStartUs = startUs
        this.#startUs = startUs
    }

    /** These pins have risen: each ends its phase. Of several at once all but the first took no time. */
    rise(levels: number, atUs: number): void {
        for (const phase of phasesOf(levels)) this.#end(phase, atUs)
    }

    /** Until deep sleep it was closing. */
    close(atUs: number): void {
        this.#end("closing", atUs)
    }

    /** The pins meant nothing. */
    forget(): void {
        this.open = this.total()
        this.#closed = []
        this.#startUs = this.#wakeStartUs
        this.#reached = -1
        this.outOfOrder = false
    }

    #end(phase: Phase, atUs: number): void {
        const place = order.get(phase) ?? 0
        if (place <= this.#reached) this.outOfOrder = true
        this.#reached = Math.max(this.#reached, place)
        this.#closed.push({ phase, startUs: this.#startUs, sums: this.open })
        this.#startUs = atUs
        this.open = new Sums()
    }

    total(): Sums {
        const sums = new Sums()
        for (const cut of this.#closed) sums.add(cut.sums)
        sums.add(this.open)
        return sums
    }

    /** Those that took any time. Without the reset there is no boot phase to tell. */
    phases(bootSeen: boolean): PhaseCut[] {
        if (this.outOfOrder) return []
        return this.#closed.filter(({ phase, sums }) => sums.durationUs > 0 && (bootSeen || phase !== "boot"))
    }
}

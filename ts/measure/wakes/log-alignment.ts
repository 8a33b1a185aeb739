// Where the device's own clock began in a wake, by the clock of the samples. The device counts from after its
// ROM and boot loader; the current rises before that. How long they take is the same in each wake, and two
// things bound it from above: the line cannot have come before it was printed, and the device cannot have
// slept before its last mark. Both are late by a delay that varies and is never negative, so the least of
// all wakes is the best estimate (as NTP takes the packet with the least delay).

export interface AlignedWake {
    startUs: number
    /** Until the current fell. */
    durationUs: number
    /** The last mark, by the device's clock. */
    closingUs: number
    lineAtUs: number
}

export class LogAlignment {
    #leastUs = Number.POSITIVE_INFINITY
    #mostLineUs = Number.NEGATIVE_INFINITY
    #leastLineUs = Number.POSITIVE_INFINITY

    add({ startUs, durationUs, closingUs, lineAtUs }: AlignedWake): void {
        const byLineUs = lineAtUs - closingUs - startUs
        this.#leastUs = Math.min(this.#leastUs, byLineUs, durationUs - closingUs)
        this.#leastLineUs = Math.min(this.#leastLineUs, byLineUs)
        this.#mostLineUs = Math.max(this.#mostLineUs, byLineUs)
    }

    /** From the rise of the current to the beginning of the device's clock. */
    get offsetUs(): number {
        return Number.isFinite(this.#leastUs) ? Math.max(0, this.#leastUs) : 0
    }

    /** A device that sleeps before its last mark: the lines are of other wakes than the currents. */
    get isImpossible(): boolean {
        return this.#leastUs < -1000
    }

    /** How much the lines' delay varied. */
    get spreadUs(): number {
        return Math.max(0, this.#mostLineUs - this.#leastLineUs)
    }
}

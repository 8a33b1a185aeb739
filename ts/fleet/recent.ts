// The last reports by their digests. A broker sends again what was not acknowledged when this process ended, in the order
// in which it came, and that may have been counted.

/** Brokers have fewer under way unacknowledged unless they are told otherwise: mosquitto 20. */
const MOST = 1024

export class Recent {
    /** In the order in which they came. */
    readonly #digests: Set<number>

    constructor(digests: readonly number[] = []) {
        this.#digests = new Set(digests)
    }

    has(digest: number): boolean {
        return this.#digests.has(digest)
    }

    add(digest: number): void {
        this.#digests.delete(digest)
        this.#digests.add(digest)
        if (this.#digests.size <= MOST) return
        const [oldest] = this.#digests
        if (oldest !== undefined) this.#digests.delete(oldest)
    }

    toJSON(): number[] {
        return [...this.#digests]
    }
}

// Words as labels of metrics: so many different ones, and then `other`. Whoever sends reports must not be able to make
// metrics without end.

export const OTHER = "other"

export class Labels {
    readonly #known: Set<string>
    readonly #most: number

    constructor(most: number, known: Iterable<string> = []) {
        this.#most = most
        this.#known = new Set(known)
    }

    of(label: string): string {
        if (this.#known.has(label)) return label
        if (this.#known.size >= this.#most) return OTHER
        this.#known.add(label)
        return label
    }

    toJSON(): string[] {
        return [...this.#known]
    }
}

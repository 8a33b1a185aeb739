import { uniformInt } from "pure-rand/distribution/uniformInt"
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus"

/** Random choices that a seed replays. */
export class Random {
    readonly #generator: ReturnType<typeof xoroshiro128plus>

    constructor(seed: number) {
        this.#generator = xoroshiro128plus(seed)
    }

    /** A whole number between the two, both included. */
    between(least: number, most: number): number {
        return uniformInt(this.#generator, least, most)
    }

    /** True once in `every` times. */
    once(every: number): boolean {
        return this.between(1, every) === 1
    }

    pick<T>(choices: readonly [T, ...T[]]): T {
        return choices[this.between(0, choices.length - 1)] ?? choices[0]
    }
}

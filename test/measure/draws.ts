// Random numbers of known distributions, by a seed.
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus"

export interface Drawn {
    /** Between 0 and 1, neither included. */
    uniform: () => number
    /** Mean 0, deviation 1. */
    normal: () => number
}

export function draws(seed: number): Drawn {
    const generator = xoroshiro128plus(seed)
    const uniform = () => ((generator.next() >>> 0) + 0.5) / 2 ** 32
    return {
        uniform,
        normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
    }
}

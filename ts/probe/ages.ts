// At which ages sessions are redeemed.

/** The share of a sleep at which sessions are redeemed, so that the curve has a shape. */
const SHARES = [0, 0.25, 0.5, 1, 1.25]

export const agesFor = (sleepMs: number): number[] => SHARES.map((share) => Math.round(share * sleepMs))

/** In order, each once, and always one at once. */
export const inOrder = (agesMs: readonly number[]): number[] => [...new Set([0, ...agesMs])].toSorted((a, b) => a - b)

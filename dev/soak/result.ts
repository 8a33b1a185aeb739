// What became of a soak test's wakes, and the sum of several.

export type Counts = Record<string, number>

export interface SoakResult {
    wakes: number
    resumed: number
    full: number
    /** Wakes that resumption made fail. The promise is 0. */
    failed: number
    /** Calm stretches with more second connections than the rests allow. The promise is 0. */
    excesses: number
    /** Requests that came twice to the built-in server. The promise is 0. */
    repeats: number
    /** Wakes that failed by what the line did, as they would have without a session. */
    broken: number
    /** Wakes in which no network led to the server. */
    lost: number
    /** Wakes of the sample app in its virtual machine. */
    appWakes: number
    /** Requests that arrived at the built-in server. */
    requests: number
    /** TCP connections that were tried. */
    connects: number
    /** Of these the second ones of a wake in which neither the line nor the network was broken. */
    extraConnects: number
    reasons: Counts
    /** Board, server and line: how often each has happened. */
    faults: Counts
    /** Wakes at each server or network of the field matrix, by each device, and with each setting. */
    places: Counts
    devices: Counts
    settings: Counts
    /** A line of JSON each. */
    failures: string[]
}

export const noResult = (): SoakResult => ({
    ...{ wakes: 0, resumed: 0, full: 0, failed: 0, excesses: 0, repeats: 0, broken: 0, lost: 0, appWakes: 0 },
    ...{ requests: 0, connects: 0, extraConnects: 0 },
    ...{ reasons: {}, faults: {}, places: {}, devices: {}, settings: {}, failures: [] },
})

export function count(counts: Counts, name: string, more = 1): void {
    counts[name] = (counts[name] ?? 0) + more
}

const tables = ["reasons", "faults", "places", "devices", "settings"] as const
const numbers = [
    ...(["wakes", "resumed", "full", "failed", "excesses", "repeats", "broken", "lost", "appWakes"] as const),
    ...(["requests", "connects", "extraConnects"] as const),
]

export function sumOf(results: Iterable<SoakResult>): SoakResult {
    const sum = noResult()
    for (const result of results) {
        for (const name of numbers) sum[name] += result[name]
        for (const table of tables) {
            for (const [name, times] of Object.entries(result[table])) count(sum[table], name, times)
        }
        sum.failures.push(...result.failures)
    }
    return sum
}

/** How often a session did harm. */
export const harm = ({ failed, excesses, repeats }: SoakResult): number => failed + excesses + repeats

// What became of a soak test's wakes, and the sum of several.

export type Counts = Record<string, number>

const numbers = [
    ...(["wakes", "resumed", "full"] as const),
    /** Wakes that resumption made fail. The promise is 0. */
    "failed",
    /** Calm stretches with more second connections than the rests allow. The promise is 0. */
    "excesses",
    /** Requests that came twice to the built-in server. The promise is 0. */
    "repeats",
    /** Wakes that failed by what the line did, as they would have without a session. */
    "broken",
    /** Wakes in which no network led to the server. */
    "lost",
    /** Wakes of the sample app in its virtual machine. */
    "appWakes",
    /** Requests that arrived at the built-in server. */
    "requests",
    /** TCP connections that were tried. */
    "connects",
    /** Of these the second ones of a wake in which neither the line nor the network was broken. */
    "extraConnects",
] as const

/** What is counted by its name, and the title over it. */
export const tables = {
    reasons: "why a wake was resumed or not",
    places: "wakes at each server or network of docs/FIELD.md",
    devices: "wakes of each device",
    settings: "wakes with each setting",
    faults: "what went wrong besides",
} as const
const tableNames = Object.keys(tables) as (keyof typeof tables)[]

export type SoakResult = Record<(typeof numbers)[number], number> &
    Record<keyof typeof tables, Counts> & {
        /** A line of JSON each. */
        failures: string[]
    }

export const noResult = (): SoakResult =>
    ({
        ...Object.fromEntries(numbers.map((name) => [name, 0])),
        ...Object.fromEntries(tableNames.map((name) => [name, {}])),
        failures: [],
    }) as unknown as SoakResult

export function count(counts: Counts, name: string, more = 1): void {
    counts[name] = (counts[name] ?? 0) + more
}

export function sumOf(results: Iterable<SoakResult>): SoakResult {
    const sum = noResult()
    for (const result of results) {
        for (const name of numbers) sum[name] += result[name]
        for (const table of tableNames) {
            for (const [name, times] of Object.entries(result[table])) count(sum[table], name, times)
        }
        sum.failures.push(...result.failures)
    }
    return sum
}

/** How often a session did harm. */
export const harm = ({ failed, excesses, repeats }: SoakResult): number => failed + excesses + repeats

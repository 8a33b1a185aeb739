// Where resuming stops to pay: how long a device may sleep, and how long a server has to remember. What a
// kept session costs is a write to flash now and then, and the current that keeps RTC memory alive.

export interface BreakEven {
    /** Longest sleep at which keeping the session draws less, with this server; 0 if none does. */
    longestSleepMs: number
    /** The same with a server that never forgets: what the device's own costs allow. */
    longestSleepAnyServerMs: number
    /** Shortest memory of the server at which it pays, with this sleep; 0 if none is long enough. */
    shortestMemoryMs: number
}

type Pays = (sleepMs: number, serverForgetsMs: number) => boolean

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** The longest standby, 49 days; nobody needs to know more. */
const LONGEST_MS = 49 * DAY_MS
const SHORTEST_MS = 10_000
const STEPS_PER_DOUBLING = 4
const HALVINGS = 24

/** Times from 10 s to 49 days, each a quarter of a doubling above the one before. */
const ladder: readonly number[] = Array.from(
    { length: Math.floor(Math.log2(LONGEST_MS / SHORTEST_MS) * STEPS_PER_DOUBLING) + 1 },
    (_, step) => SHORTEST_MS * 2 ** (step / STEPS_PER_DOUBLING),
)

/** The border between a time that does and one that does not. */
function between(yes: number, no: number, holds: (time: number) => boolean): number {
    let [good, bad] = [yes, no]
    for (let n = 0; n < HALVINGS; n++) {
        const middle = (good + bad) / 2
        if (holds(middle)) good = middle
        else bad = middle
    }
    return good
}

function longest(holds: (time: number) => boolean): number {
    const last = ladder.findLastIndex(holds)
    const good = ladder[last]
    if (good === undefined) return 0
    const next = ladder[last + 1]
    return next === undefined ? LONGEST_MS : between(good, next, holds)
}

function shortest(holds: (time: number) => boolean): number {
    const first = ladder.findIndex(holds)
    const good = ladder[first]
    if (good === undefined) return 0
    const before = ladder[first - 1]
    return before === undefined ? SHORTEST_MS : between(good, before, holds)
}

export function breakEvenOf(sleepMs: number, serverForgetsMs: number, pays: Pays): BreakEven {
    return {
        longestSleepMs: longest((sleep) => pays(sleep, serverForgetsMs)),
        longestSleepAnyServerMs: longest((sleep) => pays(sleep, LONGEST_MS)),
        shortestMemoryMs: shortest((forgets) => pays(Math.max(sleepMs, MINUTE_MS / 60), forgets)),
    }
}

// What the simulated device waits for: moments by its own clock, and TCP connections. Who knows that nothing will come
// on any of these moves the clock on instead of waiting.
import * as platform from "./platform.js"

interface Moment {
    dueMs: number
    work: () => void
    timer: NodeJS.Timeout
}

const moments = new Set<Moment>()
let skippedMs = 0

/** Node fires at once what is set for later. */
const TIMER_MAX_MS = 2 ** 31 - 1

const nowMs = (): number => performance.now() + skippedMs

function startTimer(moment: Omit<Moment, "timer">, done: () => void): NodeJS.Timeout {
    return setTimeout(done, Math.min(Math.max(0, moment.dueMs - nowMs()), TIMER_MAX_MS))
}

/** Does `work` when so much time has passed for the device: in reality, or by `skipWait`. What is returned calls it off. */
export function waitFor(durationMs: number, work: () => void): () => void {
    const due = { dueMs: nowMs() + durationMs, work }
    const moment: Moment = { ...due, timer: startTimer(due, () => reach(moment)) }
    moments.add(moment)
    return () => {
        moments.delete(moment)
        clearTimeout(moment.timer)
    }
}

function reach(moment: Moment): void {
    moments.delete(moment)
    clearTimeout(moment.timer)
    moment.work()
}

/** Moves the device's clocks on to the next moment that it waits for, and returns by how much, in milliseconds;
 * 0 when it waits for none. */
export function skipWait(): number {
    const [next, ...later] = [...moments].toSorted((a, b) => a.dueMs - b.dueMs)
    if (next === undefined) return 0
    const durationMs = Math.max(0, Math.ceil(next.dueMs - nowMs()))
    skippedMs += durationMs
    platform.sleep(durationMs)
    for (const moment of later) {
        clearTimeout(moment.timer)
        moment.timer = startTimer(moment, () => reach(moment))
    }
    reach(next)
    return durationMs
}

interface Connection {
    /** Our side's TCP port; undefined for one that is not up yet. */
    readonly localPort: number | undefined
    /** Bytes that were read or written on it. */
    readonly moved: number
}

/** The device's. */
const connections = new Set<Connection>()

/** Bytes that were read or written on those that are open. */
export const openMoved = (): number => [...connections].reduce((sum, { moved }) => sum + moved, 0)

export const openPorts = (): (number | undefined)[] => [...connections].map(({ localPort }) => localPort)

/** Counts it among the device's connections until what is returned is called. */
export function countConnection(connection: Connection): () => void {
    connections.add(connection)
    return () => void connections.delete(connection)
}

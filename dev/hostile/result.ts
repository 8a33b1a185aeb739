// What is counted, and a case's findings.

/** Of wolfSSL's memory: two connections at a time, one of them in full, take 102 KB of it where there is no static
 * memory, and 16 KB more are a record of the largest size. */
export const MEMORY_BOUND = 120 * 1024

/** What may go wrong with a case, and what that means. The promise is 0 of each. */
export const counters = {
    authenticationSkipped: "a connection opened whose peer had not proved itself, or with data that it had not sent",
    crashed: "the process ended, or AddressSanitizer had something to say",
    leaked: "the core and wolfSSL held more bytes after a wake than before it",
    hung: "a wake went on after its deadlines",
    memoryExceeded: `wolfSSL held more than ${MEMORY_BOUND} bytes at a time`,
    nextWakeFailed: "one of two honest wakes after it failed, or the second one did not resume",
    unexpected: "it ended otherwise than the case says, or what the case says did not happen",
} as const
export type Counter = keyof typeof counters
export const counterNames = Object.keys(counters) as Counter[]

export interface Finding {
    counter: Counter
    /** What was seen. */
    what: string
}

export interface CaseResult {
    name: string
    group: string
    findings: Finding[]
    /** The most that wolfSSL held at a time, in bytes. */
    peakBytes: number
    durationMs: number
}

export interface HostileResult {
    cases: number
    counts: Record<Counter, number>
    peakBytes: number
    failures: CaseResult[]
}

export function resultOf(all: readonly CaseResult[]): HostileResult {
    const having = (counter: Counter) =>
        all.filter(({ findings }) => findings.some((finding) => finding.counter === counter)).length
    return {
        cases: all.length,
        counts: Object.fromEntries(counterNames.map((name) => [name, having(name)])) as Record<Counter, number>,
        peakBytes: all.reduce((most, { peakBytes }) => Math.max(most, peakBytes), 0),
        failures: all.filter(({ findings }) => findings.length > 0),
    }
}

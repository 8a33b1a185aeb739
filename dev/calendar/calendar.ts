// The product on other days: each case on each of them, as many at a time as there are processors.
import { availableParallelism } from "node:os"
import { type Case, cases } from "./cases.js"
import { type Day, daysFrom } from "./days.js"
import { Place, Unexpected } from "./place.js"

export interface CaseResult {
    day: string
    /** What the clock showed. */
    date: string
    case: string
    ok: boolean
    /** What was not as it should be. */
    why: string | null
    seconds: number
}

export interface CalendarResult {
    cases: number
    failures: number
    results: CaseResult[]
}

async function tryCase(day: Day, { name, run }: Case, signal: AbortSignal): Promise<CaseResult> {
    const started = performance.now()
    let why: string | null = null
    using place = await Place.on(day, signal)
    try {
        await run(place)
    } catch (error) {
        if (signal.aborted) throw error
        why = error instanceof Unexpected ? error.message.trim() : String(error)
    }
    const seconds = Math.round((performance.now() - started) / 100) / 10
    return {
        day: day.name,
        date: new Date(day.clockMs).toISOString().slice(0, 10),
        case: name,
        ok: why === null,
        why,
        seconds,
    }
}

/** Only those whose day or name contains a text. */
function due(only: string): { day: Day; one: Case }[] {
    return daysFrom(Date.now())
        .flatMap((day) => cases.map((one) => ({ day, one })))
        .filter(({ day, one }) => !one.needsTheDay || day.clockMs === day.truthMs)
        .filter(({ day, one }) => day.name.includes(only) || one.name.includes(only))
}

export async function calendar(
    only: string,
    onCase: (result: CaseResult) => void,
    signal: AbortSignal,
): Promise<CalendarResult> {
    const waiting = due(only)
    const results: CaseResult[] = []
    const work = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
            const result = await tryCase(next.day, next.one, signal)
            results.push(result)
            onCase(result)
        }
    }
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work))
    return { cases: results.length, failures: results.filter(({ ok }) => !ok).length, results }
}

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
        if (!(error instanceof Unexpected)) throw error
        why = error.message.trim()
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

export async function calendar(onCase: (result: CaseResult) => void, signal: AbortSignal): Promise<CalendarResult> {
    const due = daysFrom(Date.now()).flatMap((day) =>
        cases.filter(({ needsTheDay }) => !needsTheDay || day.clockMs === day.truthMs).map((one) => ({ day, one })),
    )
    const results: CaseResult[] = []
    const work = async () => {
        for (let next = due.shift(); next !== undefined; next = due.shift()) {
            const result = await tryCase(next.day, next.one, signal)
            results.push(result)
            onCase(result)
        }
    }
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work))
    return { cases: results.length, failures: results.filter(({ ok }) => !ok).length, results }
}

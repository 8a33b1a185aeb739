// What a device draws asleep, and what it draws in the mean: the two currents that decide how long a battery lasts.
import { figureIn, figuresOf } from "./figures.js"
import type { Average, Run, RunWake, SleepCurrent } from "./run.js"

/** Undefined where no sleep was seen to its end. */
export function sleepCurrentOf(
    wakes: readonly RunWake[],
    expected: SleepCurrent["expected"],
): SleepCurrent | undefined {
    const sleeps = wakes.flatMap(({ phases }) => phases.filter(({ phase }) => phase === "sleep"))
    const durationMs = sleeps.reduce((sum, sleep) => sum + sleep.durationMs, 0)
    if (durationMs <= 0) return undefined
    const chargeUc = sleeps.reduce((sum, sleep) => sum + sleep.chargeUc, 0)
    return { meanUa: rounded((1000 * chargeUc) / durationMs), durationS: rounded(durationMs / 1000), expected }
}

const rounded = (value: number) => Number(value.toPrecision(6))

/** Undefined where no sleep was seen to its end. */
export function averageOf(run: Run): Average | undefined {
    const figures = figuresOf(run)
    const figure = { of: "average", statistic: "mean" } as const
    const averageUa = figureIn(figures, figure, "current")
    const wakeEveryMs = figureIn(figures, figure, "time")
    if (typeof averageUa === "string" || typeof wakeEveryMs === "string") return undefined
    const rounds = run.wakes.filter(({ phases }) => phases.some(({ phase }) => phase === "sleep")).length
    return { averageUa: rounded(averageUa), rounds, wakeEveryS: rounded(wakeEveryMs / 1000) }
}

// What many wakes have in common.
import { mean, median } from "../../base/statistics.js"
import type { Phase } from "../../run/phases-and-causes.js"
import type { PageRun } from "../page-data.js"

export type Wake = PageRun["run"]["wakes"][number]
export type Result = Wake["result"]

export const wakesOf = (runs: readonly PageRun[], result: Result): Wake[] =>
    runs.flatMap(({ run }) => run.wakes.filter((wake) => wake.result === result))

export const phaseOf = (wake: Wake, phase: Phase) => wake.phases.find((one) => one.phase === phase)

/** Wakes of one run and one result: what was estimated is never averaged with what was measured. */
export interface Group {
    result: Result
    /** With the run's name where there are several. */
    title: string
    wakes: Wake[]
}

const resultTitles: Record<Result, string> = {
    full: "full",
    resumed: "resumed",
    failed: "failed",
    unknown: "of unknown result",
}

export function groupsOf(runs: readonly PageRun[]): Group[] {
    return runs.flatMap((run) =>
        (["full", "resumed", "failed", "unknown"] as const).flatMap((result) => {
            const wakes = wakesOf([run], result)
            const title = runs.length > 1 ? `${run.name}, ${resultTitles[result]}` : resultTitles[result]
            return wakes.length > 0 ? [{ result, title, wakes }] : []
        }),
    )
}

/** A wake's phases without the sleep after it. */
export const awakePhases = (wake: Wake) => wake.phases.filter(({ phase }) => phase !== "sleep")

/** What a wake takes for a phase in the mean; wakes without it count as nothing. */
export const meanEnergyUj = (wakes: readonly Wake[], phase: Phase): number =>
    mean(wakes.map((wake) => phaseOf(wake, phase)?.energyUj ?? 0))

/** The sleep current of wakes that tell it. */
export function sleepUa(runs: readonly PageRun[]): number | undefined {
    const known = runs.flatMap(({ run }) => run.wakes.flatMap((wake) => phaseOf(wake, "sleep")?.averageUa ?? []))
    return known.length > 0 ? median(known) : undefined
}

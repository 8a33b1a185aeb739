// What many wakes have in common.
import { mean } from "../../base/statistics.js"
import { sleepCurrentOf } from "../../run/currents.js"
import { tellsPhases } from "../../run/phased.js"
import type { Phase } from "../../run/phases-and-causes.js"
import type { PageRun } from "../page-data.js"

export type Wake = PageRun["run"]["wakes"][number]
export type Result = Wake["result"]

export const UNKNOWN = "unknown"

/** A figure in words, or that it is not known: never a zero in its place. */
export const orUnknown = (value: number | undefined, words: (value: number) => string): string =>
    value === undefined ? UNKNOWN : words(value)

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

/** Wakes that tell their phases. */
export const phased = (wakes: readonly Wake[]): Wake[] => wakes.filter(tellsPhases)

export const meanOf = (wakes: readonly Wake[], of: (wake: Wake) => number): number | undefined =>
    wakes.length > 0 ? mean(wakes.map(of)) : undefined

export const meanEnergyUj = (wakes: readonly Wake[]): number | undefined => meanOf(wakes, ({ energyUj }) => energyUj)

/** What a wake that tells its phases takes for this one in the mean; undefined where none does. */
export const meanPhase = (
    wakes: readonly Wake[],
    phase: Phase,
    of: "energyUj" | "durationMs" = "energyUj",
): number | undefined => meanOf(phased(wakes), (wake) => phaseOf(wake, phase)?.[of] ?? 0)

/** Of all wakes together that tell their phases, so that it is the bars' share. */
export function tlsShare(wakes: readonly Wake[]): number | undefined {
    const known = phased(wakes).filter((wake) => phaseOf(wake, "tls") !== undefined)
    const [tlsUj, wholeUj] = [meanPhase(known, "tls"), meanEnergyUj(known)]
    return tlsUj === undefined || wholeUj === undefined || wholeUj <= 0 ? undefined : tlsUj / wholeUj
}

/** What the run's device draws asleep, where the run tells. */
export function sleepUa({ run }: PageRun): number | undefined {
    if (run.sleepCurrent !== undefined) return run.sleepCurrent.meanUa // also of a run without a wake
    return sleepCurrentOf(run.wakes, null)?.meanUa
}

// What lies in the part of the run that the plot shows, in words.
import { charge, current, energy, percent, time } from "../../run/units.js"
import type { PageRun } from "../page-data.js"
import type { Blocks } from "./decimate.js"
import { h } from "./dom.js"
import { awakePhases, orUnknown, type Result, type Wake } from "./stats.js"
import { sumOfBlocks, sumOfWakes, type WindowSum } from "./window.js"

export interface Shown {
    run: PageRun
    blocks: Blocks | null
    fromS: number
    toS: number
    /** Wakes of which any part, without the sleep, is shown. */
    wakes: readonly Wake[]
    greatestUa: number
}

/** Less is not worth a word. */
const WORTH_TELLING = 0.001

function wakesText(wakes: readonly Wake[]): string {
    const [first, last] = [wakes[0], wakes.at(-1)]
    if (first === undefined || last === undefined) return "none"
    if (first === last) return `wake ${first.n}, ${first.result}`
    const results = (["full", "resumed", "failed", "unknown"] satisfies Result[])
        .map((result) => [wakes.filter((wake) => wake.result === result).length, result] as const)
        .filter(([count]) => count > 0)
        .map(([count, result]) => `${count} ${result}`)
    return `${wakes.length}, from wake ${first.n} to ${last.n}: ${results.join(", ")}`
}

/** How exact the figures are, where that has to be said. */
function exactness({ run, blocks }: Shown, { chargeUc, offByUc, knownShare }: WindowSum): string {
    const notes: string[] = []
    const offShare = chargeUc === null || chargeUc === 0 ? 0 : offByUc / Math.abs(chargeUc)
    if (blocks === null) notes.push("From the mean currents of phases: the run has no samples, so peaks are only told.")
    else if (offShare > WORTH_TELLING)
        notes.push(
            `The page has blocks of ${time(blocks.blockMs)}: an end within one makes this exact to ${percent(offShare)}.`,
        )
    if (chargeUc !== null && knownShare < 1 - WORTH_TELLING)
        notes.push(`Of ${percent(knownShare)} of this time only; of the rest the run tells nothing.`)
    if (chargeUc !== null) notes.push(`Energy: charge times ${run.run.supply.voltageV} V.`)
    return notes.join(" ")
}

function wakeText(wake: Wake): string {
    const phases = awakePhases(wake)
        .map(({ phase, durationMs, averageUa }) => `${phase} ${time(durationMs)} at ${current(averageUa)}`)
        .join(", ")
    const whole = `${time(wake.durationMs)} awake, ${energy(wake.energyUj)}, mean ${current(wake.averageUa)}, peak ${current(wake.peakUa)}`
    return `The whole of wake ${wake.n}, ${wake.result}: ${whole}; ${phases === "" ? "its phases are unknown" : phases}.`
}

export function readout(shown: Shown): HTMLElement[] {
    const { run, blocks, fromS, toS, wakes, greatestUa } = shown
    const end = Math.min(toS, run.run.durationS)
    const begin = Math.max(0, fromS)
    const sum = blocks === null ? sumOfWakes(run.run.wakes, begin, end) : sumOfBlocks(blocks, begin, end)
    const charged = sum.chargeUc ?? undefined
    const knownS = sum.durationS * sum.knownShare
    const facts = [
        ["Shown", `${time((end - begin) * 1000)} from ${time(begin * 1000)} on`],
        ["Mean", orUnknown(charged === undefined ? undefined : charged / knownS, current)],
        ["Charge", orUnknown(charged, charge)],
        ["Energy", orUnknown(charged === undefined ? undefined : charged * run.run.supply.voltageV, energy)],
        ["Peak", blocks === null ? "not known" : current(greatestUa)],
        ["Wakes", wakesText(wakes)],
    ] as const
    const [only, another] = wakes
    const detail = only !== undefined && another === undefined ? [h("p", { class: "says" }, wakeText(only))] : []
    const cells = facts.map(([term, text]) => h("div", {}, h("dt", {}, term), h("dd", {}, text)))
    return [h("dl", { class: "window" }, ...cells), h("p", { class: "says" }, exactness(shown, sum)), ...detail]
}

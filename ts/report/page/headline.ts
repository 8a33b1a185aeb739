// The top of the page: what was measured, what has to be known before it is trusted, and the figures that
// people came for.
import { mean } from "../../base/statistics.js"
import { energy, percent, spread, time } from "../../run/units.js"
import type { PageData, PageRun } from "../page-data.js"
import { h } from "./dom.js"
import { phaseOf, type Wake, wakesOf } from "./stats.js"

export function heading(data: PageData): HTMLElement {
    const runs = data.runs.map(({ name, run }) => {
        const volts = `${run.supply.voltageV} V, ${run.supply.origin}`
        const facts = [
            ["Run", name],
            ["Board", run.board === "unknown" ? run.device : `${run.board}: ${run.device}`],
            ["Figures", run.meter === null ? "estimated, nothing was measured" : `measured with ${run.meter.name}`],
            ["Supply", volts],
            ["Firmware", run.firmware],
            ["Server", run.server],
        ] as const
        return h("dl", { class: "run" }, ...facts.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]))
    })
    return h("header", {}, h("h1", {}, "Energy per reconnect"), ...runs)
}

export function warnings(data: PageData): HTMLElement {
    const all = data.runs.flatMap((one) => one.run.warnings.map((warning) => ({ one, warning })))
    if (all.length === 0) return h("section", { class: "warnings none" }, h("h2", {}, "Warnings"), h("p", {}, "None."))
    const items = all.map(({ one, warning }) => {
        const where = [data.runs.length > 1 ? one.name : "", warning.wake === undefined ? "" : `wake ${warning.wake}`]
        const prefix = where.filter((part) => part !== "").join(", ")
        return h(
            "li",
            {},
            h("strong", {}, prefix === "" ? warning.message : `${prefix}: ${warning.message}`),
            h("span", { class: "advice" }, warning.advice),
            h("code", {}, warning.code),
        )
    })
    const title = all.length === 1 ? "One warning" : `${all.length} warnings`
    return h("section", { class: "warnings" }, h("h2", {}, title), h("ul", {}, ...items))
}

function card(value: string, label: string, note: string): HTMLElement {
    return h(
        "div",
        { class: "card" },
        h("p", { class: "value" }, value),
        h("p", { class: "label" }, label),
        h("p", { class: "note" }, note),
    )
}

/** Of all wakes together, so that it is the bars' share. */
function tlsShare(wakes: readonly Wake[]): number {
    const tlsUj = mean(wakes.map((wake) => phaseOf(wake, "tls")?.energyUj ?? 0))
    return tlsUj / Math.max(mean(wakes.map(({ energyUj }) => energyUj)), Number.MIN_VALUE)
}

function wakeCard(runs: readonly PageRun[], result: "full" | "resumed", label: string): HTMLElement[] {
    const wakes = wakesOf(runs, result)
    if (wakes.length === 0) return []
    const [first] = wakes
    const range = wakes.length === 1 ? first?.energyRangeUj : undefined
    const note = range === undefined ? `mean of ${wakes.length}` : `${energy(range[0])} to ${energy(range[1])}`
    return [card(energy(mean(wakes.map(({ energyUj }) => energyUj))), label, note)]
}

function tlsCard(runs: readonly PageRun[]): HTMLElement[] {
    const [full, resumed] = [wakesOf(runs, "full"), wakesOf(runs, "resumed")]
    if (full.length + resumed.length === 0) return []
    const shares = [full, resumed].filter((wakes) => wakes.length > 0).map((wakes) => percent(tlsShare(wakes)))
    const results = runs.find(({ run }) => run.estimate !== undefined)?.run.estimate
    const note =
        results === undefined
            ? "TLS phase over the whole wake"
            : `${spread(results.tlsShareFull, percent)}; ${spread(results.tlsShareResumed, percent)}`
    return [card(shares.join(" → "), "of a wake is TLS, full → resumed", note)]
}

function savingCard(runs: readonly PageRun[]): HTMLElement[] {
    const [full, resumed] = [wakesOf(runs, "full"), wakesOf(runs, "resumed")]
    if (full.length === 0 || resumed.length === 0) return []
    const middle = (wakes: Wake[]) => mean(wakes.map(({ energyUj }) => energyUj))
    const [before, after] = [middle(full), middle(resumed)]
    const times = [full, resumed].map((wakes) => time(mean(wakes.map(({ durationMs }) => durationMs))))
    return [card(percent(1 - after / before), "less energy in a wake that resumes", `awake ${times.join(" → ")}`)]
}

/** Wakes compared in pairs, where they were: with the confidence that the data allow. */
function comparisonCard(runs: readonly PageRun[]): HTMLElement[] {
    return runs.flatMap(({ run: { comparison } }) => {
        if (comparison === undefined || comparison === null) return []
        const { differenceUj, differenceRangeUj, confidence, pairs } = comparison
        const range =
            differenceRangeUj === null
                ? "too few pairs for a range"
                : `${energy(differenceRangeUj[0])} to ${energy(differenceRangeUj[1])} at ${percent(confidence)}`
        return [card(energy(differenceUj), `saved by resuming, ${pairs} pairs`, range)]
    })
}

function cardsOf(run: PageRun): HTMLElement {
    const runs = [run]
    const all = [
        ...tlsCard(runs), // what people come for
        ...wakeCard(runs, "full", "a full wake"),
        ...wakeCard(runs, "resumed", "a wake that resumes"),
        ...savingCard(runs),
        ...comparisonCard(runs),
    ]
    return h("div", { class: "cards" }, ...all)
}

/** A row of cards for each run. */
export function cards({ runs }: PageData): HTMLElement {
    const rows = runs.flatMap((run) => (runs.length > 1 ? [h("h2", {}, run.name), cardsOf(run)] : [cardsOf(run)]))
    return h("section", { class: "short", "aria-label": "The figures in short" }, ...rows)
}

// What an estimate was made of: break-even, and every input with its range, its source and its weight.
import { figure as digits, energy, spread, time } from "../../run/units.js"
import type { PageData, PageRun } from "../page-data.js"
import { lifeWords } from "./battery.js"
import { h, scrollable, table } from "./dom.js"

type Results = NonNullable<PageRun["run"]["estimate"]>

const orNever = (durationMs: number): string => (durationMs <= 0 ? "never" : time(durationMs))

function breakEven(results: Results): HTMLElement {
    const rows = [
        ["Longest sleep at which resuming pays, with this server", spread(results.longestSleepMs, orNever)],
        ["The same with a server that never forgets", spread(results.longestSleepAnyServerMs, orNever)],
        [
            "Shortest memory of the server at which it pays, at this sleep",
            spread(results.shortestServerMemoryMs, orNever),
        ],
        ["One full wake in every", spread(results.wakesPerFull, (value) => value.toFixed(0))],
        ["A year, sessions kept", spread(results.keptYearJ, (value) => `${digits(value)} J`)],
        ["A year, none kept", spread(results.plainYearJ, (value) => `${digits(value)} J`)],
        ["Battery, sessions kept", spread(results.keptBatteryYears, lifeWords)],
        ["Battery, none kept", spread(results.plainBatteryYears, lifeWords)],
    ]
    return scrollable(table(["what", "typical (range)"], rows, "What follows from the estimate"))
}

function inputs(results: Results): HTMLElement {
    const rows = results.inputs
        .toSorted((a, b) => b.influenceUj - a.influenceUj)
        .map((one) => [
            one.name,
            ...[one.low, one.typical, one.high].map((value) => String(+value.toPrecision(4))),
            energy(one.influenceUj),
            one.source,
        ])
    return scrollable(
        table(["input", "low", "typical", "high", "moves a resumed wake by", "source"], rows, "Inputs of the estimate"),
    )
}

export function estimates({ runs }: PageData): HTMLElement[] {
    return runs.flatMap(({ name, run: { estimate } }) => {
        if (estimate === undefined) return []
        const lead = `Asleep for ${time(estimate.sleepMs)}, the server remembers ${time(estimate.serverForgetsMs)}, ${estimate.clockMhz} MHz, Wi-Fi ${estimate.wifi}, power save ${estimate.powerSave ?? "not told"}. Ranges hold nine of ten of ${estimate.draws} draws (seed ${estimate.seed}).`
        const title = runs.length > 1 ? `Break-even: ${name}` : "Break-even, a year, a cell"
        return [
            h(
                "section",
                {},
                h("h2", {}, title),
                h("p", { class: "lead" }, lead),
                breakEven(estimate),
                h("details", {}, h("summary", {}, "Every input and its source"), inputs(estimate)),
            ),
        ]
    })
}

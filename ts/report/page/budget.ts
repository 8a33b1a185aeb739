// What the run was held against: rules that the person gave, and another run.
import { current, figure as digits, percent } from "../../run/units.js"
import type { PageData, PageRun } from "../page-data.js"
import { h, scrollable, table } from "./dom.js"
import { UNKNOWN } from "./stats.js"

type Rule = NonNullable<PageRun["run"]["budget"]>[number]
type Baseline = NonNullable<PageRun["run"]["baseline"]>

const titled = (title: string, { name }: PageRun, runs: readonly PageRun[]): string =>
    runs.length > 1 ? `${title}: ${name}` : title

export const ruleValue = ({ value, unit, unknown }: Rule): string =>
    value === null ? (unknown ?? UNKNOWN) : `${digits(value)} ${unit}`

export function budgets({ runs }: PageData): HTMLElement[] {
    return runs.flatMap((one) => {
        const rules = one.run.budget ?? []
        if (rules.length === 0) return []
        const rows = rules.map((rule) => [rule.rule, ruleValue(rule), rule.holds ? "holds" : "broken"])
        const made = table(["rule", "this run", "verdict"], rows, "Rules of the budget")
        return [h("section", {}, h("h2", {}, titled("Budget", one, runs)), scrollable(made))]
    })
}

function noiseWords(beyondNoise: boolean | null): string {
    if (beyondNoise === null) return "too few wakes to tell"
    return beyondNoise ? "more than chance" : "within chance"
}

const amount = (value: number, unit: string): string => (unit === "uA" ? current(value) : `${digits(value)} ${unit}`)

function changeRows({ figures }: Baseline): string[][] {
    return figures.map(({ figure, unit, before, now, changeShare, beyondNoise }) => [
        figure,
        amount(before, unit),
        amount(now, unit),
        changeShare === null ? "-" : `${changeShare > 0 ? "+" : ""}${percent(changeShare)}`,
        noiseWords(beyondNoise),
    ])
}

export function baselines({ runs }: PageData): HTMLElement[] {
    return runs.flatMap((one) => {
        const { baseline } = one.run
        if (baseline === undefined || baseline.figures.length === 0) return []
        const head = ["figure", "before", "now", "change", "is that"]
        const lead = `Before: ${baseline.file}, ${baseline.origin === "estimated" ? "an estimate" : "measured"}, made ${baseline.createdAt}.`
        const title = h("h2", {}, titled("Compared with last time", one, runs))
        return [
            h(
                "section",
                {},
                title,
                h("p", { class: "lead" }, lead),
                scrollable(table(head, changeRows(baseline), "Changes")),
            ),
        ]
    })
}

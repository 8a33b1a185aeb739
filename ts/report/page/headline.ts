// The top of the page: which runs these are, and what has to be known before they are trusted.
import { group } from "d3-array"
import type { RunWarning } from "../../run/run.js"
import type { PageData, PageRun } from "../page-data.js"
import { h } from "./dom.js"

const originOf = ({ run }: PageRun): string =>
    run.meter === null ? "estimated, nothing was measured" : `measured with ${run.meter.name}`

const boardOf = ({ run }: PageRun): string => (run.board === "unknown" ? run.device : run.board)

/** One line a run: the rest is below. */
export function heading({ runs }: PageData): HTMLElement {
    const [first] = runs
    const lines =
        runs.length === 1 && first !== undefined
            ? [h("p", { class: "run" }, `${boardOf(first)}, ${originOf(first)}`)]
            : []
    return h("header", {}, h("h1", {}, "Energy per reconnect"), ...lines)
}

export function facts({ runs }: PageData): HTMLElement {
    const lists = runs.map((one) => {
        const { run, name } = one
        const rows = [
            ["Run", name],
            ["Board", run.board === "unknown" ? run.device : `${run.board}: ${run.device}`],
            ["Figures", originOf(one)],
            ["Supply", `${run.supply.voltageV} V, ${run.supply.origin}`],
            ["Firmware", run.firmware],
            ["Server", run.server],
            ["Made", `${run.createdAt}, schema ${run.schema} ${run.version}`],
            ["By", `${run.tool.command} (${run.tool.name} ${run.tool.version})`],
        ] as const
        return h("dl", { class: "facts" }, ...rows.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]))
    })
    return h("section", {}, h("h2", {}, runs.length > 1 ? "The runs" : "The run"), ...lists)
}

/** Several warnings of one kind are one, as in the terminal. */
export function groupedWarnings(all: readonly RunWarning[]): { first: RunWarning; more: RunWarning[] }[] {
    return [...group(all, ({ code }) => code).values()].flatMap(([first, ...more]) =>
        first === undefined ? [] : [{ first, more }],
    )
}

export function warningText({ message, wake }: RunWarning): string {
    return wake === undefined ? message : `wake ${wake}: ${message}`
}

function warningItem(first: RunWarning, more: RunWarning[], runName: string): HTMLElement {
    const others = more.map((one) => h("li", {}, warningText(one)))
    const folded =
        others.length === 0
            ? []
            : [h("details", {}, h("summary", {}, `${others.length} more of this kind`), h("ul", {}, ...others))]
    return h(
        "li",
        {},
        h("strong", {}, `${runName}${warningText(first)}`),
        h("span", { class: "advice" }, first.advice),
        ...folded,
        h("code", {}, first.code),
    )
}

export function warnings({ runs }: PageData): HTMLElement {
    const items = runs.flatMap((one) =>
        groupedWarnings(one.run.warnings).map(({ first, more }) =>
            warningItem(first, more, runs.length > 1 ? `${one.name}: ` : ""),
        ),
    )
    const attributes = { id: "warnings", tabindex: -1 }
    if (items.length === 0)
        return h("section", { ...attributes, class: "warnings none" }, h("h2", {}, "Warnings"), h("p", {}, "None."))
    const title = items.length === 1 ? "One warning" : `${items.length} warnings`
    return h("section", { ...attributes, class: "warnings" }, h("h2", {}, title), h("ul", {}, ...items))
}

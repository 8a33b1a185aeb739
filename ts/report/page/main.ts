// The report's page, drawn from the data inside of it.
import type { PageData, PageRun } from "../page-data.js"
import { alternatives } from "./alternatives.js"
import { answers } from "./answers.js"
import { batteryLife } from "./battery.js"
import { baselines, budgets } from "./budget.js"
import { CurrentPlot } from "./current-plot.js"
import { distribution } from "./distribution.js"
import { h } from "./dom.js"
import { facts, heading, warnings } from "./headline.js"
import { estimates } from "./inputs.js"
import { phaseBars } from "./phase-bars.js"
import { storms } from "./storm.js"
import { wakeTable } from "./wake-table.js"

function readData(): PageData {
    return JSON.parse(document.getElementById("data")?.textContent ?? "{}") as PageData
}

function currentSection(run: PageRun, several: boolean): { section: HTMLElement; plot: CurrentPlot } {
    const plot = new CurrentPlot(run)
    const title = several ? `Current over time: ${run.name}` : "Current over time"
    const lead =
        "Drag across the plot to zoom, double-click for all; or use the buttons, or plus, minus and the arrow keys. One finger moves it, two zoom."
    return { plot, section: h("section", {}, h("h2", {}, title), h("p", { class: "lead" }, lead), plot.element) }
}

function footer(data: PageData): HTMLElement {
    return h("footer", {}, h("p", {}, `Page made ${data.createdAt}. It needs no network.`))
}

function drawRuns(root: HTMLElement, data: PageData): void {
    const currents = data.runs.map((run) => currentSection(run, data.runs.length > 1))
    root.append(
        heading(data),
        answers(data),
        warnings(data),
        ...budgets(data),
        ...baselines(data),
        phaseBars(data),
        ...currents.map(({ section }) => section),
        ...distribution(data),
        ...batteryLife(data),
        ...alternatives(data),
        ...estimates(data),
        ...wakeTable(data),
        facts(data),
    )
    for (const { plot } of currents) plot.start()
}

function draw(root: HTMLElement, data: PageData): void {
    if (data.runs.length > 0) drawRuns(root, data)
    else root.append(h("header", {}, h("h1", {}, "Reconnect storm")))
    root.append(...storms(data), footer(data))
    root.dataset.drawn = "yes"
}

const root = document.getElementById("report")
if (root !== null) draw(root, readData())

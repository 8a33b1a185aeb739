// The report's page, drawn from the data inside of it.
import type { PageData, PageRun } from "../page-data.js"
import { batteryLife } from "./battery.js"
import { CurrentPlot } from "./current-plot.js"
import { distribution } from "./distribution.js"
import { h } from "./dom.js"
import { cards, heading, warnings } from "./headline.js"
import { estimates } from "./inputs.js"
import { phaseBars } from "./phase-bars.js"
import { wakeTable } from "./wake-table.js"

function readData(): PageData {
    return JSON.parse(document.getElementById("data")?.textContent ?? "{}") as PageData
}

function currentSection(run: PageRun, several: boolean): { section: HTMLElement; plot: CurrentPlot } {
    const plot = new CurrentPlot(run)
    const title = several ? `Current over time: ${run.name}` : "Current over time"
    const lead =
        "Drag across the plot to zoom, double-click for all; or use the buttons, or plus, minus and the arrow keys."
    return { plot, section: h("section", {}, h("h2", {}, title), h("p", { class: "lead" }, lead), plot.element) }
}

function footer(data: PageData): HTMLElement {
    const made = data.runs.map(({ name, run }) =>
        h(
            "p",
            {},
            `${name}: schema ${run.schema} ${run.version}, made ${run.createdAt} by `,
            h("code", {}, run.tool.command),
            ` of ${run.tool.name} ${run.tool.version}.`,
        ),
    )
    return h("footer", {}, ...made, h("p", {}, `Page made ${data.createdAt}. It needs no network.`))
}

function draw(root: HTMLElement, data: PageData): void {
    const currents = data.runs.map((run) => currentSection(run, data.runs.length > 1))
    root.append(
        heading(data),
        warnings(data),
        cards(data),
        phaseBars(data),
        ...currents.map(({ section }) => section),
        distribution(data),
        batteryLife(data),
        ...estimates(data),
        wakeTable(data),
        footer(data),
    )
    for (const { plot } of currents) plot.start()
    root.dataset.drawn = "yes"
}

const root = document.getElementById("report")
if (root !== null) draw(root, readData())

// The fleet's page: asks its server every few seconds, and draws what has changed.
import { h } from "../../report/page/dom.js"
import type { FleetSummary } from "../page-data.js"
import { causes, figures, groups, headline, outliers } from "./sections.js"
import { ShareOverTime } from "./share-over-time.js"

const EVERY_MS = 2000

const root = document.getElementById("fleet")
const share = new ShareOverTime()
const above = h("div")
const below = h("div")
const state = h("p", { role: "status", class: "lead" })
const plot = h(
    "section",
    {},
    h("h2", {}, "Share resumed over time"),
    h("p", { class: "lead" }, "Of all wakes that were reported in each step: resumed, full and failed."),
    share.element,
)

function draw(summary: FleetSummary): void {
    above.replaceChildren(...headline(summary))
    share.show(summary)
    plot.hidden = summary.steps.length === 0
    below.replaceChildren(...causes(summary), ...outliers(summary), ...figures(summary), ...groups(summary))
    if (root !== null) root.dataset.reports = String(summary.reports)
}

async function ask(): Promise<void> {
    try {
        const response = await fetch("/summary.json")
        if (!response.ok) throw new Error(`it answers ${response.status}`)
        const text = await response.text()
        if (text !== last) draw(JSON.parse(text) as FleetSummary)
        last = text
        state.textContent = ""
    } catch {
        state.textContent = "warmhello fleet does not answer: is it running? What is shown is as it was."
    }
    setTimeout(ask, EVERY_MS)
}

let last = ""
root?.append(state, above, plot, below)
void ask()

// Every wake in a row, sorted by whichever column is clicked.
import { tellsPhases } from "../../run/phased.js"
import { charge, current, energy, time } from "../../run/units.js"
import type { PageData, PageRun } from "../page-data.js"
import { h, scrollable } from "./dom.js"
import { phaseOf, UNKNOWN, type Wake } from "./stats.js"

interface Row {
    run: PageRun
    wake: Wake
}

interface Column {
    title: string
    text: (row: Row) => string
    key: (row: Row) => number | string
}

const tlsUj = ({ wake }: Row): number | undefined => phaseOf(wake, "tls")?.energyUj

/** A wake that failed may not have come as far. */
const tlsText = (row: Row): string =>
    row.wake.result === "failed" && tellsPhases(row.wake) ? energyOr("-", tlsUj(row)) : energyOr(UNKNOWN, tlsUj(row))

const energyOr = (none: string, energyUj: number | undefined): string =>
    energyUj === undefined ? none : energy(energyUj)

const columns: Column[] = [
    { title: "wake", text: ({ wake }) => String(wake.n), key: ({ wake }) => wake.n },
    { title: "result", text: ({ wake }) => wake.result, key: ({ wake }) => wake.result },
    {
        title: "why",
        text: ({ wake }) => (wake.forcedFull ? "told to" : (wake.reason ?? "-")),
        key: ({ wake }) => wake.reason ?? "",
    },
    { title: "protocol", text: ({ wake }) => wake.protocol ?? "-", key: ({ wake }) => wake.protocol ?? "" },
    { title: "kind", text: ({ wake }) => wake.kind ?? "-", key: ({ wake }) => wake.kind ?? "" },
    { title: "awake", text: ({ wake }) => time(wake.durationMs), key: ({ wake }) => wake.durationMs },
    { title: "TLS", text: tlsText, key: (row) => tlsUj(row) ?? -1 },
    { title: "energy", text: ({ wake }) => energy(wake.energyUj), key: ({ wake }) => wake.energyUj },
    { title: "charge", text: ({ wake }) => charge(wake.chargeUc), key: ({ wake }) => wake.chargeUc },
    { title: "mean", text: ({ wake }) => current(wake.averageUa), key: ({ wake }) => wake.averageUa },
    { title: "peak", text: ({ wake }) => current(wake.peakUa), key: ({ wake }) => wake.peakUa },
    { title: "sent B", text: ({ wake }) => String(wake.bytesTx ?? "-"), key: ({ wake }) => wake.bytesTx ?? -1 },
    { title: "recv B", text: ({ wake }) => String(wake.bytesRx ?? "-"), key: ({ wake }) => wake.bytesRx ?? -1 },
    { title: "lost samples", text: ({ wake }) => String(wake.lostSamples), key: ({ wake }) => wake.lostSamples },
    { title: "error", text: ({ wake }) => wake.error ?? "-", key: ({ wake }) => wake.error ?? "" },
]

function compare(a: number | string, b: number | string): number {
    if (typeof a === "number" && typeof b === "number") return a - b
    return String(a).localeCompare(String(b))
}

export function wakeTable(data: PageData): HTMLElement[] {
    const rows = data.runs.flatMap((run) => run.run.wakes.map((wake) => ({ run, wake })))
    if (rows.length === 0) return []
    const shown: Column[] =
        data.runs.length > 1
            ? [{ title: "run", text: ({ run }) => run.name, key: ({ run }) => run.name }, ...columns]
            : columns
    const body = h("tbody")
    const heads = shown.map((column) => {
        const button = h("button", { type: "button", class: "sort" }, column.title)
        const head = h("th", { scope: "col" }, button)
        button.addEventListener("click", () => sortBy(column, head))
        return head
    })
    const fill = () => {
        body.replaceChildren(
            ...rows.map((row) =>
                h("tr", { class: `result-${row.wake.result}` }, ...shown.map(({ text }) => h("td", {}, text(row)))),
            ),
        )
    }
    function sortBy({ key }: Column, head: HTMLElement): void {
        const down = head.getAttribute("aria-sort") === "ascending"
        for (const other of heads) other.removeAttribute("aria-sort")
        head.setAttribute("aria-sort", down ? "descending" : "ascending")
        rows.sort((a, b) => compare(key(a), key(b)) * (down ? -1 : 1))
        fill()
    }
    fill()
    const made = h(
        "table",
        { class: "wakes" },
        h("caption", {}, "Every wake"),
        h("thead", {}, h("tr", {}, ...heads)),
        body,
    )
    const lead = "Without the sleep that follows. Click a title to sort."
    return [h("section", {}, h("h2", {}, "Every wake"), h("p", { class: "lead" }, lead), scrollable(made))]
}

// The parts of the fleet's page: text from reports is only ever set as text.
import { figure, h, scrollable, table } from "../../report/page/dom.js"
import type { FleetSummary, Group, OutlierRow } from "../page-data.js"
import { percent } from "../percent.js"

const plural = (count: number, word: string): string => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`

export function headline(summary: FleetSummary): HTMLElement[] {
    const { resumedShare, reports, devices, devicesForgotten, results, since } = summary
    const title =
        resumedShare === null ? "No wake was reported yet" : `${percent(resumedShare)} of the wakes that opened resumed`
    const forgotten =
        devicesForgotten === 0
            ? ""
            : `, as many as are remembered (${plural(devicesForgotten, "time")} one was forgotten for another)`
    const refused = Object.values(summary.refused).reduce((sum, count) => sum + count, 0)
    const skipped = refused === 0 ? "" : ` ${plural(refused, "message")} that were no report were skipped.`
    return [
        h("h1", {}, title),
        h(
            "p",
            { class: "lead" },
            `${plural(reports, "report")} of ${plural(devices, "device")}${forgotten}, counted since ${since}: ` +
                `${results.resumed} resumed, ${results.full} full, ${results.failed} failed.${skipped}`,
        ),
        ...(reports === 0 ? [h("p", {}, "Send one: warmhello simulate --report, or see docs/FLEET.md.")] : []),
    ]
}

export function causes({ causes: all }: FleetSummary): HTMLElement[] {
    if (all.length === 0) return []
    const rows = all.map(({ result, word, wakes, share, meaning }) => [
        word || "-",
        result,
        wakes.toLocaleString("en"),
        percent(share),
        meaning,
    ])
    return [
        h(
            "section",
            { id: "causes" },
            h("h2", {}, "Why wakes do not resume"),
            scrollable(table(["reason", "result", "wakes", "of these", "meaning"], rows, "The most frequent first")),
        ),
    ]
}

const timeOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z")

const outlierRow = ({
    device,
    what,
    inARow,
    word,
    meaning,
    server,
    firmware,
    reports,
    lastMs,
}: OutlierRow): string[] => [
    device,
    what,
    inARow === 0 ? "-" : String(inARow),
    word === null ? "-" : `${word}: ${meaning}`,
    server ?? "-",
    firmware ?? "-",
    String(reports),
    timeOf(lastMs),
]

export function outliers({ outliers: all, outlierCounts }: FleetSummary): HTMLElement[] {
    const count = Object.values(outlierCounts).reduce((sum, one) => sum + one, 0)
    if (count === 0) return []
    const head = ["device", "what", "in a row", "why", "server", "firmware", "reports", "last"]
    const more = count > all.length ? ` (${all.length} of ${count})` : ""
    return [
        h(
            "section",
            { id: "outliers" },
            h("h2", {}, "Devices to look at"),
            scrollable(table(head, all.map(outlierRow), `Those that are worst first${more}`)),
        ),
    ]
}

const number = (value: number | null, unit: string): string => (value === null ? "-" : `${value.toFixed(1)} ${unit}`)

export function figures({ handshakeMs, energyMj }: FleetSummary): HTMLElement[] {
    const rows = [
        ["handshake", number(handshakeMs.full, "ms"), number(handshakeMs.resumed, "ms")],
        ["energy of a wake", number(energyMj.full, "mJ"), number(energyMj.resumed, "mJ")],
    ].filter(([, full, resumed]) => full !== "-" || resumed !== "-")
    if (rows.length === 0) return []
    return [
        figure(
            "What it costs",
            "Means of what devices tell, on their own clocks.",
            table(["", "full", "resumed"], rows, "Full against resumed"),
        ),
    ]
}

const groupRow = ({ name, full, resumed, failed }: Group): string[] => [
    name,
    full + resumed === 0 ? "-" : percent(resumed / (full + resumed)),
    ...[resumed, full, failed].map((count) => count.toLocaleString("en")),
]

/** Of one alone there is nothing to compare. */
export function groups({ servers, protocols, firmwares }: FleetSummary): HTMLElement[] {
    return Object.entries({ server: servers, protocol: protocols, firmware: firmwares })
        .filter(([, all]) => all.length > 0)
        .map(([by, all]) =>
            h(
                "section",
                {},
                h("h2", {}, `By ${by}`),
                scrollable(table([by, "resume", "resumed", "full", "failed"], all.map(groupRow), "The largest first")),
            ),
        )
}

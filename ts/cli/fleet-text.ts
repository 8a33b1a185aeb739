// What is known of a fleet, for a terminal of any width: no table, since devices' names and meanings are long.
import pc from "picocolors"
import type { Cause, FleetSummary, OutlierRow, Typical } from "../fleet/page-data.js"
import { percent } from "../fleet/percent.js"
import { refusals } from "../fleet/report.js"
import { wrapped } from "./wrapped.js"

const INDENT = "    "

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`

function headline(summary: FleetSummary): string {
    const { resumedShare, reports, devices, results, devicesForgotten } = summary
    const share = resumedShare === null ? "No wake opened" : `${percent(resumedShare)} of the wakes that opened resumed`
    const forgotten =
        devicesForgotten === 0
            ? ""
            : `, as many as are remembered (${plural(devicesForgotten, "time")} one was forgotten for another)`
    return `${share}: ${plural(reports, "report")} of ${plural(devices, "device")}${forgotten}, ${results.resumed} resumed, ${results.full} full, ${results.failed} failed.`
}

function causeLines({ result, word, wakes, share, meaning }: Cause, columns: number): string[] {
    const name = word === "" ? result : `${result} (${word})`
    const [first = "", ...more] = wrapped(`${wakes}  ${percent(share)}  ${name}`, columns)
    const painted = result === "failed" ? pc.red(first) : pc.yellow(first)
    return [painted, ...more, ...wrapped(meaning, columns, INDENT).map((line) => pc.dim(line))]
}

function outlierLines(
    { device, what, inARow, word, meaning, server, firmware }: OutlierRow,
    columns: number,
): string[] {
    const times = inARow === 0 ? "" : `, ${inARow} in a row`
    const about = [server === null ? "" : `server ${server}`, firmware === null ? "" : `firmware ${firmware}`]
        .filter((text) => text !== "")
        .join(", ")
    const why = word === null ? "" : `${word}: ${meaning}`
    return [
        ...wrapped(`${pc.bold(device)} ${what}${times}`, columns),
        ...[why, about].filter((text) => text !== "").flatMap((text) => wrapped(text, columns, INDENT)),
    ]
}

function sideBySide(name: string, unit: string, { full, resumed }: Typical): string[] {
    if (full === null && resumed === null) return []
    const text = (value: number | null) => (value === null ? "-" : `${value.toFixed(1)} ${unit}`)
    return [`${name}: full ${text(full)}, resumed ${text(resumed)} (means).`]
}

function skippedLines({ refused, repeated }: FleetSummary): string[] {
    const lines = Object.entries(refused).map(
        ([why, count]) => `${plural(count, "message")} skipped: ${refusals[why as keyof typeof refusals]}.`,
    )
    return repeated === 0 ? lines : [...lines, `${plural(repeated, "report")} came twice and counted once.`]
}

export function fleetLines(summary: FleetSummary, columns: number): string[] {
    const section = (title: string, lines: string[]) => (lines.length === 0 ? [] : ["", pc.bold(title), ...lines])
    const fitted = (lines: string[]) => lines.flatMap((line) => wrapped(line, columns))
    const more = Object.values(summary.outlierCounts).reduce((sum, n) => sum + n, 0) - summary.outliers.length
    return [
        ...fitted([headline(summary)]),
        ...fitted(sideBySide("Handshake", "ms", summary.handshakeMs)),
        ...fitted(sideBySide("Energy of a wake", "mJ", summary.energyMj)),
        ...fitted(skippedLines(summary)),
        ...section(
            "Why wakes did not resume",
            summary.causes.flatMap((cause) => causeLines(cause, columns)),
        ),
        ...section("Devices to look at", [
            ...summary.outliers.flatMap((row) => outlierLines(row, columns)),
            ...(more > 0 ? [`and ${more} more`] : []),
        ]),
    ]
}

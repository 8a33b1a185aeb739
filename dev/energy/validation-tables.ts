// The comparisons as a table: the same for the terminal and for docs/MEASURING.md.

import type { Table } from "../../ts/cli/table.js"
import { figure } from "../../ts/run/units.js"
import { markdownTable } from "../docs/table.js"
import type { Claim, Comparison } from "./validation.js"

const sourcesOf = (comparisons: readonly Comparison[]): string[] => [
    ...new Set(comparisons.map(({ source }) => source)),
]

function signed(share: number): string {
    const percent = Math.round(100 * share)
    return `${percent > 0 ? "+" : ""}${percent} %`
}

const COLUMNS = 120

/** Lines of a document, a list's further ones under its first. */
function wrapped(text: string): string {
    const indent = text.startsWith("- ") ? "  " : ""
    const lines: string[] = []
    for (const word of text.split(" ")) {
        const longer = `${lines.at(-1) ?? ""} ${word}`
        if (lines.length > 0 && longer.length <= COLUMNS) lines[lines.length - 1] = longer
        else lines.push(lines.length > 0 ? indent + word : word)
    }
    return lines.join("\n")
}

const several = (low: number, high: number): string =>
    low === high ? figure(low) : `${figure(low)} to ${figure(high)}`

export function validationTable(comparisons: readonly Comparison[]): Table {
    const sources = sourcesOf(comparisons)
    return {
        head: ["published", "put in", "source", "unit", "measured", "model", "its range", "error", "in range"],
        rows: comparisons.map(({ what, inputs, source, unit, measured, model, errorShare, inRange }) => [
            ...[what, inputs, `[${sources.indexOf(source) + 1}]`, unit, several(...measured)],
            ...[figure(model.typical), several(model.low, model.high), signed(errorShare), inRange ? "yes" : "no"],
        ]),
    }
}

export const sourceList = (comparisons: readonly Comparison[]): string[] =>
    sourcesOf(comparisons).map((source, index) => `[${index + 1}] ${source}`)

export function claimTable(claims: readonly Claim[]): Table {
    return {
        head: ["said, without a figure that could be had", "by", "model, times", "its range", "holds"],
        rows: claims.map(({ claim, source, model, verdict }) => [
            ...[claim, source, figure(model.typical), several(model.low, model.high), verdict],
        ]),
    }
}

export function validationMarkdown(comparisons: readonly Comparison[], claims: readonly Claim[]): string {
    const tests = comparisons.filter(({ isInput }) => !isInput)
    const hits = tests.filter(({ inRange }) => inRange).length
    return [
        markdownTable(validationTable(comparisons)),
        sourceList(comparisons)
            .map((source) => wrapped(`- ${source}`))
            .join("\n"),
        wrapped(
            `${hits} of ${tests.length} published values lie in the model's range, without those that the power profiles are made from.`,
        ),
        markdownTable(claimTable(claims)),
    ].join("\n\n")
}

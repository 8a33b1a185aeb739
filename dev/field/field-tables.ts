// The field matrix as tables: the same figures for the terminal and for docs/FIELD.md.
import type { Table } from "../../ts/cli/table.js"
import { markdownTable } from "../docs/table.js"
import { columns } from "./columns.js"
import type { Life } from "./entry.js"
import { EXTRA_CONNECTS, type FieldMatrix, type FieldRow, type MatrixEntry } from "./field.js"
import { rows, WAKES } from "./rows.js"

const NONE = "none"

/** One figure, or the least and the most. */
function range(values: number[]): string {
    const [least, most] = [Math.min(...values), Math.max(...values)]
    return least === most ? String(least) : `${least}-${most}`
}

/** Connects and full handshakes of the devices without sessions. */
function baselineText({ baselines }: FieldRow): string {
    const lives = Object.values(baselines)
    const figures = (of: (life: Life) => number): string => range(lives.map(of))
    return `${figures(({ connects }) => connects)}/${figures(({ full }) => full)}`
}

function entryText(entry: MatrixEntry): string {
    if ("excluded" in entry) return "-"
    const { connects, full, resumed, flashOperations } = entry.life
    return [connects, full, resumed, flashOperations].join("/")
}

/** One table, or where that is too wide several with some columns each, the rows' names in each of them. */
export function fieldTables(matrix: FieldMatrix, width = Number.POSITIVE_INFINITY): Table[] {
    const all: Table = {
        head: ["", NONE, ...columns.map(({ name }) => name)],
        rows: matrix.rows.map((row) => [row.name, baselineText(row), ...row.cells.map(entryText)]),
    }
    // With a frame and a space on each side.
    const widths = all.head.map(
        (title, index) => Math.max(title.length, ...all.rows.map((row) => row[index]?.length ?? 0)) + 3,
    )
    const [names = 0] = widths
    const tables: number[][] = []
    let left = 0
    for (let index = 1; index < widths.length; index++) {
        const own = widths[index] ?? 0
        if (tables.length === 0 || left < own) {
            tables.push([0])
            left = width - names - 1
        }
        tables.at(-1)?.push(index)
        left -= own
    }
    const part = (cells: string[], indexes: number[]): string[] => indexes.map((index) => cells[index] ?? "")
    return tables.map((indexes) => ({
        head: part(all.head, indexes),
        rows: all.rows.map((row) => part(row, indexes)),
    }))
}

export const legend = `connects / full / resumed / operations on flash, in ${WAKES} wakes; ${NONE}: never offers a session`

function exclusions(matrix: FieldMatrix): string[] {
    return matrix.rows.flatMap(({ name, cells }) => {
        const why = new Map<string, string[]>()
        for (const entry of cells) {
            if ("excluded" in entry) why.set(entry.excluded, [...(why.get(entry.excluded) ?? []), entry.column])
        }
        return [...why].map(([reason, names]) => `- ${name}, ${names.join(", ")}: ${reason}.`)
    })
}

/** The generated section of docs/FIELD.md. */
export function fieldMarkdown(matrix: FieldMatrix): string {
    return [
        "### Columns",
        [`- \`${NONE}\`: no session is ever offered; connects / full handshakes, over all devices of the row.`]
            .concat(columns.map(({ name, what }) => `- \`${name}\`: ${what}.`))
            .join("\n"),
        "### Rows",
        rows.map(({ name, what }) => `- **${name}**: ${what}`).join("\n"),
        "### Ten wakes each",
        ...fieldTables(matrix).map(markdownTable),
        "A dash:",
        exclusions(matrix).join("\n"),
        "### What is not as it should be",
        matrix.findings.length === 0
            ? `Nothing: no cell has more than ${EXTRA_CONNECTS} connects above the device without sessions, no wake fails that ` +
              "succeeds there, and every healthy server resumes all wakes but the first, and with one ticket at a time but one after the first loss of power."
            : matrix.findings.map((finding) => `- ${finding}.`).join("\n"),
    ].join("\n\n")
}

// A table for the terminal.
import CliTable from "cli-table3"
import { wrapped } from "./wrapped.js"

const INDENT = "    "

export interface Table {
    head: string[]
    rows: string[][]
}

/** The first two columns hold words, all others figures. */
export const isOfWords = (column: number): boolean => column < 2

export function tableText({ head, rows }: Table): string {
    const table = new CliTable({
        head,
        style: { head: [], border: [], compact: true },
        colAligns: head.map((_, column) => (isOfWords(column) ? "left" : "right")),
    })
    table.push(...rows)
    return table.toString()
}

/** The table where it fits, else each row by itself: a table whose lines are broken by the terminal says nothing. */
export function fittedText(table: Table, columns: number): string {
    const whole = tableText(table)
    if (whole.indexOf("\n") <= columns) return whole
    const [, ...heads] = table.head
    return table.rows
        .flatMap(([name = "", ...cells]) => {
            const told = heads.map((head, n) => `${head}: ${cells[n]}`).filter((_, n) => cells[n] !== "-")
            return [name, ...wrapped(told.join("; "), columns, INDENT)]
        })
        .join("\n")
}

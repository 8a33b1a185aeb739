// A table for the terminal.
import CliTable from "cli-table3"

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

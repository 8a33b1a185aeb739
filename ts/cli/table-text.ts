// A table of the benches for the terminal.
import Table from "cli-table3"
import type { BenchTable } from "../bench/report.js"

export function tableText({ head, rows }: BenchTable): string {
    const table = new Table({
        head,
        style: { head: [], border: [], compact: true },
        colAligns: head.map((_, column) => (column < 2 ? "left" : "right")),
    })
    table.push(...rows)
    return table.toString()
}

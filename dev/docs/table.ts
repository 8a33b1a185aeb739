// A table for the documents.
import { isOfWords, type Table } from "../../ts/cli/table.js"

export function markdownTable({ head, rows }: Table): string {
    const line = (cells: string[]) => `| ${cells.join(" | ")} |`
    const rule = head.map((_, column) => (isOfWords(column) ? "---" : "---:"))
    return [line(head), line(rule), ...rows.map(line)].join("\n")
}

// A table for the documents.
import { isOfWords, type Table } from "../../ts/cli/table.js"

export function markdownTable({ head, rows }: Table): string {
    const line = (cells: string[]) => `| ${cells.join(" | ")} |`
    const rule = head.map((_, column) => (isOfWords(column) ? "---" : "---:"))
    return [line(head), line(rule), ...rows.map(line)].join("\n")
}

export type TitledTable = readonly [title: string, table: Table]

/** Each table under its title, then what it was measured with. */
export function markdownSections(tables: readonly TitledTable[], measuredWith: readonly string[] = []): string {
    const sections = tables.map(([title, table]) => `### ${title}\n\n${markdownTable(table)}`)
    if (measuredWith.length === 0) return sections.join("\n\n")
    return [...sections, "### Measured with", measuredWith.map((text) => `- ${text}.`).join("\n")].join("\n\n")
}

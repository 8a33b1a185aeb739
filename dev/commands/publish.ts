// What each command that counts or measures does with its figures.
import pc from "picocolors"
import type { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { PERFORMANCE_TABLES, type SectionOwner, writeSection } from "../docs/pages.js"
import { markdownSections, type TitledTable } from "../docs/table.js"

export interface FiguresFlags {
    write: boolean
    json?: string
}

export interface Figures {
    /** What `--json` is for. */
    report: unknown
    tables: readonly TitledTable[]
    /** What stands below the tables. */
    lines?: readonly string[]
    /** Of the page's section that `--write` writes. */
    owner: SectionOwner
}

export function publish(output: Output, { write }: FiguresFlags, figures: Figures): void {
    const { report, tables, lines = [], owner } = figures
    output.line()
    for (const [title, table] of tables) {
        output.line(pc.bold(title))
        output.line(tableText(table))
    }
    for (const line of lines) output.line(pc.dim(line))
    output.json(report)
    if (!write) return
    writeSection(PERFORMANCE_TABLES, markdownSections(tables, lines), owner)
    output.line(`written: ${PERFORMANCE_TABLES}`)
}

// What each command that counts or measures does with its figures.
import pc from "picocolors"
import type { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { type SectionOwner, writeSection } from "../docs/pages.js"
import type { TitledTable } from "../docs/table.js"

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
    /** The section of a page that `--write` writes. */
    page: string
    section: () => string
    owner: SectionOwner
}

export function publish(output: Output, { write }: FiguresFlags, figures: Figures): void {
    output.line()
    for (const [title, table] of figures.tables) {
        output.line(pc.bold(title))
        output.line(tableText(table))
    }
    for (const line of figures.lines ?? []) output.line(pc.dim(line))
    output.json(figures.report)
    if (!write) return
    writeSection(figures.page, figures.section(), figures.owner)
    output.line(`written: ${figures.page}`)
}

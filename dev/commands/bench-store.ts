// `npm run bench:store`.

import pc from "picocolors"
import { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { benchStore } from "../bench/store.js"
import {
    firstWakeTable,
    lifeTable,
    lifeTitles,
    lostHandshakeTable,
    restoreTable,
    saveTable,
    sizeTable,
    storeLines,
    storeMarkdown,
    verdictTable,
} from "../bench/store-tables.js"
import { PERFORMANCE_TABLES, writePerformanceTables } from "../docs/pages.js"

export interface BenchStoreFlags {
    write: boolean
    json?: string
}

export async function benchStoreCommand(flags: BenchStoreFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const report = await benchStore({ signal, onStep: (what) => output.line(pc.dim(`${what} ...`)) })
    output.line()
    for (const [title, table] of [
        ["Restoring, in thousand instructions", restoreTable(report.costs)],
        ["Saving, in thousand instructions", saveTable(report.costs)],
        [lifeTitles.losses, lifeTable(report.lives.losses)],
        [lifeTitles.firstWakes, firstWakeTable(report.lives.firstWakes)],
        [lifeTitles.lostHandshakes, lostHandshakeTable(report.lives.lostHandshakes)],
        ["Size on rv32imc, in bytes", sizeTable(report.size)],
        ["Limits", verdictTable(report)],
    ] as const) {
        output.line(pc.bold(title))
        output.line(tableText(table))
    }
    for (const line of storeLines(report)) output.line(pc.dim(line))
    output.json(report)
    if (flags.write) {
        writePerformanceTables(storeMarkdown(report), "npm run bench:store")
        output.line(`written: ${PERFORMANCE_TABLES}`)
    }
}

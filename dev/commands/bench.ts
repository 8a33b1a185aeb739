// `npm run bench`.

import pc from "picocolors"
import { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { buildLines, instructionTable, markdown, wireTable } from "../bench/handshake-tables.js"
import { bench } from "../bench/stack-handshakes.js"
import { kindTitles } from "../bench/stacks.js"
import { PERFORMANCE_TABLES, writePerformanceTables } from "../docs/pages.js"

export interface BenchFlags {
    repeats: number
    write: boolean
    json?: string
}

export async function benchCommand(flags: BenchFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const report = await bench({
        repeats: flags.repeats,
        signal,
        onRun: (stack, kind, durationMs) =>
            output.line(pc.dim(`${stack.name}, ${kindTitles[kind]}: ${(durationMs / 1000).toFixed(1)} s`)),
    })
    output.line()
    output.line(pc.bold("Million instructions of the client for one handshake"))
    output.line(tableText(instructionTable(report)))
    output.line(pc.bold("On the wire and in memory"))
    output.line(tableText(wireTable(report)))
    for (const { stack, kind, why } of report.notOffered) {
        output.line(`not offered: ${stack}, ${kindTitles[kind]}: ${why}`)
    }
    for (const line of buildLines(report)) output.line(pc.dim(line))
    output.json(report)
    if (flags.write) {
        writePerformanceTables(markdown(report), "npm run bench")
        output.line(`written: ${PERFORMANCE_TABLES}`)
    }
}

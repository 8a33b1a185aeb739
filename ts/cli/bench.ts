// `warmhello bench`, which `npm run bench` runs.
import Table from "cli-table3"
import pc from "picocolors"
import { bench } from "../bench/bench.js"
import { PERFORMANCE_PAGE, writePerformancePage } from "../bench/docs.js"
import { type BenchTable, buildLines, instructionTable, markdown, wireTable } from "../bench/report.js"
import { kindTitles } from "../bench/stacks.js"
import { Output } from "./output.js"

export interface BenchFlags {
    repeats: number
    write: boolean
    json?: string
}

function asText({ head, rows }: BenchTable): string {
    const table = new Table({
        head,
        style: { head: [], border: [], compact: true },
        colAligns: head.map((_, column) => (column < 2 ? "left" : "right")),
    })
    table.push(...rows)
    return table.toString()
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
    output.line(asText(instructionTable(report)))
    output.line(pc.bold("On the wire and in memory"))
    output.line(asText(wireTable(report)))
    for (const { stack, kind, why } of report.notOffered) {
        output.line(`not offered: ${stack}, ${kindTitles[kind]}: ${why}`)
    }
    for (const line of buildLines(report)) output.line(pc.dim(line))
    output.json(report)
    if (flags.write) {
        writePerformancePage(markdown(report))
        output.line(`written: ${PERFORMANCE_PAGE}`)
    }
}

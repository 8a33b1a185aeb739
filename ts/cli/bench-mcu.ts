// `warmhello bench-mcu`, which `npm run bench:mcu` runs, and `warmhello record-mcu`.
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import pc from "picocolors"
import { PERFORMANCE_PAGE, writePerformancePage } from "../bench/docs.js"
import { checkoutPath } from "../core/paths.js"
import { benchMcu, FIGURES, RECORDINGS } from "../mcu/bench.js"
import { cases, record } from "../mcu/record.js"
import { mcuImage } from "../mcu/remote-core.js"
import { aimTable, costTable, imageTable, mcuMarkdown, phaseTable } from "../mcu/report.js"
import { Output } from "./output.js"
import { tableText } from "./table-text.js"

export interface BenchMcuFlags {
    write: boolean
    json?: string
}

export function benchMcuCommand(flags: BenchMcuFlags): void {
    const output = new Output(flags.json)
    const report = benchMcu((what) => output.line(pc.dim(`${what} ...`)), true)
    output.line()
    for (const [title, table] of [
        ["What a handshake costs", costTable(report)],
        ["Phases, in thousand instructions", phaseTable(report)],
        ["The image, in bytes", imageTable(report)],
        ["Aims", aimTable(report)],
    ] as const) {
        output.line(pc.bold(title))
        output.line(tableText(table))
    }
    output.json(report)
    if (flags.write) {
        writePerformancePage(mcuMarkdown(report), "npm run bench:mcu")
        writeFileSync(checkoutPath(FIGURES), `${JSON.stringify(report.cases, null, 2)}\n`)
        output.line(`written: ${PERFORMANCE_PAGE}, ${FIGURES}`)
    }
}

/** The recordings are made anew, so every figure may change: with a reason, in a commit of its own. */
export async function recordMcuCommand(): Promise<void> {
    const output = new Output(undefined)
    const folder = checkoutPath(RECORDINGS)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    for (const one of cases) {
        output.line(pc.dim(`${one.title} ...`))
        const made = await record(one, mcuImage("rv32", "size"))
        writeFileSync(`${folder}/${one.name}.json`, `${JSON.stringify(made, null, 2)}\n`)
    }
    output.line(`written: ${RECORDINGS}`)
}

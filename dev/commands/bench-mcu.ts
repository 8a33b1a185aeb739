// `npm run bench:mcu`, and `npm run record:mcu`.

import { mkdirSync, rmSync } from "node:fs"
import pc from "picocolors"
import { writeWhole } from "../../ts/base/files.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { FIGURES, mcuStacks } from "../../ts/energy/handshakes.js"
import { PERFORMANCE_TABLES, writePerformanceTables } from "../docs/pages.js"
import { benchMcu } from "../mcu/mcu-handshakes.js"
import { aimTable, costTable, imageTable, mcuMarkdown, partTable, peerTable } from "../mcu/mcu-tables.js"
import { cases, record } from "../mcu/record.js"
import { recordings, stackImage } from "../mcu/stacks.js"

export interface BenchMcuFlags {
    write: boolean
    json?: string
}

export async function benchMcuCommand(flags: BenchMcuFlags): Promise<void> {
    const output = new Output(flags.json)
    const onStep = (what: string) => output.line(pc.dim(`${what} ...`))
    const report = await benchMcu({ stacks: mcuStacks, withProfiles: true, onStep })
    output.line()
    for (const [title, table] of [
        ["What a handshake costs", costTable(report)],
        ["Beside mbedTLS", peerTable(report)],
        ["Phases, in thousand instructions", partTable(report)],
        ["The image, in bytes", imageTable(report)],
        ["Aims", aimTable(report)],
    ] as const) {
        output.line(pc.bold(title))
        output.line(tableText(table))
    }
    output.json(report)
    if (flags.write) {
        writePerformanceTables(mcuMarkdown(report), "npm run bench:mcu")
        writeWhole(checkoutPath(FIGURES), `${JSON.stringify(report.cases, null, 2)}\n`)
        output.line(`written: ${PERFORMANCE_TABLES}, ${FIGURES}`)
    }
}

/** The recordings are made anew, so every figure may change: with a reason, in a commit of its own. */
export async function recordMcuCommand(): Promise<void> {
    const output = new Output(undefined)
    const files = new Map<string, string>()
    for (const one of cases) {
        output.line(pc.dim(`${one.title} ...`))
        const made = await record(
            one,
            mcuStacks.map((stack) => stackImage(stack, "size")),
        )
        for (const [n, stack] of mcuStacks.entries()) {
            const file = checkoutPath(`${recordings[stack]}/${one.name}.json`)
            files.set(file, `${JSON.stringify(made[n], null, 2)}\n`)
        }
    }
    // Not before all of them are made: a recording that fails costs none of the old ones.
    for (const stack of mcuStacks) rmSync(checkoutPath(recordings[stack]), { recursive: true, force: true })
    for (const stack of mcuStacks) mkdirSync(checkoutPath(recordings[stack]), { recursive: true })
    for (const [file, text] of files) writeWhole(file, text)
    output.line(`written: ${Object.values(recordings).join(", ")}`)
}

// `npm run bench`, `bench:store`, `bench:service` and `bench:mcu`, which print tables and write them into a page; and
// `npm run record:mcu`.
import { mkdirSync, rmSync } from "node:fs"
import pc from "picocolors"
import { writeWhole } from "../../ts/base/files.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { Output } from "../../ts/cli/output.js"
import { FIGURES, mcuStacks } from "../../ts/energy/handshakes.js"
import { benchLines, benchTables } from "../bench/handshake-tables.js"
import { benchService, serviceTable } from "../bench/service-costs.js"
import { bench } from "../bench/stack-handshakes.js"
import { kindTitles } from "../bench/stacks.js"
import { benchStore } from "../bench/store.js"
import { storeLines, storeTables } from "../bench/store-tables.js"
import { benchMcu } from "../mcu/mcu-handshakes.js"
import { mcuTables } from "../mcu/mcu-tables.js"
import { cases, record } from "../mcu/record.js"
import { recordings, stackImage } from "../mcu/stacks.js"
import { type FiguresFlags, publish } from "./publish.js"

/** Tells in the output what is at work. */
const stepsIn = (output: Output) => (what: string) => output.line(pc.dim(`${what} ...`))

export async function benchCommand(flags: FiguresFlags & { repeats: number }, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const report = await bench({
        ...{ repeats: flags.repeats, signal },
        onRun: (stack, kind, durationMs) =>
            output.line(pc.dim(`${stack.name}, ${kindTitles[kind]}: ${(durationMs / 1000).toFixed(1)} s`)),
    })
    const [tables, lines] = [benchTables(report), benchLines(report)]
    publish(output, flags, { report, tables, lines, owner: "npm run bench" })
}

export async function benchStoreCommand(flags: FiguresFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(flags.json)
    const report = await benchStore({ signal, onStep: stepsIn(output) })
    const [tables, lines] = [storeTables(report), storeLines(report)]
    publish(output, flags, { report, tables, lines, owner: "npm run bench:store" })
}

export async function benchServiceCommand(flags: FiguresFlags): Promise<void> {
    const output = new Output(flags.json)
    stepsIn(output)("compiling and running devs/bench")
    const report = await benchService()
    const tables = [["What the service costs", serviceTable(report)]] as const
    publish(output, flags, { report, tables, owner: "npm run bench:service" })
}

export async function benchMcuCommand(flags: FiguresFlags): Promise<void> {
    const output = new Output(flags.json)
    const report = await benchMcu({ stacks: mcuStacks, withProfiles: true, onStep: stepsIn(output) })
    publish(output, flags, { report, tables: mcuTables(report), owner: "npm run bench:mcu" })
    if (!flags.write) return
    writeWhole(checkoutPath(FIGURES), `${JSON.stringify(report.cases, null, 2)}\n`)
    output.line(`written: ${FIGURES}`)
}

/** The recordings are made anew, so every figure may change: with a reason, in a commit of its own. */
export async function recordMcuCommand(): Promise<void> {
    const output = new Output(undefined)
    const files = new Map<string, string>()
    for (const one of cases) {
        stepsIn(output)(one.title)
        const images = mcuStacks.map((stack) => stackImage(stack, "size"))
        const made = await record(one, images)
        for (const [n, stack] of mcuStacks.entries()) {
            const file = checkoutPath(`${recordings[stack]}/${one.name}.json`)
            files.set(file, `${JSON.stringify(made[n], null, 2)}\n`)
        }
    }
    // Not before all of them are made: a recording that fails costs none of the old ones.
    for (const stack of mcuStacks) {
        rmSync(checkoutPath(recordings[stack]), { recursive: true, force: true })
        mkdirSync(checkoutPath(recordings[stack]), { recursive: true })
    }
    for (const [file, text] of files) writeWhole(file, text)
    output.line(`written: ${Object.values(recordings).join(", ")}`)
}

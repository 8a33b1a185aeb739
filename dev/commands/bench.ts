// `npm run bench`, `bench:store`, `bench:service` and `bench:mcu`, which print tables and write them into a page; and
// `npm run record:mcu`.
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import pc from "picocolors"
import { WarmhelloError } from "../../ts/base/errors.js"
import { writeWhole } from "../../ts/base/files.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { Output } from "../../ts/cli/output.js"
import { FIGURES, type McuStack, mcuBuilds, mcuStacks } from "../../ts/energy/handshakes.js"
import { benchLines, benchTables } from "../bench/handshake-tables.js"
import { benchService, serviceTable } from "../bench/service-costs.js"
import { bench } from "../bench/stack-handshakes.js"
import { kindTitles } from "../bench/stacks.js"
import { benchStore } from "../bench/store.js"
import { storeLines, storeTables } from "../bench/store-tables.js"
import { benchMcu } from "../mcu/mcu-handshakes.js"
import { mcuTables } from "../mcu/mcu-tables.js"
import { cases, record } from "../mcu/record.js"
import { recordings, speaks, stackImage } from "../mcu/stacks.js"
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

/** Set-up may have left out some; what is written must have all. */
function stacksThatAreHere(output: Output, mustHaveAll: boolean): McuStack[] {
    const isHere = (stack: McuStack) => mcuBuilds.every((build) => existsSync(stackImage(stack, build)))
    const missing = mcuStacks.filter((stack) => !isHere(stack))
    if (missing.length > 0) {
        const message = `set-up has not built ${missing.join(", ")} for the emulated microcontroller`
        if (mustHaveAll) throw new WarmhelloError("bench-not-ready", message)
        output.line(message)
    }
    return mcuStacks.filter(isHere)
}

export async function benchMcuCommand(flags: FiguresFlags): Promise<void> {
    const output = new Output(flags.json)
    const stacks = stacksThatAreHere(output, flags.write)
    const report = await benchMcu({ stacks, withProfiles: true, onStep: stepsIn(output) })
    publish(output, flags, { report, tables: mcuTables(report), owner: "npm run bench:mcu" })
    if (!flags.write) return
    writeWhole(checkoutPath(FIGURES), `${JSON.stringify(report.cases, null, 2)}\n`)
    output.line(`written: ${FIGURES}`)
}

/** The recordings are made anew, so every figure may change: with a reason, in a commit of its own. */
export async function recordMcuCommand({ only }: { only?: McuStack }): Promise<void> {
    const output = new Output(undefined)
    const stacks = only === undefined ? stacksThatAreHere(output, true) : [only]
    const files = new Map<string, string>()
    for (const one of cases) {
        const speaking = stacks.filter((stack) => speaks(stack, one.name))
        if (speaking.length === 0) continue
        stepsIn(output)(one.title)
        const images = speaking.map((stack) => stackImage(stack, "size"))
        const made = await record(one, images)
        for (const [n, stack] of speaking.entries()) {
            const file = checkoutPath(`${recordings[stack]}/${one.name}.json`)
            files.set(file, `${JSON.stringify(made[n], null, 2)}\n`)
        }
    }
    // Not before all of them are made: a recording that fails costs none of the old ones.
    for (const folder of stacks.map((stack) => checkoutPath(recordings[stack]))) {
        mkdirSync(folder, { recursive: true })
        for (const name of readdirSync(folder)) if (name.endsWith(".json")) rmSync(join(folder, name))
    }
    for (const [file, text] of files) writeWhole(file, text)
    output.line(`written: ${stacks.map((stack) => recordings[stack]).join(", ")}`)
}

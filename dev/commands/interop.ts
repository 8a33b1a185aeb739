// `npm run interop`.
import pc from "picocolors"
import { WarmhelloError } from "../../ts/base/errors.js"
import { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { INTEROP_PAGE, writeSection } from "../docs/pages.js"
import { interop } from "../interop/interop.js"
import { interopMarkdown, legend, terminalTable } from "../interop/interop-tables.js"

interface InteropFlags {
    only: string
    write: boolean
    json?: string
}

export async function interopCommand({ only, write, json }: InteropFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(json)
    const matrix = await interop({ only, signal, onServer: (name) => output.line(pc.dim(`${name} ...`)) })
    if (matrix.cells.length === 0) throw new WarmhelloError("bad-option", `no server is named ${only}`)
    const { cells, defects, missing } = matrix
    for (const line of legend) output.line(line)
    output.line(tableText(terminalTable(matrix, output.columns)))
    for (const defect of defects) output.line(pc.red(defect))
    for (const server of missing) output.line(pc.yellow(`missing: ${server}`))
    output.line(`${cells.length} cells, ${defects.length} defects, ${missing.length} servers missing`)
    output.json(matrix)
    if (write && missing.length === 0) {
        writeSection(INTEROP_PAGE, interopMarkdown(matrix), "npm run interop")
        output.line(`written: ${INTEROP_PAGE}`)
    }
    if (defects.length + missing.length > 0) {
        const what = `${defects.length} cells are defects, and ${missing.length} servers are missing`
        throw new WarmhelloError("not-as-expected", what, { hint: "The lines above say which, and why." })
    }
}

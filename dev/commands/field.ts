// `npm run field`.

import pc from "picocolors"
import { WarmhelloError } from "../../ts/base/errors.js"
import { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { FIELD_PAGE, writeSection } from "../docs/pages.js"
import { field } from "../field/field.js"
import { fieldMarkdown, fieldTables, legend } from "../field/field-tables.js"

interface FieldFlags {
    only: string
    write: boolean
    json?: string
}

export async function fieldCommand({ only, write, json }: FieldFlags, signal: AbortSignal): Promise<void> {
    const output = new Output(json)
    const matrix = await field({ only, signal, onRow: (name) => output.line(pc.dim(`${name} ...`)) })
    output.line(pc.bold(legend))
    for (const table of fieldTables(matrix, output.columns)) output.line(tableText(table))
    for (const finding of matrix.findings) output.line(pc.red(finding))
    output.json(matrix)
    if (write) {
        writeSection(FIELD_PAGE, fieldMarkdown(matrix), "npm run field")
        output.line(`written: ${FIELD_PAGE}`)
    }
    if (matrix.findings.length > 0) {
        throw new WarmhelloError("not-as-expected", `${matrix.findings.length} figures are not as they should be`)
    }
}

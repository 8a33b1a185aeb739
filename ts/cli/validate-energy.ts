// `warmhello validate-energy`, which `npm run validate:energy` runs.
import { MEASURING_PAGE, writeSection } from "../bench/docs.js"
import { validate } from "../energy/validation.js"
import { sourceList, validationMarkdown, validationTable } from "../energy/validation-report.js"
import { Output } from "./output.js"
import { tableText } from "./table-text.js"

export interface ValidateEnergyFlags {
    write: boolean
    json?: string
}

export function validateEnergyCommand(flags: ValidateEnergyFlags): void {
    const output = new Output(flags.json)
    const comparisons = validate()
    output.line(tableText(validationTable(comparisons)))
    for (const source of sourceList(comparisons)) output.line(source)
    output.json(comparisons)
    if (!flags.write) return
    writeSection(MEASURING_PAGE, validationMarkdown(comparisons), "npm run validate:energy")
    output.line(`written: ${MEASURING_PAGE}`)
}

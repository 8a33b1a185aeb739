// `npm run validate:energy`.

import { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { MEASURING_PAGE, writeSection } from "../docs/pages.js"
import { claims, validate } from "../energy/validation.js"
import { claimTable, sourceList, validationMarkdown, validationTable } from "../energy/validation-tables.js"

interface ValidateEnergyFlags {
    write: boolean
    json?: string
}

export function validateEnergyCommand(flags: ValidateEnergyFlags): void {
    const output = new Output(flags.json)
    const comparisons = validate()
    output.line(tableText(validationTable(comparisons)))
    for (const source of sourceList(comparisons)) output.line(source)
    output.line(tableText(claimTable(claims())))
    output.json({ comparisons, claims: claims() })
    if (!flags.write) return
    writeSection(MEASURING_PAGE, validationMarkdown(comparisons, claims()), "npm run validate:energy")
    output.line(`written: ${MEASURING_PAGE}`)
}

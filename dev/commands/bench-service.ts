// `npm run bench:service`.

import pc from "picocolors"
import { Output } from "../../ts/cli/output.js"
import { tableText } from "../../ts/cli/table.js"
import { benchService, serviceTable } from "../bench/service-costs.js"
import { PERFORMANCE_TABLES, writePerformanceTables } from "../docs/pages.js"
import { markdownTable } from "../docs/table.js"

export interface BenchServiceFlags {
    write: boolean
    json?: string
}

export async function benchServiceCommand(flags: BenchServiceFlags): Promise<void> {
    const output = new Output(flags.json)
    output.line(pc.dim("compiling and running devs/bench ..."))
    const report = await benchService()
    output.line(tableText(serviceTable(report)))
    output.json(report)
    if (flags.write) {
        writePerformanceTables(markdownTable(serviceTable(report)), "npm run bench:service")
        output.line(`written: ${PERFORMANCE_TABLES}`)
    }
}

// `warmhello bench-service`, which `npm run bench:service` runs.
import pc from "picocolors"
import { PERFORMANCE_PAGE, writePerformancePage } from "../bench/docs.js"
import { markdownTable } from "../bench/report.js"
import { benchService, serviceTable } from "../bench/service.js"
import { Output } from "./output.js"
import { tableText } from "./table-text.js"

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
        writePerformancePage(markdownTable(serviceTable(report)), "npm run bench:service")
        output.line(`written: ${PERFORMANCE_PAGE}`)
    }
}

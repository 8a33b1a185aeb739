// `npm run bench:fleet`.
import { Output } from "../../ts/cli/output.js"
import { benchBatches, benchCounting, benchHttp, benchMqtt } from "../bench/fleet-throughput.js"

interface BenchFleetFlags {
    reports: number
    json: string
}

/** Prints JSON. */
export async function benchFleetCommand(flags: BenchFleetFlags): Promise<void> {
    const output = new Output(flags.json)
    const cases = [
        benchCounting(10 * flags.reports),
        await benchBatches(flags.reports),
        await benchHttp(flags.reports),
        await benchMqtt(flags.reports),
    ]
    output.json({ cases })
}

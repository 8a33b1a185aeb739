// `npm run bench:measure`.

import { Output } from "../../ts/cli/output.js"
import { benchCsv, benchPpk2 } from "../bench/measure-throughput.js"

interface BenchMeasureFlags {
    samples: number
    json: string
}

/** Prints JSON. CSV takes longer, so that it gets a part of the samples. */
export function benchMeasureCommand(flags: BenchMeasureFlags): void {
    const output = new Output(flags.json)
    const cases = [benchPpk2(flags.samples), benchCsv(Math.ceil(flags.samples / 10))]
    output.json({ cases })
}

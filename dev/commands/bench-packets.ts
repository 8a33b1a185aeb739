// `npm run bench:packets`.
import pc from "picocolors"
import { Output } from "../../ts/cli/output.js"
import { inOwnNetwork } from "../packets/link.js"
import { packetTables } from "../packets/packet-tables.js"
import { countPackets } from "../packets/packets.js"
import { type FiguresFlags, publish } from "./publish.js"

export async function benchPacketsCommand(flags: FiguresFlags & { only: string }, signal: AbortSignal): Promise<void> {
    if (!(await inOwnNetwork(signal))) return
    const output = new Output(flags.json)
    const onStep = (what: string) => output.line(pc.dim(`${what} ...`))
    const report = await countPackets({ only: flags.only, signal, onStep })
    const lines = report.missing.map((why) => `missing: ${why}`)
    publish(output, flags, { report, tables: packetTables(report), lines, owner: "npm run bench:packets" })
}

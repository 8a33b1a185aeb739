// The figures of `npm run bench:packets` as tables: the same for the terminal and for docs/PERFORMANCE-TABLES.md.
import type { TitledTable } from "../docs/table.js"
import type { PacketCase, PacketFigures } from "./packets.js"
import { titles } from "./ways.js"

const rowOf = (one: PacketCase): string[] => [
    ...[one.server, titles[one.way], one.result],
    ...[one.roundTripsBeforeData, one.roundTripsBeforeSleep, one.sentAfterTcp, one.receivedAfterTcp].map(String),
    ...[one.sent.bytes - 40 * one.sent.acks, one.received.bytes - 40 * one.received.acks].map(String),
    one.segments.join(" "),
]

export function packetTables({ cases }: PacketFigures): TitledTable[] {
    const head = [
        ...["server", "way", "result", "round trips before data", "before sleep", "packets sent", "received"],
        ...["bytes sent", "received", "TLS in each packet"],
    ]
    return [["Packets of a connect, its report and its answer", { head, rows: cases.map(rowOf) }]]
}

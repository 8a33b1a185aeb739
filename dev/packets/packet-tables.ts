// The figures of `npm run bench:packets` as a table: the same for the terminal and for docs/PERFORMANCE-TABLES.md.
import type { TitledTable } from "../docs/table.js"
import type { PacketCase, PacketFigures } from "./packets.js"

const titles = { id: "TLS 1.2, session ID", ticket: "TLS 1.2, ticket", psk: "TLS 1.3" }

const rowOf = (one: PacketCase): string[] => [
    ...[one.server, titles[one.kind], one.result],
    ...[one.roundTripsBeforeData, one.roundTripsBeforeSleep].map(String),
    ...[one.sentAfterTcp, one.receivedAfterTcp].map(String),
    ...[one.sent.acks, one.received.acks].map(String),
    ...[one.sent.bytes, one.received.bytes].map(String),
    one.segments.join(" "),
]

export function packetTables({ cases }: PacketFigures): TitledTable[] {
    const head = [
        ...["server", "session", "result", "round trips before data", "before sleep", "packets sent", "received"],
        ...["of them bare ACKs sent", "received", "bytes sent", "received", "TLS in each packet"],
    ]
    return [["Packets of a connect, its report and its answer", { head, rows: cases.map(rowOf) }]]
}

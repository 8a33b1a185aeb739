// The figures of `npm run bench:packets` as tables: the same for the terminal and for docs/PERFORMANCE-TABLES.md.
import type { Table } from "../../ts/cli/table.js"
import type { TitledTable } from "../docs/table.js"
import type { McuCase } from "../mcu/mcu-handshakes.js"
import { allOf, energyMj, mcuCases, type Traffic, type Work, workOf } from "./cost.js"
import type { PacketCase, PacketFigures } from "./packets.js"
import { REPORT_BYTES } from "./report.js"
import { profileOf, recordingOf, titles } from "./ways.js"

const HEADER_BYTES = 40

const million = (instructions: number): string => (instructions / 1e6).toFixed(2)

/** Without bare ACKs, and without what opens TCP. */
const trafficOf = (one: PacketCase): Traffic => ({
    packetsTx: one.sentAfterTcp,
    packetsRx: one.receivedAfterTcp,
    bytesTx: one.sent.bytes - HEADER_BYTES * one.sent.acks,
    bytesRx: one.received.bytes - HEADER_BYTES * one.received.acks,
    roundTrips: one.roundTripsBeforeSleep,
})

/** "-" for what has not been counted. */
function costCells(work: Work | undefined, traffic: Traffic): string[] {
    if (work === undefined) return ["-", "-", "-"]
    return [million(allOf(work)), million(work.onceUp), energyMj(work, traffic).toFixed(1)]
}

const costTitles = ["M instructions", "once TCP is up", "mJ by estimate"]

function costTable({ cases }: PacketFigures, counted: readonly McuCase[]): Table {
    const work = (one: PacketCase) => {
        const { name, result } = recordingOf(one.way, one.result)
        const found = counted.find(
            (other) =>
                other.stack === "warmhello" && other.build === "size" && other.name === name && other.result === result,
        )
        return found === undefined ? undefined : workOf(found)
    }
    return {
        head: [
            ...["way", "profile", "result", "server", "round trips before data", "until sleep"],
            ...["packets sent", "received", "bytes sent", "received", ...costTitles],
        ],
        rows: cases.map((one) => {
            const traffic = trafficOf(one)
            return [
                ...[titles[one.way], profileOf(one.way), one.result, one.server],
                ...[one.roundTripsBeforeData, one.roundTripsBeforeSleep].map(String),
                ...[traffic.packetsTx, traffic.packetsRx, traffic.bytesTx, traffic.bytesRx].map(String),
                ...costCells(work(one), traffic),
            ]
        }),
    }
}

function segmentTable({ cases }: PacketFigures): Table {
    return {
        head: ["server", "way", "result", "bytes of TLS in each packet, from the server negative"],
        rows: cases.map((one) => [one.server, titles[one.way], one.result, one.segments.join(" ")]),
    }
}

/** What answers the report, and the goodbye: a packet each. */
const AFTER = { packets: 2, roundTrips: 2 }

/** A packet for each flight, but for a certificate chain, which takes two. */
function trafficByFlights(one: McuCase): Traffic {
    const packetsTx = Math.ceil(one.flights / 2) + AFTER.packets
    const packetsRx = Math.floor(one.flights / 2) + AFTER.packets
    return {
        ...{ packetsTx, packetsRx },
        bytesTx: one.bytesTx + REPORT_BYTES + HEADER_BYTES * packetsTx,
        bytesRx: one.bytesRx + REPORT_BYTES + HEADER_BYTES * packetsRx,
        roundTrips: Math.floor(one.flights / 2) + AFTER.roundTrips,
    }
}

function stackTable(counted: readonly McuCase[]): Table {
    return {
        head: ["handshake", "result", "stack", "round trips before data", ...costTitles],
        rows: counted
            .filter(({ build }) => build === "size")
            .sort((one, other) => (one.name + one.result < other.name + other.result ? -1 : 1))
            .map((one) => [
                ...[one.title, one.result, one.stack, String(Math.floor(one.flights / 2))],
                ...costCells(workOf(one), trafficByFlights(one)),
            ]),
    }
}

/** Differences from a resumption by TLS 1.3. */
function worthTable(counted: readonly McuCase[]): Table {
    const usual: Traffic = { packetsTx: 4, packetsRx: 5, bytesTx: 855, bytesRx: 854, roundTrips: 3 }
    const one = counted.find(
        ({ stack, build, name, result }) =>
            stack === "warmhello" && build === "size" && name === "tls13-x25519" && result === "resumed",
    )
    if (one === undefined) return { head: [], rows: [] }
    const work = workOf(one)
    const all = energyMj(work, usual)
    const less = (what: string, changed: Partial<Traffic>, onceUp = work.onceUp) => [
        what,
        (all - energyMj({ ...work, onceUp }, { ...usual, ...changed })).toFixed(2),
    ]
    return {
        head: ["less by", "mJ"],
        rows: [
            less("a round trip", { roundTrips: 2 }),
            less("a million instructions once TCP is up", {}, work.onceUp - 1e6),
            less("a packet sent, with no more than headers", { packetsTx: 3, bytesTx: 815 }),
            less("a packet received, with no more than headers", { packetsRx: 4, bytesRx: 814 }),
            less("100 bytes sent", { bytesTx: 755 }),
            less("100 bytes received", { bytesRx: 754 }),
        ],
    }
}

export function packetTables(report: PacketFigures): TitledTable[] {
    const counted = mcuCases()
    return [
        ["What a connect, its report and its answer cost", costTable(report, counted)],
        ["What each is worth, by the same estimate", worthTable(counted)],
        ["What is in each packet", segmentTable(report)],
        ["Beside other stacks: one certificate, a packet for each flight", stackTable(counted)],
    ]
}

// What one connection was on the wire: its packets, and how often the device waited for the server. What answers what is
// told by the order in which packets left and arrived, not by how long anything took.
import type { Packet } from "./link.js"

interface Side {
    /** From TCP's first packet to the moment that the device may sleep. */
    packets: number
    /** Of them, those with neither data nor the beginning or end of TCP: how many there are is the kernel's and chance. */
    acks: number
    /** Of all, with the headers of IP and TCP. */
    bytes: number
}

export interface Journey {
    sent: Side
    received: Side
    /** Without SYN, its answer and bare ACKs. */
    sentAfterTcp: number
    receivedAfterTcp: number
    /** How often the device waits for the server once TCP is up, before it sends its first application data. */
    roundTripsBeforeData: number
    /** The same until it may sleep. */
    roundTripsBeforeSleep: number
    /** Bytes of TLS in each packet in its order, from the device positive, from the server negative. */
    segments: number[]
}

export interface Moments {
    serverPort: number
    /** The device is done with the connection. */
    overNs: number
    /** Bytes of TLS that the device had sent before its first application data. */
    handshakeBytes: number
}

/** How deep a packet is in the exchange: one more than the deepest that its sender had received. */
function depths(packets: readonly Packet[], isSent: (packet: Packet) => boolean): Map<Packet, number> {
    const known = new Map<Packet, number>()
    for (const packet of packets) {
        const before = packets.filter((one) => isSent(one) !== isSent(packet) && one.arrivedNs <= packet.sentNs)
        known.set(packet, Math.max(-1, ...before.map((one) => known.get(one) ?? -1)) + 1)
    }
    return known
}

const isAck = ({ payload, flags }: Packet) => payload === 0 && flags.length === 1 && flags[0] === "ack"

function sideOf(packets: readonly Packet[]): Side {
    return {
        packets: packets.length,
        acks: packets.filter(isAck).length,
        bytes: packets.reduce((sum, { bytes }) => sum + bytes, 0),
    }
}

/** TCP itself takes one: its SYN, the answer, and what goes on. */
const TCP_DEPTH = 2
const roundTripsAt = (depth: number) => (depth - TCP_DEPTH) / 2

export function journeyOf(all: readonly Packet[], { serverPort, overNs, handshakeBytes }: Moments): Journey {
    const isSent = ({ to }: Packet) => to === serverPort
    const ordered = all
        .filter(({ from, to }) => from === serverPort || to === serverPort)
        .sort((one, other) => one.sentNs - other.sentNs)
    const depthOf = depths(ordered, isSent)
    const received = ordered.filter((packet) => !isSent(packet) && packet.arrivedNs <= overNs)
    const last = Math.max(...received.map((packet) => depthOf.get(packet) ?? 0))
    // What has left before it was over may be seen on the link after that; what answers a later packet may not count.
    const sent = ordered.filter((packet) => isSent(packet) && (depthOf.get(packet) ?? 0) <= last + 1)
    const synOf = ({ from }: Packet) =>
        sent.find((one) => one.from === from && one.flags.includes("syn"))?.sequence ?? 0
    const first = sent
        .filter(({ from }) => from === sent.at(-1)?.from) // of a second attempt, where there was one
        .find((one) => one.payload > 0 && (one.sequence + one.payload - synOf(one) - 1) >>> 0 > handshakeBytes)
    if (first === undefined) throw new Error("the device has sent no application data")
    return {
        ...{ sent: sideOf(sent), received: sideOf(received) },
        sentAfterTcp: sent.filter((packet) => !isAck(packet)).length - 1,
        receivedAfterTcp: received.filter((packet) => !isAck(packet)).length - 1,
        roundTripsBeforeData: roundTripsAt(depthOf.get(first) ?? 0),
        roundTripsBeforeSleep: roundTripsAt(last + 1),
        segments: ordered
            .filter((packet) => packet.payload > 0 && (sent.includes(packet) || received.includes(packet)))
            .map((packet) => (isSent(packet) ? packet.payload : -packet.payload)),
    }
}

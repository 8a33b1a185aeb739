// Where a handshake can be disturbed, taken from a good one.
import { expect } from "vitest"
import type { Direction, Fault, Step } from "#dev/network/fault-proxy.js"
import type { Identity } from "#dev/servers/identities.js"
import type { Server } from "#dev/servers/server.js"
import { RECORD_HEADER, records, type WireRecord } from "#dev/servers/wire.js"
import { boardIn, type Condition } from "../support/conditions.js"

export interface Position {
    at: number
    where: string
}

/** The records that the server sends in a good handshake in this condition.
 *
 * Give it an identity with RSA: its signatures always have the same length, so that positions in one handshake hold
 * for the next. */
async function handshakeIn(condition: Condition, server: Server, identity: Identity): Promise<WireRecord[]> {
    using board = await boardIn(condition, server, identity)
    const { visit, wire } = await board.wake()
    const handshakeSize = visit.outcome?.bytesRx ?? 0
    const handshake = records(wire.toClient.bytes).filter(({ end }) => end <= handshakeSize)
    expect(handshake.at(-1)?.end, "the handshake ends where a record does").toBe(handshakeSize)
    return handshake
}

const middle = ({ start, end }: WireRecord): number => Math.floor((start + end) / 2)

/** Before each record of the server's handshake and within each. */
export async function breakingPoints(condition: Condition, server: Server, identity: Identity): Promise<Position[]> {
    const handshake = await handshakeIn(condition, server, identity)
    return handshake.flatMap((record, index) => [
        { at: record.start, where: `before record ${index + 1} of ${handshake.length}` },
        { at: middle(record), where: `within record ${index + 1} of ${handshake.length}` },
    ])
}

/** Shorter records hold little but lengths, of which nobody can tell a wrong one from bytes that are still to come. */
const LONG_RECORD = 16

/** The first byte in each record of the server's handshake, and one in the middle. */
export async function flippingPoints(condition: Condition, server: Server, identity: Identity): Promise<Position[]> {
    const handshake = await handshakeIn(condition, server, identity)
    return handshake.flatMap((record, index) => {
        const where = `in record ${index + 1} of ${handshake.length}`
        const first = { at: record.start + RECORD_HEADER, where: `at the first byte ${where}` }
        if (record.end - record.start < LONG_RECORD) return [first]
        return [first, { at: middle(record), where: `in the middle ${where}` }]
    })
}

export function step(at: number, fault: Fault, direction: Direction = "toClient"): Step {
    return { direction, at, fault }
}

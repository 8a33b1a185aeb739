// The conditions in which a wake may meet a fault: either protocol, with a session stored or without.
import { expect } from "vitest"
import { Board, heldBytes, type Kind, type WakeOptions } from "#dev/interop/board.js"
import type { Direction, Fault, Step } from "#dev/network/fault-proxy.js"
import type { Identity } from "#dev/servers/identities.js"
import type { Seen, Server } from "#dev/servers/server.js"

export interface Condition {
    title: string
    kind: Kind
    stored: boolean
}

export const conditions: Condition[] = [
    { title: "TLS 1.2, nothing stored", kind: "ticket", stored: false },
    { title: "TLS 1.2, with a session", kind: "ticket", stored: true },
    { title: "TLS 1.3, nothing stored", kind: "psk", stored: false },
    { title: "TLS 1.3, with a session", kind: "psk", stored: true },
]

export function step(at: number, fault: Fault, direction: Direction = "toClient"): Step {
    return { direction, at, fault }
}

/** A board in that condition, before the wake that matters. */
export async function boardIn(condition: Condition, server: Server, identity: Identity): Promise<Board> {
    const board = await Board.create(server, identity.ca, condition.kind)
    if (condition.stored) expect((await board.wake()).visit.outcome).toMatchObject({ result: "full", stored: "rtc" })
    return board
}

/** A wake after which wolfSSL holds no more memory than before. */
export async function wakeWithoutLeak(board: Board, options: WakeOptions = {}): Promise<Seen> {
    const before = heldBytes()
    const seen = await board.wake(options)
    expect(heldBytes(), "bytes that wolfSSL holds after the wake").toBe(before)
    return seen
}

/** The next wake, undisturbed: the app gets its answer. */
export async function expectNextWakeSucceeds(board: Board): Promise<Seen> {
    board.proxy.plan()
    const next = await wakeWithoutLeak(board)
    expect(next.visit).toMatchObject({ error: null, closedByServer: true, attempts: 1 })
    expect(next.visit.reply.toString()).toContain("200 OK")
    return next
}

/** What the app sees of a fault within this time counts as reported at once, on a busy machine too. */
export const AT_ONCE_MS = 1000

// One table for every body of the core: whatever a server does, a connect ends within the same deadline and with the same
// words.
import { describe, expect, test } from "vitest"
import { type HostileKind, type HostileServer, hostileKinds } from "./servers/hostile.js"
import { titled } from "./titled.js"

/** How one connect of a device ended. */
export interface Ended {
    /** The message without "host:port: "; null when it opened. */
    problem: string | null
    /** As the outcome has it, if it opened. */
    result?: string | undefined
    /** From the connect to its opening or its error; undefined where the body cannot tell. */
    durationMs?: number | undefined
}

export interface Body {
    /** What limits a connect that meets silence, in milliseconds. */
    deadlineMs: number
    /** So much more a connect may take on a busy machine, a device's own work included. */
    slackMs: number
    /** So much less it may seem to last, if it is not seen from its beginning. */
    earlyMs?: number
    /** It goes on by itself, and cannot be had for one connect alone. */
    alwaysTwice?: boolean
    /** Has so many connects with the server, one after the other, on one device that has no session before. */
    connects(server: HostileServer, count: number): Promise<Ended[]>
}

/** Timers may be early by the fraction of a millisecond that their clock does not show. */
const EARLY_MS = 2

/** A slow server takes this part of the deadline: the second attempt joins at half of it. */
const SLOW = 0.7

const NAMES = ["warmhello.test", "localhost", "127.0.0.1"]

function expectEnd(
    kind: HostileKind,
    { deadlineMs, slackMs, earlyMs = EARLY_MS }: Body,
    { problem, durationMs }: Ended,
): void {
    expect(problem).toBe(kind.meaning)
    if (durationMs === undefined) return
    if (kind.takesAllTime) expect(durationMs).toBeGreaterThanOrEqual(deadlineMs - earlyMs)
    expect(durationMs).toBeLessThan(deadlineMs + slackMs)
}

/** The last connect, after those that the server served well, and how many TCP connections it made. */
async function lastConnect(kind: HostileKind, body: Body, wellFor: number): Promise<{ last: Ended; attempts: number }> {
    await using server = await kind.start({ wellFor, slowMs: SLOW * body.deadlineMs, names: NAMES })
    const ended = await body.connects(server, wellFor + 1)
    const last = ended.at(-1)
    if (ended.length !== wellFor + 1 || last === undefined) throw new Error(`it connected ${ended.length} times`)
    for (const { problem } of ended.slice(0, -1)) expect(problem).toBeNull()
    return { last, attempts: server.connections - wellFor }
}

/** A refused TCP connection is none that the server could count. */
const counted = (kind: HostileKind, attempts: number) => (kind.word === "connection-refused" ? 0 : attempts)

export function describeHostileServers(title: string, body: Body): void {
    const patienceMs = 3 * (body.deadlineMs + body.slackMs) + 60_000

    describe.each(titled(hostileKinds, "title"))(`${title}: a server that %s`, (_, kind) => {
        test.skipIf(body.alwaysTwice === true)("without a session", { timeout: patienceMs }, async () => {
            const { last, attempts } = await lastConnect(kind, body, 0)
            expectEnd(kind, body, last)
            expect(attempts).toBe(counted(kind, 1))
        })

        test("with a session to offer", { timeout: patienceMs }, async () => {
            const { last, attempts } = await lastConnect(kind, body, 1)
            expectEnd(kind, body, last)
            expect(attempts).toBe(counted(kind, kind.attemptsWithSession))
            if (kind.word === null && last.result !== undefined) expect(last.result).toBe("resumed")
        })
    })
}

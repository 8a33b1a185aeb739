// What a wake must be like, in everybody's view: the client's, the server's own, and that of the wire.
import { expect } from "vitest"
import type { Kind } from "#dev/interop/board.js"
import type { Seen, Server } from "#dev/servers/server.js"
import { helloSaysResumed } from "#dev/servers/wire.js"
import type { Reason } from "#warmhello/base/core-codes.js"

async function expectWake(server: Server, seen: Seen, resumed: boolean, attempts?: number): Promise<void> {
    expect(seen.visit.error).toBeNull()
    const usual = seen.visit.outcome?.reason === "fallback" ? 2 : 1
    expect(seen.visit.attempts, "TCP connections").toBe(attempts ?? usual)
    expect(server.isAnswer(seen.visit.reply), "the server answers as it should").toBe(true)
    expect(helloSaysResumed(seen.wire.toClient.bytes), "the server's hello says resumed").toBe(resumed)
    const said = await server.saysResumed(seen)
    if (said !== undefined) expect(said, "the server says resumed").toBe(resumed)
}

/** `attempts`: TCP connections, unless there are as many as the reason says. */
export async function expectFull(server: Server, seen: Seen, reason: Reason, attempts?: number): Promise<void> {
    expect(seen.visit.outcome).toMatchObject({ result: "full", reason })
    await expectWake(server, seen, false, attempts)
}

export async function expectResumed(server: Server, seen: Seen, kind: Kind): Promise<void> {
    expect(seen.visit.outcome).toMatchObject({ result: "resumed", reason: "accepted", kind })
    await expectWake(server, seen, true)
}

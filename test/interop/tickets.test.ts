// How many tickets a server hands out, and when.
import { describe, expect, test } from "vitest"
import { Board } from "#dev/interop/board.js"
import { startGnutls } from "#dev/servers/gnutls.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import type { Server } from "#dev/servers/server.js"
import { records } from "#dev/servers/wire.js"
import { expectFull, expectResumed } from "./expectations.js"

// The lengths of all that a server with an RSA certificate sends are the same each time.
const identity = await createIdentity("an RSA certificate")
const options = { identity: identity.server }

describe("a server that hands out no ticket", () => {
    const silent: [string, () => Promise<Server>][] = [
        ["OpenSSL", () => startOpenssl({ ...options, tickets13: 0 })],
        ["nginx", () => startNginx({ ...options, tickets13: 0 })],
        ["GnuTLS", () => startGnutls({ ...options, tickets: false })],
    ]

    test.each(silent)("%s, TLS 1.3: each wake is full and nothing is stored", async (_, start) => {
        using server = await start()
        using board = await Board.create(server, identity.ca, "psk")
        for (let wake = 1; wake <= 2; wake++) {
            const seen = await board.wake()
            await expectFull(server, seen, "none")
            expect(seen.visit.outcome?.stored).toBeNull()
        }
    })

    const stateful: [string, () => Promise<Server>][] = [
        ["OpenSSL", () => startOpenssl({ ...options, tickets: false })],
        ["nginx", () => startNginx({ ...options, tickets: false })],
        ["GnuTLS", () => startGnutls({ ...options, tickets: false })],
    ]

    test.each(stateful)("%s, TLS 1.2: a client that would take one resumes by session ID", async (_, start) => {
        using server = await start()
        using board = await Board.create(server, identity.ca, "ticket")
        await expectFull(server, await board.wake(), "none")
        await expectResumed(server, await board.wake(), "id")
        await expectResumed(server, await board.wakeInNewProcess(), "id")
    })

    test("OpenSSL without stateless tickets, TLS 1.3: its tickets name sessions that it keeps", async () => {
        using server = await startOpenssl({ ...options, tickets: false })
        using board = await Board.create(server, identity.ca, "psk")
        await expectFull(server, await board.wake(), "none")
        await expectResumed(server, await board.wake(), "psk")
        await expectResumed(server, await board.wake(), "psk")
    })
})

test.each([1, 2])("a server that hands out %i tickets at once: every later wake resumes", async (tickets13) => {
    using server = await startOpenssl({ ...options, tickets13 })
    using board = await Board.create(server, identity.ca, "psk")
    const full = await board.wake()
    await expectFull(server, full, "none")
    const beside = 6 + 2 // records: the server's flight up to Finished, the answer, close_notify
    expect(records(full.wire.toClient.bytes).length - beside, "tickets on the wire").toBe(tickets13)
    for (let wake = 2; wake <= 4; wake++) await expectResumed(server, await board.wake(), "psk")
})

/** Of OpenSSL's answer to a full TLS 1.3 handshake: where its flight up to Finished ends. */
function endOfFlight(toClient: Buffer): number {
    return records(toClient)[5]?.end ?? Number.NaN
}

test("a server whose tickets come with the first application data and not before: the next wake resumes", async () => {
    using server = await startOpenssl(options)
    using board = await Board.create(server, identity.ca, "psk")
    const early = await board.wake()
    const requestEnd = records(early.wire.toServer.bytes).at(-2)?.end ?? Number.NaN // close_notify follows it
    using late = await Board.create(server, identity.ca, "psk")
    const hold = { do: "hold", untilOther: requestEnd } as const
    late.proxy.plan([{ direction: "toClient", at: endOfFlight(early.wire.toClient.bytes), fault: hold }])
    const full = await late.wake()
    await expectFull(server, full, "none")
    expect(full.wire.toClient.faults, "the tickets were held back").toBe(1)
    expect(full.visit.outcome?.stored).toBe("rtc")
    await expectResumed(server, await late.wakeInNewProcess(), "psk")
})

test("a server whose tickets never arrive: the wake succeeds, and the next is full", async () => {
    using server = await startNginx(options)
    using board = await Board.create(server, identity.ca, "psk")
    const whole = await board.wake()
    using without = await Board.create(server, identity.ca, "psk")
    const cut = { do: "cut", by: "fin" } as const
    without.proxy.plan([{ direction: "toClient", at: endOfFlight(whole.wire.toClient.bytes), fault: cut }])
    const broken = await without.wake()
    expect(broken.visit).toMatchObject({ opened: true, error: "truncated" })
    await expectFull(server, await without.wake(), "none")
})

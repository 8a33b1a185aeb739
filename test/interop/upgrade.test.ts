// A server of TLS 1.2 learns TLS 1.3 while a device has a session of TLS 1.2.
import { expect, test } from "vitest"
import { Board, type Seen } from "#dev/interop/board.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import type { Server } from "#dev/servers/server.js"
import { expectFull, expectResumed } from "./expectations.js"

const identity = await createIdentity("an ECDSA certificate")
const both = { minVersion: "1.2", maxVersion: "1.3" } as const

const putAside = { protocol: "TLS1.2", stored: null, storeError: "upgrade" }

async function expectTls13(server: Server, board: Board): Promise<void> {
    const asked: Seen = await board.wake()
    expect(asked.visit.outcome).toMatchObject({ result: "full", protocol: "TLS1.3" })
    await expectResumed(server, await board.wake(), "psk")
}

test("s_server is restarted with both versions: the wake after the one that is refused has TLS 1.3", async () => {
    let hasTls13 = false
    using server = await startOpenssl({ identity: identity.server, hasTls13: () => hasTls13 })
    using board = await Board.create(server, identity.ca, "ticket", both)
    await expectFull(server, await board.wake(), "none")
    await expectResumed(server, await board.wake(), "ticket")
    hasTls13 = true
    await server.restart()
    const refused = await board.wake()
    await expectFull(server, refused, "refused")
    expect(refused.visit.outcome).toMatchObject(putAside)
    await expectTls13(server, board)
})

test("nginx has both versions now and still resumes TLS 1.2: the next wake has TLS 1.3", async () => {
    let hasTls13 = false
    const keepsTicketKey = true
    using server = await startNginx({ identity: identity.server, keepsTicketKey, hasTls13: () => hasTls13 })
    using board = await Board.create(server, identity.ca, "ticket", both)
    await expectFull(server, await board.wake(), "none")
    await server.restart()
    await expectResumed(server, await board.wake(), "ticket")
    hasTls13 = true
    await server.restart()
    const marked = await board.wake()
    await expectResumed(server, marked, "ticket")
    expect(marked.visit.outcome).toMatchObject(putAside)
    await expectTls13(server, board)
})

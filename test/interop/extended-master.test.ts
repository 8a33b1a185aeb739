// Servers whose TLS 1.2 lacks the extended master secret (RFC 7627), as Erlang's does.
import { describe, expect, test } from "vitest"
import { Board, type Kind } from "#dev/interop/board.js"
import { startGnutls } from "#dev/servers/gnutls.js"
import { createIdentity } from "#dev/servers/identities.js"
import { expectFull, expectResumed } from "./expectations.js"

const identity = await createIdentity("an ECDSA certificate")
const start = () => startGnutls({ identity: identity.server, extendedMasterSecret: false })
const kinds: Kind[] = ["id", "ticket"]

describe.each(kinds)("GnuTLS without extended master secret, %s", (kind) => {
    test("nothing is kept, and the outcome says why", async () => {
        using server = await start()
        using board = await Board.create(server, identity.ca, kind)
        for (const reason of ["none", "no-extended-master-secret"] as const) {
            const seen = await board.wake()
            await expectFull(server, seen, reason)
            expect(seen.visit.outcome).toMatchObject({ stored: null, storeError: "no-extended-master-secret" })
        }
    })

    test("it resumes where that is allowed", async () => {
        using server = await start()
        const policy = { withoutExtendedMasterSecret: true }
        using board = await Board.create(server, identity.ca, kind, { policy })
        await expectFull(server, await board.wake(), "none")
        await expectResumed(server, await board.wake(), kind)
        await expectResumed(server, await board.wakeInNewProcess(), kind)
    })
})

test("its TLS 1.3 has no need of it", async () => {
    using server = await start()
    using board = await Board.create(server, identity.ca, "psk")
    await expectFull(server, await board.wake(), "none")
    await expectResumed(server, await board.wake(), "psk")
})

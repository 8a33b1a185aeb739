// Real servers whose TLS 1.2 lacks the extended master secret (RFC 7627): Erlang's, which RabbitMQ and EMQX speak, and
// that of Go before 1.21, in Debian's Caddy.
import { describe, expect, test } from "vitest"
import { Board, type Kind } from "#dev/interop/board.js"
import { caddy } from "#dev/servers/caddy.js"
import { erlangStateful } from "#dev/servers/erlang.js"
import { createIdentity } from "#dev/servers/identities.js"
import { expectFull, expectResumed } from "./expectations.js"

const identity = await createIdentity()
const servers = [
    { ...erlangStateful, kind: "id" },
    { ...caddy, kind: "ticket" },
] as const satisfies { kind: Kind }[]

describe.each(servers)("$name, by $kind", ({ start, kind }) => {
    test("nothing is kept, and the outcome says why", async () => {
        using server = await start({ identity: identity.server })
        using board = await Board.create(server, identity.ca, kind)
        for (const reason of ["none", "no-extended-master-secret"] as const) {
            const seen = await board.wake()
            await expectFull(server, seen, reason)
            expect(seen.visit.outcome).toMatchObject({ stored: null, storeError: "no-extended-master-secret" })
        }
    })

    test("it resumes where that is allowed, and goes in full after a restart", async () => {
        using server = await start({ identity: identity.server })
        const policy = { withoutExtendedMasterSecret: true }
        using board = await Board.create(server, identity.ca, kind, { policy })
        await expectFull(server, await board.wake(), "none")
        await expectResumed(server, await board.wake(), kind)
        await expectResumed(server, await board.wakeInNewProcess(), kind)
        await server.restart()
        await expectFull(server, await board.wake(), "refused")
        await expectResumed(server, await board.wake(), kind)
    })

    test("its TLS 1.3 has no need of it", async () => {
        using server = await start({ identity: identity.server })
        using board = await Board.create(server, identity.ca, "psk")
        await expectFull(server, await board.wake(), "none")
        await expectResumed(server, await board.wake(), "psk")
    })
})

// Between two wakes somebody else comes to answer on the server's host and port. The session is offered all the same,
// since host, port and CA are what it is tied to. That gives nothing away: nobody without its secret can resume it, so
// a full handshake follows on the same connection, and the certificate is judged as if nothing had been stored.

import { afterAll, describe, expect, test } from "vitest"
import { Board, type Kind, kinds } from "#dev/interop/board.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import type { Seen, Server } from "#dev/servers/server.js"
import { createCertificateAuthority } from "#warmhello/sim/certificates.js"
import { expectFull, expectResumed } from "../interop/expectations.js"
import { wakeWithoutLeak } from "../support/conditions.js"
import { titled } from "../support/titled.js"

const DAY_MS = 24 * 60 * 60 * 1000
const names = ["localhost", "127.0.0.1"]

const authority = await createCertificateAuthority("warmhello test root", "ecdsa")
const stranger = await createCertificateAuthority("somebody else's root", "ecdsa")
const yesterday = { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) }

const trueServer = await startOpenssl({ identity: await authority.issue({ names }) })
const another = await startOpenssl({ identity: await authority.issue({ names }) })
const impostors = [
    {
        who: "with another name from the same CA",
        error: "wrong-name",
        server: await startOpenssl({ identity: await authority.issue({ names: ["other.test"] }) }),
    },
    {
        who: "with the right name from another CA",
        error: "untrusted",
        server: await startOpenssl({ identity: await stranger.issue({ names }) }),
    },
    {
        who: "with a certificate that has expired",
        error: "certificate-expired",
        server: await startOpenssl({ identity: await authority.issue({ names, ...yesterday }) }),
    },
] as const
afterAll(() => {
    for (const { server } of [{ server: trueServer }, { server: another }, ...impostors]) server[Symbol.dispose]()
})

const newBoard = (server: Server, kind: Kind): Promise<Board> => Board.create(server, authority.certificate, kind)

async function boardWithSession(kind: Kind): Promise<Board> {
    const board = await newBoard(trueServer, kind)
    await expectFull(trueServer, await board.wake(), "none")
    return board
}

/** What the app and a log would tell of a wake that failed. */
function failureOf({ visit }: Seen) {
    const { error, attempts, opened, outcome } = visit
    return { error, attempts, opened, result: outcome?.result, wolfsslError: outcome?.wolfsslError }
}

describe.each(Object.keys(kinds) as Kind[])("with a session (%s), the server is replaced", (kind) => {
    describe.each(titled(impostors, "who"))("by one %s", (_, { server, error }) => {
        test("the connect fails as it does without a session", async () => {
            using fresh = await newBoard(server, kind)
            const withoutSession = failureOf(await wakeWithoutLeak(fresh))
            expect(withoutSession).toMatchObject({ error, attempts: 1, opened: false, result: "failed" })

            using board = await boardWithSession(kind)
            using met = await board.metBy(server)
            const seen = await wakeWithoutLeak(met)
            expect(seen.visit.outcome?.kind, "what was offered").toBe(kind)
            expect(failureOf(seen)).toEqual(withoutSession)
        })

        test("the session is as good as before when the true server is back, or the spare ticket is", async () => {
            using board = await boardWithSession(kind)
            using met = await board.metBy(server)
            await met.wake()
            const back = await board.wake()
            await expectResumed(trueServer, back, kind)
            await expectResumed(trueServer, await board.wake(), kind)
        })

        test("in two wakes running, it costs one full handshake", async () => {
            using board = await boardWithSession(kind)
            using met = await board.metBy(server)
            await met.wake()
            expect((await met.wake()).visit.error).toBe(error)
            await expectFull(trueServer, await board.wake(), kind === "psk" ? "spent" : "suspect")
            await expectResumed(trueServer, await board.wake(), kind)
        })
    })

    test("by one that may: with the right name from the same CA it is accepted, by a full handshake", async () => {
        using board = await boardWithSession(kind)
        using met = await board.metBy(another)
        const seen = await wakeWithoutLeak(met)
        await expectFull(another, seen, "refused")
        expect(seen.visit.outcome?.kind, "what was offered").toBe(kind)
        await expectResumed(another, await met.wake(), kind)
        await expectFull(trueServer, await board.wake(), "refused")
        await expectResumed(trueServer, await board.wake(), kind)
    })

    test("not at all, but the port is another one: the session is not offered", async () => {
        using board = await boardWithSession(kind)
        const otherPort = board.withClient({ port: trueServer.port + 1 })
        const seen = await wakeWithoutLeak(otherPort)
        await expectFull(trueServer, seen, "other-binding")
        expect(seen.visit.outcome?.kind).toBeNull()
    })
})

// What holds for every server at hand: its part of the interop matrix, and that each kind of session resumes with each
// certificate and with each group.
import { expect, test } from "vitest"
import { Board, type Kind, kinds } from "#dev/interop/board.js"
import { runServer } from "#dev/interop/server-cells.js"
import { allCases, type Case } from "#dev/servers/cases.js"
import { createIdentity, type IdentityKind, identityKinds } from "#dev/servers/identities.js"
import type { Group, ServerKind, ServerOptions } from "#dev/servers/server.js"
import { expectFull, expectResumed } from "./expectations.js"

export type Start = (options: ServerOptions) => ReturnType<ServerKind["start"]>

const allKinds = Object.keys(kinds) as Kind[]

export function describeMatrix(server: ServerKind): void {
    test(`${server.name}: no cell of the interop matrix is a defect, and each resumes that should`, async () => {
        const { cells, defects } = await runServer(server, await server.version())
        expect(defects).toEqual([])
        const resumes: Case[] = ["same-process", "new-process", "client-certificate"]
        expect(cells.map(({ kind, case: which, resumed }) => [kind, which, resumed])).toEqual(
            allKinds.flatMap((kind) => allCases.map((which) => [kind, which, resumes.includes(which)])),
        )
    })
}

/** The matrix has the first of them. */
export function describeEveryCertificate({ name, start }: ServerKind): void {
    const [, ...others] = Object.keys(identityKinds) as IdentityKind[]
    test.each(others)(`${name} with %s: each kind of session resumes`, async (identityKind) => {
        const identity = await createIdentity(identityKind)
        using server = await start({ identity: identity.server })
        for (const kind of allKinds) {
            using board = await Board.create(server, identity.ca, kind)
            await expectFull(server, await board.wake(), "none")
            await expectResumed(server, await board.wake(), kind)
        }
    })
}

/** A server that takes suites with SHA-384 alone: a first hello has none of them. */
export function describeSha384Alone({ name, start }: ServerKind): void {
    test.each(allKinds)(`${name} with SHA-384 alone, %s: costs one more TCP connection, once`, async (kind) => {
        const identity = await createIdentity()
        using server = await start({ identity: identity.server, sha384Alone: true })
        using board = await Board.create(server, identity.ca, kind)
        const full = await board.wake()
        await expectFull(server, full, "none", 2)
        expect(full.visit.outcome?.cipher).toMatch(/SHA384$/)
        await expectResumed(server, await board.wake(), kind)
        await server.restart()
        await expectFull(server, await board.wake(), "refused")
        await expectResumed(server, await board.wake(), kind)
    })
}

export function describeEveryGroup({ name, start }: ServerKind): void {
    const groups: Group[] = ["x25519", "secp256r1"]
    test.each(groups)(`${name} with %s only: TLS 1.3 resumes without a retry of the hello`, async (group) => {
        const identity = await createIdentity()
        using server = await start({ identity: identity.server, group })
        using board = await Board.create(server, identity.ca, "psk")
        const full = await board.wake()
        await expectFull(server, full, "none")
        expect(full.visit.outcome?.group).toBe(group)
        const resumed = await board.wake()
        await expectResumed(server, resumed, "psk")
        expect(resumed.visit.outcome).toMatchObject({ group, flights: 3 })
    })
}

// What holds for every server: each kind of session resumes, with each certificate and group, in the same process
// and in a new one, and a restart of the server costs one full handshake.
import { describe, expect, test } from "vitest"
import { Board, type Kind, kinds } from "#dev/interop/board.js"
import { createIdentity, type Identity, type IdentityKind, identityKinds } from "#dev/servers/identities.js"
import type { Group, Server, ServerOptions } from "#dev/servers/server.js"
import { expectFull, expectResumed } from "./expectations.js"

export type Start = (options: ServerOptions) => Promise<Server>

const kindNames: Record<Kind, string> = { id: "TLS 1.2 session ID", ticket: "TLS 1.2 ticket", psk: "TLS 1.3 PSK" }
const allKinds = Object.keys(kinds) as Kind[]
const allIdentities = Object.keys(identityKinds) as IdentityKind[]

/** Made once, since an RSA key takes its time. */
const identities = new Map<IdentityKind, Promise<Identity>>()

function identityOf(kind: IdentityKind): Promise<Identity> {
    const identity = identities.get(kind) ?? createIdentity(kind)
    identities.set(kind, identity)
    return identity
}

/** `fallsBack`: kinds of session whose refusal by this server ends wolfSSL's handshake, and a second one follows. */
export function describeEveryKind(name: string, start: Start, fallsBack: Kind[] = []): void {
    describe.each(allKinds)(`${name}, %s`, (kind) => {
        for (const identityKind of allIdentities) {
            test(`resumes by ${kindNames[kind]} with ${identityKind}, also in a new process`, async () => {
                const identity = await identityOf(identityKind)
                using server = await start({ identity: identity.server })
                using board = await Board.create(server, identity.ca, kind)
                await expectFull(server, await board.wake(), "none")
                await expectResumed(server, await board.wake(), kind)
                await expectResumed(server, await board.wakeInNewProcess(), kind)
                await expectResumed(server, await board.wake(), kind)
            })
        }

        test("makes a full handshake once after the server's restart, and then resumes", async () => {
            const identity = await identityOf("an ECDSA certificate")
            using server = await start({ identity: identity.server })
            using board = await Board.create(server, identity.ca, kind)
            await expectFull(server, await board.wake(), "none")
            await server.restart()
            await expectFull(server, await board.wake(), fallsBack.includes(kind) ? "fallback" : "refused")
            await expectResumed(server, await board.wake(), kind)
        })
    })
}

/** A server that takes suites with SHA-384 alone: a first hello has none of them. */
export function describeSha384Alone(name: string, start: Start, fallsBack: Kind[] = []): void {
    test.each(allKinds)(`${name} with SHA-384 alone, %s: costs one more TCP connection, once`, async (kind) => {
        const identity = await identityOf("an ECDSA certificate")
        using server = await start({ identity: identity.server, sha384Alone: true })
        using board = await Board.create(server, identity.ca, kind)
        const full = await board.wake()
        await expectFull(server, full, "none", 2)
        expect(full.visit.outcome?.cipher).toMatch(/SHA384$/)
        await expectResumed(server, await board.wake(), kind)
        await server.restart()
        await expectFull(server, await board.wake(), fallsBack.includes(kind) ? "fallback" : "refused")
        await expectResumed(server, await board.wake(), kind)
    })
}

export function describeEveryGroup(name: string, start: Start): void {
    const groups: Group[] = ["x25519", "secp256r1"]
    test.each(groups)(`${name} with %s only: TLS 1.3 resumes without a retry of the hello`, async (group) => {
        const identity = await identityOf("an ECDSA certificate")
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

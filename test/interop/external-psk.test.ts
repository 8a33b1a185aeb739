// Greeted by an external pre-shared key: servers that know it, know another, or know none.
import { describe, expect, test } from "vitest"
import { Board, type Kind } from "#dev/interop/board.js"
import { startGnutls } from "#dev/servers/gnutls.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startMosquitto } from "#dev/servers/mosquitto.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import type { PskServerOptions, Seen, Server } from "#dev/servers/server.js"

const identity = await createIdentity()
const psk = { identity: "sensor-17", key: Buffer.alloc(32, 0x17) }
const ofAnotherKey = { ...psk, key: Buffer.alloc(32, 0x18) }
const ofAnotherName = { ...psk, identity: "sensor-18" }
type Psk = typeof psk

type Start = (options: PskServerOptions) => Promise<Server>
const servers: [string, Start][] = [
    ["OpenSSL", startOpenssl],
    ["GnuTLS", startGnutls],
    ["mosquitto", startMosquitto],
]
/** A listener of mosquitto has a certificate or keys, not both. */
const withCertificate = servers.filter(([name]) => name !== "mosquitto")

const kindOf = { "TLS1.2": "ticket", "TLS1.3": "psk" } as const satisfies Record<string, Kind>
const protocols = ["TLS1.2", "TLS1.3"] as const
type Protocol = (typeof protocols)[number]

const boardOf = (server: Server, protocol: Protocol, own: Psk) =>
    Board.create(server, identity.ca, kindOf[protocol], { psk: own })

function expectByPsk({ visit }: Seen, protocol: Protocol, server: Server): void {
    expect(visit).toMatchObject({ error: null, attempts: 1 })
    expect(visit.outcome).toMatchObject({ result: "full", kind: "external-psk", protocol, group: "x25519", cas: 0 })
    expect(server.isAnswer(visit.reply), "the server answers as it should").toBe(true)
}

function expectByCertificate({ visit }: Seen, server: Server, attempts: number): void {
    expect(visit).toMatchObject({ error: null, attempts })
    expect(visit.outcome).toMatchObject({ result: "full", kind: null, cas: 1 })
    expect(server.isAnswer(visit.reply), "the server answers as it should").toBe(true)
}

describe.each(servers)("%s, which knows the key and has no certificate", (_, start) => {
    const serve = () => start({ identity: identity.server, psk, pskAlone: true })

    test("TLS 1.3: each wake is by the key, and no session is kept beside it", async () => {
        using server = await serve()
        using board = await boardOf(server, "TLS1.3", psk)
        for (let wake = 1; wake <= 3; wake++) {
            const seen = await board.wake()
            expectByPsk(seen, "TLS1.3", server)
            expect(seen.visit.outcome).toMatchObject({ stored: null, storeError: "not-needed" })
        }
    })

    test("TLS 1.2: the first wake is by the key, and the next ones resume", async () => {
        using server = await serve()
        using board = await boardOf(server, "TLS1.2", psk)
        expectByPsk(await board.wake(), "TLS1.2", server)
        const { visit } = await board.wake()
        expect(visit.outcome).toMatchObject({ result: "resumed", kind: "ticket" })
    })

    test.each(protocols)("%s: nobody with another key gets in", async (protocol) => {
        using server = await serve()
        using board = await boardOf(server, protocol, ofAnotherKey)
        const { visit } = await board.wake()
        expect(visit).toMatchObject({ opened: false, error: "psk-refused", attempts: 2 })
    })

    test("a device that speaks both comes to TLS 1.3", async () => {
        using server = await serve()
        using board = await Board.create(server, identity.ca, "psk", { psk, minVersion: "1.2" })
        expectByPsk(await board.wake(), "TLS1.3", server)
    })
})

describe.each(withCertificate)("%s, which has a certificate as well", (name, start) => {
    const serve = () => start({ identity: identity.server, psk })

    test.each(protocols)("%s: the key goes first", async (protocol) => {
        using server = await serve()
        using board = await boardOf(server, protocol, psk)
        expectByPsk(await board.wake(), protocol, server)
    })

    test("TLS 1.3: a name that it does not know leads to its certificate", async () => {
        using server = await serve()
        using board = await boardOf(server, "TLS1.3", ofAnotherName)
        // GnuTLS ends the handshake there, which RFC 8446 4.2.11 allows and does not ask for.
        expectByCertificate(await board.wake(), server, name === "GnuTLS" ? 2 : 1)
    })

    test.each(protocols)(
        "%s: another key than its own costs a second connection, and then no more",
        async (protocol) => {
            using server = await serve()
            using board = await boardOf(server, protocol, ofAnotherKey)
            const always = board.withClient({ policy: { disabled: true } })
            expectByCertificate(await always.wake(), server, 2)
            for (let wake = 2; wake <= 4; wake++) expectByCertificate(await always.wake(), server, 1)
        },
    )

    test("is greeted by the next key once both sides have it, and is never out of reach", async () => {
        using before = await serve()
        using board = await boardOf(before, "TLS1.3", ofAnotherName) // rotated first
        expectByCertificate(await board.wake(), before, name === "GnuTLS" ? 2 : 1)
        using after = await start({ identity: identity.server, psk: ofAnotherName })
        const met = await board.metBy(after)
        const seen = await met.withClient({ policy: { disabled: true } }).wake()
        if (name === "GnuTLS") expectByCertificate(seen, after, 1)
        else expectByPsk(seen, "TLS1.3", after)
    })
})

describe.each(withCertificate)("%s, and a line that fails", (_, start) => {
    const accident = { direction: "toClient", at: 20 } as const
    const cut = { ...accident, fault: { do: "cut", by: "rst" } } as const

    test("accidents of hellos with a session do not cost the key, nor does one without, but two running do", async () => {
        using server = await start({ identity: identity.server, psk })
        using board = await boardOf(server, "TLS1.2", psk)
        const always = board.withClient({ policy: { disabled: true } })
        for (let times = 1; times <= 2; times++) {
            expectByPsk(await always.wake(), "TLS1.2", server)
            board.proxy.plan([cut])
            const { visit } = await board.wake() // which has the session of the wake before
            expect(visit).toMatchObject({ error: null, attempts: 2, outcome: { reason: "fallback", kind: null } })
        }
        board.proxy.plan([cut])
        expectByCertificate(await always.wake(), server, 2)
        expectByPsk(await always.wake(), "TLS1.2", server)
        for (let times = 1; times <= 2; times++) {
            board.proxy.plan([cut])
            expectByCertificate(await always.wake(), server, 2)
        }
        expectByCertificate(await always.wake(), server, 1)
    })
})

test("mosquitto without certificates for its keys is asked for one, and shows it", async () => {
    using server = await startMosquitto({ identity: identity.server })
    for (const protocol of protocols) {
        using board = await boardOf(server, protocol, psk)
        expectByCertificate(await board.wake(), server, 1)
    }
})

/** In no session of its own mosquitto remembers whose key it was (docs/INTEROP.md). */
test("mosquitto resumes TLS 1.2, and then knows no user; without sessions it does", async () => {
    using server = await startMosquitto({ identity: identity.server, psk, pskAlone: true })
    using board = await boardOf(server, "TLS1.2", psk)
    expectByPsk(await board.wake(), "TLS1.2", server)
    expect(server.isAnswer((await board.wake()).visit.reply)).toBe(false)
    const always = board.withClient({ policy: { disabled: true } })
    for (let wake = 1; wake <= 2; wake++) expectByPsk(await always.wake(), "TLS1.2", server)
})

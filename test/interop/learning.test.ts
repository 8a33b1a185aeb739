// What a device learns of real servers, wake by wake: from which one on it asks for nothing in vain, and that it learns
// anew when the server changes.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { Board } from "#dev/interop/board.js"
import { createIdentity } from "#dev/servers/identities.js"
import { startNginx } from "#dev/servers/nginx.js"
import { startOpenssl } from "#dev/servers/openssl.js"
import type { ClientOptions } from "#warmhello/core/client.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "../ts/support/command.js"
import { appFile } from "../ts/support/compile-apps.js"

const identity = await createIdentity()
const servers = [
    { name: "OpenSSL s_server", start: startOpenssl },
    { name: "nginx", start: startNginx },
]

/** Of a full or a resumed handshake of TLS 1.3; a HelloRetryRequest adds two. */
const FLIGHTS = 3
const FLIGHTS_RETRIED = 5

const frugal = { policy: { profile: "frugal" } } satisfies Partial<ClientOptions>

/** What one wake came to, in a few words. */
async function wake(board: Board): Promise<string> {
    const { visit } = await board.wake()
    const { outcome } = visit
    if (visit.error !== null || outcome === undefined) return `failed: ${visit.error}`
    const exchange = outcome.group === null ? "without a key exchange" : outcome.group
    const retried = outcome.flights >= FLIGHTS_RETRIED ? ", retried" : ""
    expect([FLIGHTS, FLIGHTS_RETRIED]).toContain(outcome.flights)
    return `${outcome.result}, ${exchange}${retried}`
}

async function wakes(board: Board, count: number): Promise<string[]> {
    const seen: string[] = []
    while (seen.length < count) seen.push(await wake(board))
    return seen
}

describe.each(servers)("$name", ({ start }) => {
    test.each(["P-256", "P-384"])(
        "with %s alone asks for another key once, also where it forgets sessions",
        async (group) => {
            using server = await start({ identity: identity.server, groups: () => group })
            using board = await Board.create(server, identity.ca, "psk")
            const name = { "P-256": "secp256r1", "P-384": "secp384r1" }[group]
            expect(await wake(board)).toBe(`full, ${name}, retried`)
            for (let restart = 0; restart < 3; restart++) {
                await server.restart()
                expect(await wake(board)).toBe(`full, ${name}`)
                expect(await wake(board)).toBe(`resumed, ${name}`)
            }
        },
    )

    test("that gets another group is followed at once", async () => {
        let group = "P-384"
        using server = await start({ identity: identity.server, groups: () => group })
        using board = await Board.create(server, identity.ca, "psk")
        expect(await wakes(board, 2)).toEqual(["full, secp384r1, retried", "resumed, secp384r1"])
        group = "X25519"
        await server.restart()
        expect(await wakes(board, 2)).toEqual(["full, x25519, retried", "resumed, x25519"])
        await server.restart()
        expect(await wakes(board, 2)).toEqual(["full, x25519", "resumed, x25519"])
    })

    test("that takes psk_ke resumes the frugal profile without a key exchange", async () => {
        using server = await start({ identity: identity.server, takesPskKe: () => true })
        using board = await Board.create(server, identity.ca, "psk", frugal)
        const resumed = Array<string>(4).fill("resumed, without a key exchange")
        expect(await wakes(board, 5)).toEqual(["full, x25519", ...resumed])
    })

    test("that refuses psk_ke costs one full handshake, and no further round trip", async () => {
        using server = await start({ identity: identity.server })
        using board = await Board.create(server, identity.ca, "psk", frugal)
        const resumed = Array<string>(3).fill("resumed, x25519")
        expect(await wakes(board, 5)).toEqual(["full, x25519", "full, x25519", ...resumed])
    })

    test("that refuses psk_ke by now is asked twice, and then for a key exchange", async () => {
        let takesPskKe = true
        using server = await start({ identity: identity.server, takesPskKe: () => takesPskKe })
        using board = await Board.create(server, identity.ca, "psk", frugal)
        expect(await wakes(board, 2)).toEqual(["full, x25519", "resumed, without a key exchange"])
        takesPskKe = false
        await server.restart()
        expect(await wakes(board, 4)).toEqual([
            "full, x25519, retried",
            "full, x25519",
            "resumed, x25519",
            "resumed, x25519",
        ])
    })
})

/** So that it is the device that closes. */
const keptAlive = [{ send: Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), until: 20 }]

test("nginx without tickets is waited for in the first wake alone", async () => {
    using server = await startNginx({ identity: identity.server, tickets13: 0 })
    using board = await Board.create(server, identity.ca, "psk")
    const decisions = []
    for (let n = 0; n < 4; n++) {
        const { visit } = await board.wake({ exchange: keptAlive })
        decisions.push([visit.error, visit.outcome?.ticketWait, visit.outcome?.ticketWaitMs])
    }
    expect(decisions).toEqual([[null, "pays", 250], ...Array(3).fill([null, "in-vain", 0])])
})

describe("warmhello simulate --explain", () => {
    const folder = temporaryFolder()
    const ca = join(folder, "ca.pem")
    writeFileSync(ca, identity.ca)

    const simulate = (port: number, ...flags: string[]) =>
        warmhello(
            ...["simulate", appFile("gets"), "--server", `localhost:${port}`, "--ca", ca, "--cycles", "4"],
            ...[...flags, "--explain"],
        )

    test("tells what was asked, refused and learned, and from which wake on nothing is in vain", async () => {
        using server = await startOpenssl({ identity: identity.server, groups: () => "P-384", tickets13: 0 })
        const { stdout, code } = await simulate(server.port)
        expect(code).toBe(0)
        expect(stdout.match(/one round trip more for another key/g)).toHaveLength(1)
        expect(stdout.match(/known of the server: no tickets .*, wants a key of secp384r1/g)).toHaveLength(4)
        expect(stdout).toContain("A round trip more for another key in wake 1;")
    })

    test("tells of early data that were taken and cost the ticket, and why none leave", async () => {
        let most = 4096
        using server = await startNginx({ identity: identity.server, earlyDataMax: () => most })
        // It closes once it has answered, before the end of the handshake, which its ticket waits for.
        const taken = await simulate(server.port, "--early-data")
        expect(taken.stdout).toMatch(/full .*\n *asked with no session: in full\n/)
        expect(taken.stdout).toMatch(
            /asked with a session \(psk\) and early data: resumed, early data accepted; no ticket came beside early data/,
        )
        expect(taken.stdout.match(/early data accepted/g)).toHaveLength(1)
        most = 0
        await server.restart()
        const without = await simulate(server.port, "--early-data")
        expect(without.stdout.match(/resumed; no early data, as its ticket allows none/g)).toHaveLength(3)
        expect((await simulate(server.port)).stdout).not.toContain("early data")
    })

    test("tells of a session without a key exchange, and of one that was refused", async () => {
        let takesPskKe = true
        using server = await startOpenssl({ identity: identity.server, takesPskKe: () => takesPskKe })
        const taken = await simulate(server.port, "--profile", "frugal")
        expect(taken.stdout.match(/asked with a session \(psk\): resumed, without a key exchange/g)).toHaveLength(3)
        takesPskKe = false
        await server.restart()
        const refused = await simulate(server.port, "--profile", "frugal")
        expect(refused.stdout).toMatch(/in full, refused\n.*known of the server: no psk_ke/)
        expect(refused.stdout).toContain("4 wakes: 2 full, 2 resumed, 0 failed")
    })
})

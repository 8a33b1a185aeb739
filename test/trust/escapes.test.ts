// Ways out of a narrow trust, for who holds the key of a CA with limits or of a certificate that was pinned: each was open
// once, and must stay shut.
import { expect, test } from "vitest"
import { Client } from "#warmhello/core/client.js"
import { losePower } from "#warmhello/core/platform.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"
import { authorityCertificate, type Certificate, HOST, serverCertificate } from "./certificates.js"
import { visitWith } from "./clients.js"
import {
    authorityKeyIdentifier,
    basicConstraints,
    digitalSignature,
    keyIdentifier,
    keyUsage,
    nameConstraints,
    subjectKeyIdentifier,
} from "./extensions.js"
import { keysOf } from "./keys.js"
import { serveChains } from "./servers.js"
import { type Row, table } from "./table.js"

const SUBJECT_KEY = "2.5.29.14"
const AUTHORITY_KEY = "2.5.29.35"
const NARROW = nameConstraints({ permitted: [{ dNSName: "example.com" }] })
const withoutId = { without: [AUTHORITY_KEY] }

const below = (issuer: Certificate, subject: string, more = {}) => authorityCertificate({ issuer, subject, ...more })

const rows: readonly Row[] = [
    {
        title: "a CA with constraints gives itself a second certificate without them",
        says: "bad-certificate",
        make: () => {
            const root = authorityCertificate()
            const narrow = below(root, "Narrow", { extensions: [NARROW] })
            const wide = below(narrow, "Narrow")
            return { sent: [serverCertificate({ issuer: wide }), wide, narrow], trusted: [root] }
        },
    },
    {
        title: "a CA with a path length gives itself a second certificate without one",
        says: "bad-certificate",
        make: () => {
            const root = authorityCertificate()
            const short = below(root, "Short", { extensions: [basicConstraints(true, 1)] })
            const long = below(short, "Short")
            const first = below(long, "First")
            const second = below(first, "Second")
            return { sent: [serverCertificate({ issuer: second }), second, first, long, short], trusted: [root] }
        },
    },
    {
        title: "a CA under constraints hides their CA behind another of its name",
        says: "bad-certificate",
        make: () => {
            const root = authorityCertificate()
            const narrow = below(root, "Narrow", { extensions: [NARROW] })
            const inside = below(narrow, "Inside")
            const namesake = below(inside, "Narrow")
            const decoy = below(namesake, "Decoy", withoutId)
            return { sent: [serverCertificate({ issuer: inside }), decoy, namesake, inside, narrow], trusted: [root] }
        },
    },
    ...[1, 2, 3, 4].map(
        (draw): Row => ({
            title: `a CA under constraints signs another of its issuer's name (${draw})`,
            says: "bad-certificate",
            make: () => {
                const root = authorityCertificate()
                const narrow = below(root, "Narrow", { extensions: [NARROW] })
                const inside = below(narrow, "Inside")
                const nameless = below(inside, "Nameless", withoutId)
                const namesake = below(nameless, "Inside")
                return {
                    sent: [serverCertificate({ issuer: nameless }), namesake, nameless, inside, narrow],
                    trusted: [root],
                }
            },
        }),
    ),
    {
        title: "a pinned certificate that may not sign is sent along, under another name for its key",
        says: "untrusted",
        make: () => {
            const pinned = authorityCertificate({ without: [SUBJECT_KEY], extensions: [keyUsage(digitalSignature)] })
            const misnaming = serverCertificate({
                issuer: pinned,
                extensions: [authorityKeyIdentifier({ keyIdentifier: Buffer.from("another key") })],
            })
            return { sent: [serverCertificate({ issuer: pinned }), pinned, misnaming], trusted: [pinned] }
        },
    },
]
table("escapes", rows)

const clientOf = (trusted: Certificate, port: number) =>
    new Client({
        ...{ host: HOST, port, ca: Buffer.from(trusted.pem), minVersion: "1.2", maxVersion: "1.3", tickets: true },
        policy: { disabled: true },
    })

test("a forged certificate that misnames the root's key spoils no root whose key is named by SHA-256", async () => {
    losePower()
    const keys = keysOf("authority", "ECDSA P-256")
    const identifier = keyIdentifier(keys.publicKey, "sha256")
    const root = authorityCertificate({
        keys,
        extensions: [basicConstraints(true, 0), subjectKeyIdentifier(identifier)],
    })
    const leaf = serverCertificate({
        issuer: root,
        extensions: [authorityKeyIdentifier({ keyIdentifier: identifier })],
    })
    const impostorsRoot = authorityCertificate({ subject: root.subject, keys: keysOf("impostor") })
    const forged = authorityCertificate({
        issuer: impostorsRoot,
        extensions: [authorityKeyIdentifier({ keyIdentifier: Buffer.from("another key") })],
    })
    await using server = await serveChains([[leaf]])
    await using impostor = await serveChains([[serverCertificate({ issuer: impostorsRoot }), forged]])
    using client = clientOf(root, server.port)
    expect((await visitWith(client, server.port)).says).toBe("open")
    expect((await visitWith(client, impostor.port)).says).not.toBe("open")
    expect((await visitWith(client, server.port)).says).toBe("open")
})

test("an intermediate is forgotten though another connection of the client is still open", async () => {
    losePower()
    const root = authorityCertificate()
    const between = authorityCertificate({ issuer: root })
    const leaf = serverCertificate({ issuer: between })
    await using whole = await serveChains([[leaf, between]])
    await using alone = await serveChains([[leaf]])
    using client = clientOf(root, whole.port)
    const open = new TlsSocket(client, { host: "127.0.0.1", port: whole.port, connectTimeoutMs: 5000 })
    const closed = new Promise<void>((done) => open.once("closed", done))
    await new Promise<void>((opened, failed) => {
        open.once("open", opened)
        open.once("error", failed)
        open.connect()
    })
    expect((await visitWith(client, alone.port)).says).toBe("untrusted")
    open.close()
    await closed
})

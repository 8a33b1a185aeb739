// Keys and signatures: what the client can verify is what it offers, and the other way round.
import { authorityCertificate, type CertificateOptions, serverCertificate } from "./certificates.js"
import { type Hash, type KeyKind, keysOf } from "./keys.js"
import { type Case, NOTHING_IN_COMMON, type Row, type Says } from "./table.js"

interface Signed {
    ca: KeyKind
    leaf: KeyKind
    hash?: Hash
    pss?: boolean
}

function signed({ ca, leaf, hash, pss }: Signed): Case {
    const root = authorityCertificate({ keys: keysOf("root", ca) })
    const how = { ...(hash && { hash }), ...(pss !== undefined && { pss }) }
    return { sent: [serverCertificate({ issuer: root, keys: keysOf("server", leaf), ...how })], trusted: [root] }
}

/** Root, intermediate, server. */
function chained(root: KeyKind, between: KeyKind, leaf: KeyKind, options: CertificateOptions = {}): Case {
    const anchor = authorityCertificate({ keys: keysOf("root", root) })
    const issuer = authorityCertificate({ issuer: anchor, keys: keysOf("intermediate", between), ...options })
    return {
        sent: [serverCertificate({ issuer, keys: keysOf("server", leaf), ...options }), issuer],
        trusted: [anchor],
    }
}

/** A server that has a certificate of this kind and one that everybody can verify. */
function beside(kind: KeyKind, usual: KeyKind): Case {
    const root = authorityCertificate({ keys: keysOf("root") })
    const certificate = (each: KeyKind) => [serverCertificate({ issuer: root, keys: keysOf("server", each) })]
    return { sent: certificate(kind), orSent: certificate(usual), trusted: [root] }
}

const sign = (title: string, says: Row["says"], how: Signed, more: Partial<Row> = {}): Row => ({
    title,
    says,
    make: () => signed(how),
    ...more,
})

const OPTIONAL =
    "RFC 8446 9.1: only RSA and P-256 with SHA-256 are for everybody; this one is left out, and not offered"

interface Supported {
    kind: KeyKind
    /** As the key of a server, and as that of a CA in the CA file. */
    server: Says
    authority: Says
    /** Why curl says something else of it. */
    unlikeCurl?: { server?: string; authority?: string }
}

const both = (reason: string) => ({ server: reason, authority: reason })

/** What docs/TRUST.md has as a table. */
const supported: Supported[] = [
    { kind: "RSA 1024", server: "bad-certificate", authority: "ca-unreadable" },
    { kind: "RSA 2048", server: "open", authority: "open" },
    { kind: "RSA 3072", server: "open", authority: "open" },
    { kind: "RSA 4096", server: "open", authority: "open" },
    { kind: "RSA 8192", server: "bad-certificate", authority: "ca-unreadable", unlikeCurl: both(OPTIONAL) },
    { kind: "RSA-PSS 2048", server: "open", authority: "open" },
    {
        kind: "RSA-PSS 2048 for SHA-256",
        server: "bad-certificate",
        authority: "open",
        unlikeCurl: { server: OPTIONAL },
    },
    { kind: "ECDSA P-256", server: "open", authority: "open" },
    { kind: "ECDSA P-384", server: "open", authority: "open" },
    { kind: "ECDSA P-521", server: NOTHING_IN_COMMON, authority: "ca-unreadable", unlikeCurl: both(OPTIONAL) },
    {
        kind: "ECDSA secp256k1",
        server: NOTHING_IN_COMMON,
        authority: "ca-unreadable",
        unlikeCurl: { authority: OPTIONAL },
    },
    {
        kind: "ECDSA brainpoolP256r1",
        server: NOTHING_IN_COMMON,
        authority: "ca-unreadable",
        unlikeCurl: { authority: OPTIONAL },
    },
    { kind: "Ed25519", server: NOTHING_IN_COMMON, authority: "ca-unreadable", unlikeCurl: both(OPTIONAL) },
    { kind: "Ed448", server: NOTHING_IN_COMMON, authority: "ca-unreadable", unlikeCurl: both(OPTIONAL) },
]

const USUAL: KeyKind = "ECDSA P-256"

const kindRows: Row[] = supported.flatMap(({ kind, server, authority, unlikeCurl = {} }) => [
    {
        title: `a server's key: ${kind}`,
        says: server,
        ...(unlikeCurl.server !== undefined && { unlikeCurl: unlikeCurl.server }),
        serverRefuses: server === NOTHING_IN_COMMON,
        make: () => signed({ ca: USUAL, leaf: kind }),
    },
    {
        title: `a CA's key: ${kind}`,
        says: authority,
        ...(authority === "ca-unreadable" && { byBundle: "untrusted" }),
        ...(unlikeCurl.authority !== undefined && { unlikeCurl: unlikeCurl.authority }),
        make: () => signed({ ca: kind, leaf: USUAL }),
    },
])

/** What docs/TRUST.md has as a table, too. */
const signatureRows: Row[] = [
    sign("RSA with SHA-1", "bad-certificate", { ca: "RSA 2048", leaf: "ECDSA P-256", hash: "SHA-1" }),
    sign("RSA with SHA-256", "open", { ca: "RSA 2048", leaf: "ECDSA P-256", hash: "SHA-256" }),
    sign("RSA with SHA-384", "open", { ca: "RSA 2048", leaf: "ECDSA P-256", hash: "SHA-384" }),
    sign("RSA with SHA-512", "open", { ca: "RSA 2048", leaf: "ECDSA P-256", hash: "SHA-512" }),
    sign("RSA-PSS with SHA-256 by an RSA key", "open", { ca: "RSA 2048", leaf: "ECDSA P-256", pss: true }),
    sign("RSA-PSS with SHA-384 by an RSA key", "open", {
        ca: "RSA 2048",
        leaf: "RSA 2048",
        hash: "SHA-384",
        pss: true,
    }),
    sign("RSA-PSS with SHA-512 by an RSA key", "open", {
        ca: "RSA 2048",
        leaf: "RSA 2048",
        hash: "SHA-512",
        pss: true,
    }),
    sign("RSA-PSS with SHA-512 by an RSA key of 4096 bits", "open", {
        ca: "RSA 4096",
        leaf: "RSA 4096",
        hash: "SHA-512",
        pss: true,
    }),
    sign("RSA-PSS with SHA-256 by an RSA-PSS key", "open", { ca: "RSA-PSS 2048", leaf: "RSA-PSS 2048" }),
    sign("RSA-PSS with SHA-384 by an RSA-PSS key", "open", {
        ca: "RSA-PSS 2048",
        leaf: "ECDSA P-256",
        hash: "SHA-384",
    }),
    sign("ECDSA P-256 with SHA-1", "bad-certificate", { ca: "ECDSA P-256", leaf: "ECDSA P-256", hash: "SHA-1" }),
    sign("ECDSA P-256 with SHA-384", "open", { ca: "ECDSA P-256", leaf: "ECDSA P-256", hash: "SHA-384" }),
    sign("ECDSA P-256 with SHA-512", "open", { ca: "ECDSA P-256", leaf: "ECDSA P-256", hash: "SHA-512" }),
    sign("ECDSA P-384 with SHA-256", "open", { ca: "ECDSA P-384", leaf: "ECDSA P-384", hash: "SHA-256" }),
    sign("ECDSA P-384 with SHA-384", "open", { ca: "ECDSA P-384", leaf: "ECDSA P-384", hash: "SHA-384" }),
    sign("ECDSA P-384 with SHA-512", "open", { ca: "ECDSA P-384", leaf: "ECDSA P-256", hash: "SHA-512" }),
]

const chainRows: Row[] = [
    // ---- Mixed chains
    {
        title: "an RSA root, an ECDSA intermediate, an ECDSA server",
        says: "open",
        make: () => chained("RSA 4096", "ECDSA P-384", "ECDSA P-256"),
    },
    {
        title: "an ECDSA root, an RSA intermediate, an RSA server",
        says: "open",
        make: () => chained("ECDSA P-384", "RSA 2048", "RSA 2048"),
    },
    {
        title: "an RSA root, an ECDSA intermediate, an RSA server",
        says: "open",
        make: () => chained("RSA 2048", "ECDSA P-256", "RSA 3072"),
    },
    { title: "an RSA chain of 4096 bits", says: "open", make: () => chained("RSA 4096", "RSA 4096", "RSA 4096") },
    {
        title: "an ECDSA chain of P-384",
        says: "open",
        make: () => chained("ECDSA P-384", "ECDSA P-384", "ECDSA P-384", { hash: "SHA-384" }),
    },
    { title: "an RSA-PSS chain", says: "open", make: () => chained("RSA-PSS 2048", "RSA-PSS 2048", "RSA-PSS 2048") },
    { title: "an intermediate signed with SHA-1", says: "bad-certificate", make: () => betweenSigned("SHA-1") },
    {
        title: "an intermediate of 1024 bits",
        says: "bad-certificate",
        make: () => chained("RSA 2048", "RSA 1024", "RSA 2048"),
    },
    {
        title: "an intermediate with P-521",
        says: "bad-certificate",
        unlikeCurl: OPTIONAL,
        make: () => chained("ECDSA P-384", "ECDSA P-521", "ECDSA P-256"),
    },
    {
        title: "an intermediate with Ed25519",
        says: "bad-certificate",
        unlikeCurl: OPTIONAL,
        make: () => chained("ECDSA P-384", "Ed25519", "ECDSA P-256"),
    },
    { title: "a root that signed itself with SHA-1", says: "open", make: selfSignedBySha1 },
    // ---- Two certificates: the client does not ask for what it cannot verify
    { title: "a server with P-521 beside RSA", says: "open", make: () => beside("ECDSA P-521", "RSA 2048") },
    { title: "a server with Ed25519 beside RSA", says: "open", make: () => beside("Ed25519", "RSA 2048") },
    { title: "a server with Ed448 beside RSA", says: "open", make: () => beside("Ed448", "RSA 2048") },
    { title: "a server with Ed25519 beside P-256", says: "open", make: () => beside("Ed25519", "ECDSA P-256") },
    { title: "a server with RSA-PSS beside P-256", says: "open", make: () => beside("RSA-PSS 2048", "ECDSA P-256") },
    { title: "a server with secp256k1 beside RSA", says: "open", make: () => beside("ECDSA secp256k1", "RSA 2048") },
    { title: "a server with P-384 beside RSA", says: "open", make: () => beside("ECDSA P-384", "RSA 2048") },
]

export const keyRows: readonly Row[] = [...kindRows, ...signatureRows, ...chainRows]

const word = (says: Row["says"]): string => (says === "open" ? "yes" : "no")

/** The tables of docs/TRUST.md. */
export function supportedAsMarkdown(): string {
    const kinds = supported.map(({ kind, server, authority }) => `| ${kind} | ${word(server)} | ${word(authority)} |`)
    const signatures = signatureRows.map(({ title, says }) => `| ${title} | ${word(says)} |`)
    return [
        "| key | as a server's | as a CA's |",
        "|---|---|---|",
        ...kinds,
        "",
        "| signature on a certificate | taken |",
        "|---|---|",
        ...signatures,
    ].join("\n")
}

function betweenSigned(hash: Hash): Case {
    const root = authorityCertificate({ keys: keysOf("root", "RSA 2048") })
    const issuer = authorityCertificate({ issuer: root, hash })
    return { sent: [serverCertificate({ issuer }), issuer], trusted: [root] }
}

function selfSignedBySha1(): Case {
    const root = authorityCertificate({ keys: keysOf("root", "RSA 2048"), hash: "SHA-1" })
    return { sent: [serverCertificate({ issuer: root })], trusted: [root] }
}

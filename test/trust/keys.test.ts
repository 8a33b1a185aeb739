// Keys and signatures: what the client can verify is what it offers, and the other way round.
import { authorityCertificate, type CertificateOptions, serverCertificate } from "./certificates.js"
import { type Hash, type KeyKind, keysOf } from "./keys.js"
import { type Case, NOTHING_IN_COMMON, type Row, table } from "./table.js"

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

const server = (leaf: KeyKind, says: Row["says"], more: Partial<Row> = {}): Row =>
    sign(`a server's key: ${leaf}`, says, { ca: "ECDSA P-256", leaf }, more)

const authority = (ca: KeyKind, says: Row["says"], more: Partial<Row> = {}): Row =>
    sign(`a CA's key: ${ca}`, says, { ca, leaf: "ECDSA P-256" }, more)

const refusesAll = { serverRefuses: true } as const
const SMALL = "RFC 9325 4.2: smaller devices are spared what is stronger than the 128 bits that suffice"

const rows: Row[] = [
    // ---- The server's key
    server("RSA 1024", "bad-certificate"),
    server("RSA 2048", "open"),
    server("RSA 3072", "open"),
    server("RSA 4096", "open"),
    server("RSA 8192", "bad-certificate", { unlikeCurl: SMALL }),
    server("RSA-PSS 2048", "open"),
    server("RSA-PSS 2048 for SHA-256", "open"),
    server("ECDSA P-256", "open"),
    server("ECDSA P-384", "open"),
    server("ECDSA P-521", NOTHING_IN_COMMON, { unlikeCurl: SMALL, ...refusesAll }),
    server("ECDSA secp256k1", NOTHING_IN_COMMON, refusesAll),
    server("ECDSA brainpoolP256r1", NOTHING_IN_COMMON, refusesAll),
    server("Ed25519", NOTHING_IN_COMMON, { unlikeCurl: SMALL, ...refusesAll }),
    server("Ed448", NOTHING_IN_COMMON, { unlikeCurl: SMALL, ...refusesAll }),
    // ---- The CA's key
    authority("RSA 1024", "untrusted"),
    authority("RSA 2048", "open"),
    authority("RSA 3072", "open"),
    authority("RSA 4096", "open"),
    authority("RSA 8192", "ca-unreadable", { unlikeCurl: SMALL }),
    authority("RSA-PSS 2048", "open"),
    authority("RSA-PSS 2048 for SHA-256", "open"),
    authority("ECDSA P-256", "open"),
    authority("ECDSA P-384", "open"),
    authority("ECDSA P-521", "ca-unreadable", { unlikeCurl: SMALL }),
    authority("ECDSA secp256k1", "ca-unreadable", { unlikeCurl: SMALL }),
    authority("ECDSA brainpoolP256r1", "ca-unreadable", { unlikeCurl: SMALL }),
    authority("Ed25519", "ca-unreadable", { unlikeCurl: SMALL }),
    authority("Ed448", "ca-unreadable", { unlikeCurl: SMALL }),
    // ---- Signatures
    sign("RSA with SHA-1", "bad-certificate", { ca: "RSA 2048", leaf: "ECDSA P-256", hash: "SHA-1" }),
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
        unlikeCurl: SMALL,
        make: () => chained("ECDSA P-384", "ECDSA P-521", "ECDSA P-256"),
    },
    {
        title: "an intermediate with Ed25519",
        says: "bad-certificate",
        unlikeCurl: SMALL,
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

function betweenSigned(hash: Hash): Case {
    const root = authorityCertificate({ keys: keysOf("root", "RSA 2048") })
    const issuer = authorityCertificate({ issuer: root, hash })
    return { sent: [serverCertificate({ issuer }), issuer], trusted: [root] }
}

function selfSignedBySha1(): Case {
    const root = authorityCertificate({ keys: keysOf("root", "RSA 2048"), hash: "SHA-1" })
    return { sent: [serverCertificate({ issuer: root })], trusted: [root] }
}

table("keys", rows)

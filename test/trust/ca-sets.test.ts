// Sets of CAs: of a good one and others, the good one decides.
import { X509Certificate } from "node:crypto"
import { rootCertificates } from "node:tls"
import {
    authorityCertificate,
    type Certificate,
    type CertificateOptions,
    EXPIRED,
    NOT_YET,
    serverCertificate,
} from "./certificates.js"
import { nameConstraints } from "./extensions.js"
import { keysOf } from "./keys.js"
import { ANY_PATH, type Case, type Row, table } from "./table.js"

const expired = () => authorityCertificate(EXPIRED)
const notYet = () => authorityCertificate(NOT_YET)
const unrelated = () => authorityCertificate()

/** A server under a good CA, which is trusted among others. */
const among = (set: (root: Certificate) => Certificate[]) => (): Case => {
    const root = authorityCertificate({ subject: "Root" })
    return { sent: [serverCertificate({ issuer: root })], trusted: set(root) }
}

/** A server under a root that was renewed for the same key. */
const renewed = (set: (old: Certificate, renewed: Certificate) => Certificate[], dates: object = EXPIRED) => {
    return (): Case => {
        const keys = keysOf("renewed root")
        const old = authorityCertificate({ subject: "Root", keys, ...dates })
        const root = authorityCertificate({ subject: "Root", keys })
        return { sent: [serverCertificate({ issuer: root })], trusted: set(old, root) }
    }
}

/** A server whose CA has the name of another. */
const namesake = (
    set: (root: Certificate, other: Certificate) => Certificate[],
    without: string[] = [],
    withoutInServer = without,
) => {
    return (): Case => {
        const root = authorityCertificate({ subject: "Root", without })
        const other = authorityCertificate({ subject: "Root", without })
        return { sent: [serverCertificate({ issuer: root, without: withoutInServer })], trusted: set(root, other) }
    }
}

const IDENTIFIERS = ["2.5.29.14", "2.5.29.35"]

const fromPublic = (set: (root: Certificate) => string): Row["make"] => {
    return () => {
        const root = authorityCertificate({ subject: "Root" })
        return { sent: [serverCertificate({ issuer: root })], trusted: set(root) }
    }
}
const publicRoots = `${rootCertificates.join("\n")}\n`
/** In some decades. */
const publicRootsEnded = rootCertificates.every((pem) => Date.parse(new X509Certificate(pem).validTo) < Date.now())

const rows: Row[] = [
    { title: "one CA", says: "open", make: among((root) => [root]) },
    {
        title: "the first of three CAs has expired",
        says: "open",
        make: among((root) => [expired(), root, unrelated()]),
    },
    { title: "the last of three CAs has expired", says: "open", make: among((root) => [unrelated(), root, expired()]) },
    {
        title: "all CAs but the one in use have expired",
        says: "open",
        make: among((root) => [expired(), expired(), root, expired()]),
    },
    { title: "the first CA is not valid yet", says: "open", make: among((root) => [notYet(), root]) },
    { title: "the last CA is not valid yet", says: "open", make: among((root) => [root, notYet()]) },
    {
        title: "all CAs but the one in use are not valid yet",
        says: "open",
        make: among((root) => [notYet(), root, notYet(), notYet()]),
    },
    {
        title: "one CA has expired, one is not valid yet, one is in use",
        says: "open",
        make: among((root) => [expired(), notYet(), root]),
    },
    {
        title: "unrelated CAs before the one in use",
        says: "open",
        make: among((root) => [unrelated(), unrelated(), root]),
    },
    {
        title: "unrelated CAs behind the one in use",
        says: "open",
        make: among((root) => [root, unrelated(), unrelated()]),
    },
    { title: "the CA twice", says: "open", make: among((root) => [root, root]) },
    {
        title: "the CA three times among others",
        says: "open",
        make: among((root) => [root, unrelated(), root, expired(), root]),
    },
    { title: "CAs with keys of every kind", says: "open", make: among((root) => [...ofEveryKind(), root]) },
    { title: "unrelated CAs only", says: "untrusted", make: among(() => [unrelated(), unrelated()]) },
    {
        title: "expired CAs only, none in use",
        says: "ca-expired",
        byBundle: "untrusted",
        make: among(() => [expired(), expired()]),
    },
    {
        title: "CAs that are not valid yet, none in use",
        says: "ca-not-yet-valid",
        byBundle: "untrusted",
        make: among(() => [notYet(), notYet()]),
    },
    {
        title: "the CA in use has expired, and is the only one",
        says: "ca-expired",
        byBundle: "open",
        make: () => {
            const root = authorityCertificate(EXPIRED)
            return { sent: [serverCertificate({ issuer: root })], trusted: [root] }
        },
    },
    {
        title: "the CA in use is not valid yet, and is the only one",
        says: "ca-not-yet-valid",
        byBundle: "open",
        make: () => {
            const root = authorityCertificate(NOT_YET)
            return { sent: [serverCertificate({ issuer: root })], trusted: [root] }
        },
    },
    {
        title: "the CA in use has expired, an unrelated one has not",
        says: "ca-expired",
        byBundle: "open",
        make: () => {
            const root = authorityCertificate(EXPIRED)
            return { sent: [serverCertificate({ issuer: root })], trusted: [root, unrelated()] }
        },
    },
    {
        title: "the CA in use is not valid yet, an unrelated one is",
        says: "ca-not-yet-valid",
        byBundle: "open",
        make: () => {
            const root = authorityCertificate(NOT_YET)
            return { sent: [serverCertificate({ issuer: root })], trusted: [unrelated(), root] }
        },
    },
    {
        title: "the server's certificate has expired with its CA, an unrelated CA has not",
        says: "certificate-expired",
        make: () => {
            const root = authorityCertificate(EXPIRED)
            return { sent: [serverCertificate({ issuer: root, ...EXPIRED })], trusted: [root, unrelated()] }
        },
    },
    {
        title: "all CAs and the whole chain have expired",
        says: "clock-suspect",
        byBundle: "certificate-expired",
        make: allDated(EXPIRED, EXPIRED),
    },
    {
        title: "all CAs and the whole chain are not valid yet",
        says: "clock-suspect",
        byBundle: "certificate-not-yet-valid",
        make: allDated(NOT_YET, NOT_YET),
    },
    {
        title: "all CAs and the leaf have expired, not the intermediate",
        says: "ca-expired",
        byBundle: "certificate-expired",
        make: allDated(EXPIRED, {}),
    },
    { title: "a renewed root, the old one expired before it", says: "open", make: renewed((old, root) => [old, root]) },
    { title: "a renewed root, the old one expired behind it", says: "open", make: renewed((old, root) => [root, old]) },
    { title: "a renewed root beside the old, both valid", says: "open", make: renewed((old, root) => [old, root], {}) },
    {
        title: "a renewed root that is not valid yet, before the old one",
        says: "open",
        make: renewed((next, root) => [next, root], NOT_YET),
    },
    {
        title: "a renewed root that is not valid yet, behind the old one",
        says: "open",
        make: renewed((next, root) => [root, next], NOT_YET),
    },
    {
        title: "a renewed root, but only the old one is trusted",
        says: "ca-expired",
        byBundle: "open",
        make: renewed((old) => [old]),
    },
    {
        title: "a CA of the same name with another key before it",
        says: "open",
        make: namesake((root, other) => [other, root]),
    },
    {
        title: "a CA of the same name with another key behind it",
        says: "open",
        make: namesake((root, other) => [root, other]),
    },
    { title: "only a CA of the same name with another key", says: "untrusted", make: namesake((_, other) => [other]) },
    ...[1, 2, 3, 4].map(
        (time): Row => ({
            title: `the constraints of a CA hold though another has its name, without key identifiers (${time})`,
            says: "bad-certificate",
            byBundle: "open",
            make: constrainedNamesake,
        }),
    ),
    // Several times, as each has new keys: the order in a table of hashes must not decide.
    ...[1, 2, 3, 4].flatMap((time): Row[] => [
        {
            title: `a CA of the same name behind it, without key identifiers (${time})`,
            says: "open",
            make: namesake((root, other) => [root, other], IDENTIFIERS),
        },
        {
            title: `a CA of the same name before it, without key identifiers (${time})`,
            says: "open",
            unlikeCurl: ANY_PATH,
            make: namesake((root, other) => [other, root], IDENTIFIERS),
        },
        {
            title: `a CA of the same name behind it, without identifiers, by which the server calls it (${time})`,
            says: "open",
            make: namesake((root, other) => [root, other], IDENTIFIERS, []),
        },
        {
            title: `a CA of the same name before it, without identifiers, by which the server calls it (${time})`,
            says: "open",
            unlikeCurl: ANY_PATH,
            make: namesake((root, other) => [other, root], IDENTIFIERS, []),
        },
    ]),
    {
        title: "only a CA of the same name, without key identifiers",
        says: "untrusted",
        make: namesake((_, other) => [other], IDENTIFIERS),
    },
    {
        title: "public roots behind the CA",
        says: "open",
        make: fromPublic((root) => `${root.pem}${publicRoots}`),
    },
    {
        title: "public roots before the CA",
        says: "open",
        make: fromPublic((root) => `${publicRoots}${root.pem}`),
    },
    {
        title: "public roots without the CA",
        says: publicRootsEnded ? "ca-expired" : "untrusted",
        make: fromPublic(() => publicRoots),
    },
    {
        title: "the server's whole chain as CA file",
        says: "open",
        make: () => {
            const root = authorityCertificate()
            const between = authorityCertificate({ issuer: root })
            const server = serverCertificate({ issuer: between })
            return { sent: [server, between], trusted: [server, between, root] }
        },
    },
    {
        title: "an intermediate in the CA file that the server does not send",
        says: "open",
        make: () => {
            const root = authorityCertificate()
            const between = authorityCertificate({ issuer: root })
            return { sent: [serverCertificate({ issuer: between })], trusted: [between, root] }
        },
    },
    {
        title: "an intermediate behind its root in the CA file",
        says: "open",
        make: () => {
            const root = authorityCertificate()
            const between = authorityCertificate({ issuer: root })
            return { sent: [serverCertificate({ issuer: between })], trusted: [root, between] }
        },
    },
]

function constrainedNamesake(): Case {
    const without = IDENTIFIERS
    const extensions = [nameConstraints({ permitted: [{ dNSName: "example.com" }] })]
    const root = authorityCertificate({ subject: "Root", without, extensions })
    const other = authorityCertificate({ subject: "Root", without })
    const between = authorityCertificate({ issuer: root, without })
    return { sent: [serverCertificate({ issuer: between, without }), between], trusted: [root, other] }
}

/** Root, leaf and an unrelated CA of these dates, and an intermediate of those. */
function allDated(dates: CertificateOptions, between: CertificateOptions): Row["make"] {
    return () => {
        const root = authorityCertificate(dates)
        const issuer = authorityCertificate({ issuer: root, ...between })
        return {
            sent: [serverCertificate({ issuer, ...dates }), issuer],
            trusted: [root, authorityCertificate(dates)],
        }
    }
}

function ofEveryKind(): Certificate[] {
    const kinds = ["RSA 2048", "RSA 4096", "ECDSA P-384", "ECDSA P-521", "ECDSA brainpoolP256r1", "Ed25519"] as const
    return kinds.map((kind) => authorityCertificate({ keys: keysOf("authority", kind) }))
}

table("ca-sets", rows)

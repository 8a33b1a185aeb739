// Chains as servers really send them: cross-signed, untidy, cut short.
import {
    authorityCertificate,
    type Certificate,
    type CertificateOptions,
    damageSignature,
    EXPIRED,
    NOT_YET,
    serverCertificate,
} from "./certificates.js"
import {
    basicConstraints,
    digitalSignature,
    extendedKeyUsage,
    id_kp_clientAuth,
    keyCertSign,
    keyUsage,
    unknown,
} from "./extensions.js"
import { keysOf } from "./keys.js"
import { ANY_PATH, type Case, type Row, table } from "./table.js"

const rootOf = (options: CertificateOptions = {}) => authorityCertificate({ subject: "Root", ...options })

/** Leaf, intermediate and root, and what becomes of them. */
const three = (arrange: (leaf: Certificate, between: Certificate, root: Certificate) => Case): Row["make"] => {
    return () => {
        const root = rootOf()
        const between = authorityCertificate({ issuer: root, subject: "Intermediate" })
        return arrange(serverCertificate({ issuer: between }), between, root)
    }
}

/** The same, sent in some way, the root being trusted. */
const sent = (arrange: (leaf: Certificate, between: Certificate, root: Certificate) => Certificate[]): Row["make"] =>
    three((leaf, between, root) => ({ sent: arrange(leaf, between, root), trusted: [root] }))

/** So many intermediates, from the leaf's issuer up, under a root that is trusted. */
const deep = (count: number, arrange: (leaf: Certificate, between: Certificate[]) => Certificate[]): Row["make"] => {
    return () => {
        const root = rootOf()
        const between: Certificate[] = []
        for (let level = 1; level <= count; level++) {
            between.unshift(authorityCertificate({ issuer: between[0] ?? root, subject: `Intermediate ${level}` }))
        }
        return { sent: arrange(serverCertificate({ issuer: between[0] ?? root }), between), trusted: [root] }
    }
}

interface CrossSigned {
    leaf: Certificate
    between: Certificate
    /** Signed by itself. */
    root: Certificate
    /** The same subject and key, signed by the older root. */
    cross: Certificate
    older: Certificate
}

/** A root that an older one has signed as well. */
const crossSigned = (
    arrange: (all: CrossSigned) => Case,
    dates: { cross?: CertificateOptions; older?: CertificateOptions; root?: CertificateOptions } = {},
): Row["make"] => {
    return () => {
        const older = authorityCertificate({ subject: "Older root", ...dates.older })
        const keys = keysOf("cross-signed root")
        const root = rootOf({ keys, ...dates.root })
        const cross = rootOf({ keys, issuer: older, ...dates.cross })
        const between = authorityCertificate({ issuer: root, subject: "Intermediate" })
        return arrange({ leaf: serverCertificate({ issuer: between }), between, root, cross, older })
    }
}

interface TwoPaths {
    leaf: Certificate
    /** The leaf's issuer, as A and as B signed it. */
    byA: Certificate
    byB: Certificate
    a: Certificate
    b: Certificate
}

/** An intermediate that two roots have signed. */
const twoPaths = (
    arrange: (all: TwoPaths) => Case,
    options: { byA?: CertificateOptions; byB?: CertificateOptions; a?: CertificateOptions } = {},
): Row["make"] => {
    return () => {
        const a = authorityCertificate({ subject: "Root A", ...options.a })
        const b = authorityCertificate({ subject: "Root B" })
        const keys = keysOf("intermediate of two")
        const byA = authorityCertificate({ subject: "Intermediate", keys, issuer: a, ...options.byA })
        const byB = authorityCertificate({ subject: "Intermediate", keys, issuer: b, ...options.byB })
        return arrange({ leaf: serverCertificate({ issuer: byA }), byA, byB, a, b })
    }
}

/** Leaf and intermediate, and something more on the way that nobody has to look at. */
const extra = (more: () => Certificate): Row["make"] => sent((leaf, between) => [leaf, between, more()])

/** Leaf and intermediate, and another intermediate of the root. */
const ofRoot = (options: CertificateOptions): Row["make"] =>
    sent((leaf, between, root) => [leaf, between, authorityCertificate({ issuer: root, ...options })])

/** A leaf of another host is trusted; its owner makes another certificate for the same key. */
const forgedLike = (issuerOf: (between: Certificate) => Certificate | undefined): Row["make"] =>
    three((_, between) => {
        const dates = { from: new Date("2020-01-01T00:00:00Z"), to: new Date("2999-01-01T00:00:00Z") }
        const same = { ...dates, keys: keysOf("pinned"), serial: Buffer.from([1]) }
        const issuer = issuerOf(between)
        const trustedIssuer = issuer === undefined ? {} : { issuer: between }
        const pinned = serverCertificate({ ...same, ...trustedIssuer, names: ["other.example"] })
        return { sent: [serverCertificate({ ...same, ...(issuer && { issuer }) })], trusted: [pinned] }
    })

/** Leaf, intermediate, and so many that have nothing to do with them. */
const crowd = (count: number): Row["make"] =>
    sent((leaf, between) => [leaf, between, ...Array.from({ length: count }, () => authorityCertificate())])

const selfSigned = (options: CertificateOptions = {}): Row["make"] => {
    return () => {
        const server = serverCertificate(options)
        return { sent: [server], trusted: [server] }
    }
}

const rows: Row[] = [
    // ---- As it should be
    { title: "leaf and intermediate", says: "open", make: sent((leaf, between) => [leaf, between]) },
    { title: "two intermediates", says: "open", make: deep(2, (leaf, between) => [leaf, ...between]) },
    { title: "three intermediates", says: "open", make: deep(3, (leaf, between) => [leaf, ...between]) },
    { title: "four intermediates", says: "open", make: deep(4, (leaf, between) => [leaf, ...between]) },
    { title: "five intermediates", says: "open", make: deep(5, (leaf, between) => [leaf, ...between]) },
    { title: "eight intermediates", says: "open", make: deep(8, (leaf, between) => [leaf, ...between]) },
    // ---- The root sent along
    { title: "the root sent along", says: "open", make: sent((leaf, between, root) => [leaf, between, root]) },
    {
        title: "the root sent along without an intermediate",
        says: "open",
        make: deep(0, (leaf) => [leaf]),
    },
    {
        title: "the root sent along before the intermediate",
        says: "open",
        make: sent((leaf, between, root) => [leaf, root, between]),
    },
    {
        title: "another root of the same name sent along",
        says: "open",
        make: sent((leaf, between) => [leaf, between, rootOf()]),
    },
    {
        title: "the old root, expired, sent along",
        says: "open",
        make: crossSigned(({ leaf, between, root }) => ({
            sent: [leaf, between, rootOf({ keys: root.keys, ...EXPIRED })],
            trusted: [root],
        })),
    },
    {
        title: "the renewed root sent along, the old one trusted",
        says: "open",
        make: crossSigned(({ leaf, between, root }) => ({
            sent: [leaf, between, rootOf({ keys: root.keys })],
            trusted: [root],
        })),
    },
    {
        title: "the renewed root sent along, of which the old one is trusted and has expired",
        says: "ca-expired",
        byBundle: "open",
        make: crossSigned(({ leaf, between, root }) => ({
            sent: [leaf, between, rootOf({ keys: root.keys })],
            trusted: [rootOf({ keys: root.keys, ...EXPIRED })],
        })),
    },
    // ---- Cross-signed roots
    {
        title: "the root once more, cross-signed by an older one",
        says: "open",
        make: crossSigned(({ leaf, between, cross, root }) => ({ sent: [leaf, between, cross], trusted: [root] })),
    },
    {
        title: "the cross-signed root and the older root behind it",
        says: "open",
        make: crossSigned(({ leaf, between, cross, older, root }) => ({
            sent: [leaf, between, cross, older],
            trusted: [root],
        })),
    },
    {
        title: "the cross-signed root, its signature expired",
        says: "open",
        make: crossSigned(({ leaf, between, cross, root }) => ({ sent: [leaf, between, cross], trusted: [root] }), {
            cross: EXPIRED,
        }),
    },
    {
        title: "the cross-signed root and the older root, both expired",
        says: "open",
        make: crossSigned(
            ({ leaf, between, cross, older, root }) => ({ sent: [leaf, between, cross, older], trusted: [root] }),
            { cross: EXPIRED, older: EXPIRED },
        ),
    },
    {
        title: "the cross-signed root, both roots trusted, the older one expired",
        says: "open",
        make: crossSigned(
            ({ leaf, between, cross, older, root }) => ({ sent: [leaf, between, cross], trusted: [older, root] }),
            { older: EXPIRED },
        ),
    },
    {
        title: "the cross-signed root, both roots trusted, the newer one expired",
        says: "ca-expired",
        byBundle: "open",
        make: crossSigned(
            ({ leaf, between, cross, older, root }) => ({ sent: [leaf, between, cross], trusted: [root, older] }),
            { root: EXPIRED },
        ),
    },
    {
        title: "the cross-signed root, only the older one trusted",
        says: "open",
        make: crossSigned(({ leaf, between, cross, older }) => ({ sent: [leaf, between, cross], trusted: [older] })),
    },
    {
        title: "the cross-signed root, only the older one trusted, and that has expired",
        says: "ca-expired",
        byBundle: "open",
        make: crossSigned(({ leaf, between, cross, older }) => ({ sent: [leaf, between, cross], trusted: [older] }), {
            older: EXPIRED,
        }),
    },
    {
        title: "the cross-signed root, only the older one trusted, its signature expired",
        says: "certificate-expired",
        make: crossSigned(({ leaf, between, cross, older }) => ({ sent: [leaf, between, cross], trusted: [older] }), {
            cross: EXPIRED,
        }),
    },
    {
        title: "the cross-signed root before the intermediate",
        says: "open",
        make: crossSigned(({ leaf, between, cross, root }) => ({ sent: [leaf, cross, between], trusted: [root] })),
    },
    {
        title: "a leaf right under the cross-signed root",
        says: "open",
        make: crossSigned(({ root, cross }) => ({
            sent: [serverCertificate({ issuer: root }), cross],
            trusted: [root],
        })),
    },
    {
        title: "the root cross-signed by an older one of 1024 bits with SHA-1",
        says: "open",
        make: crossSigned(({ leaf, between, cross, root }) => ({ sent: [leaf, between, cross], trusted: [root] }), {
            older: { keys: keysOf("older root", "RSA 1024"), hash: "SHA-1" },
            cross: { hash: "SHA-1" },
        }),
    },
    {
        title: "the root cross-signed by an older one with P-521",
        says: "open",
        make: crossSigned(({ leaf, between, cross, root }) => ({ sent: [leaf, between, cross], trusted: [root] }), {
            older: { keys: keysOf("older root", "ECDSA P-521") },
        }),
    },
    {
        title: "the cross-signed root, neither trusted",
        says: "untrusted",
        make: crossSigned(({ leaf, between, cross }) => ({ sent: [leaf, between, cross], trusted: [rootOf()] })),
    },
    // ---- Two paths
    {
        title: "an intermediate of two roots, the first trusted",
        says: "open",
        make: twoPaths(({ leaf, byA, byB, a }) => ({ sent: [leaf, byA, byB], trusted: [a] })),
    },
    {
        title: "an intermediate of two roots, the second trusted",
        says: "open",
        unlikeCurl: ANY_PATH,
        make: twoPaths(({ leaf, byA, byB, b }) => ({ sent: [leaf, byA, byB], trusted: [b] })),
    },
    {
        title: "an intermediate of two roots, the first signature expired",
        says: "open",
        make: twoPaths(({ leaf, byA, byB, a, b }) => ({ sent: [leaf, byA, byB], trusted: [a, b] }), {
            byA: EXPIRED,
        }),
    },
    {
        title: "an intermediate of two roots, the second signature expired",
        says: "open",
        make: twoPaths(({ leaf, byA, byB, a, b }) => ({ sent: [leaf, byA, byB], trusted: [a, b] }), {
            byB: EXPIRED,
        }),
    },
    {
        title: "an intermediate of two roots, the first root expired",
        says: "open",
        make: twoPaths(({ leaf, byA, byB, a, b }) => ({ sent: [leaf, byB, byA], trusted: [a, b] }), { a: EXPIRED }),
    },
    {
        title: "an intermediate of two roots, the first signature not valid yet",
        says: "open",
        make: twoPaths(({ leaf, byA, byB, a, b }) => ({ sent: [leaf, byA, byB], trusted: [a, b] }), {
            byA: NOT_YET,
        }),
    },
    {
        title: "an intermediate that was renewed, sent old and new",
        says: "open",
        make: twoPaths(({ leaf, byA, a }) => ({
            sent: [leaf, authorityCertificate({ subject: "Intermediate", keys: byA.keys, issuer: a, ...EXPIRED }), byA],
            trusted: [a],
        })),
    },
    {
        title: "an intermediate that was renewed, the old one sent, the new one trusted",
        says: "open",
        make: twoPaths(({ leaf, byA, a }) => ({
            sent: [leaf, authorityCertificate({ subject: "Intermediate", keys: byA.keys, issuer: a, ...EXPIRED })],
            trusted: [byA, a],
        })),
    },
    // ---- Another order, too many, too few
    {
        title: "two intermediates in reverse",
        says: "open",
        make: deep(2, (leaf, between) => [leaf, ...between.toReversed()]),
    },
    {
        title: "three intermediates, the last two exchanged",
        says: "open",
        make: deep(3, (leaf, [first, second, third]) =>
            [leaf, first, third, second].filter((each) => each !== undefined),
        ),
    },
    {
        title: "five intermediates in reverse",
        says: "open",
        make: deep(5, (leaf, between) => [leaf, ...between.toReversed()]),
    },
    { title: "the intermediate twice", says: "open", make: sent((leaf, between) => [leaf, between, between]) },
    { title: "the leaf twice", says: "open", make: sent((leaf, between) => [leaf, leaf, between]) },
    {
        title: "the whole chain twice",
        says: "open",
        make: sent((leaf, between, root) => [leaf, between, root, leaf, between, root]),
    },
    { title: "an unrelated CA behind the chain", says: "open", make: extra(() => authorityCertificate()) },
    {
        title: "an unrelated CA between",
        says: "open",
        make: sent((leaf, between) => [leaf, authorityCertificate(), between]),
    },
    { title: "an expired CA behind the chain", says: "open", make: extra(() => authorityCertificate(EXPIRED)) },
    {
        title: "a CA that is not valid yet behind the chain",
        says: "open",
        make: extra(() => authorityCertificate(NOT_YET)),
    },
    {
        title: "the server's old certificate, expired, behind the new one",
        says: "open",
        make: three((leaf, between, root) => ({
            sent: [leaf, serverCertificate({ issuer: between, ...EXPIRED }), between],
            trusted: [root],
        })),
    },
    {
        title: "the server's old certificate, expired, right under the root",
        says: "open",
        make: () => {
            const root = rootOf()
            const old = serverCertificate({ issuer: root, ...EXPIRED })
            return { sent: [serverCertificate({ issuer: root }), old], trusted: [root] }
        },
    },
    {
        title: "another server's certificate behind the chain",
        says: "open",
        make: extra(() => serverCertificate({ issuer: authorityCertificate() })),
    },
    {
        title: "a CA with an unknown critical extension behind the chain",
        says: "open",
        make: extra(() => authorityCertificate({ extensions: [unknown(true)] })),
    },
    {
        title: "a CA with a key of 1024 bits behind the chain",
        says: "open",
        make: extra(() => authorityCertificate({ keys: keysOf("authority", "RSA 1024") })),
    },
    {
        title: "a CA with P-521 behind the chain",
        says: "open",
        make: extra(() => authorityCertificate({ keys: keysOf("authority", "ECDSA P-521") })),
    },
    {
        title: "a CA with Ed25519 behind the chain",
        says: "open",
        make: extra(() => authorityCertificate({ keys: keysOf("authority", "Ed25519") })),
    },
    {
        title: "another intermediate of the same name before the right one",
        says: "open",
        make: three((leaf, between, root) => ({
            sent: [leaf, authorityCertificate({ issuer: root, subject: "Intermediate" }), between],
            trusted: [root],
        })),
    },
    {
        title: "an intermediate whose signature is damaged behind the chain",
        says: "open",
        make: extra(() => authorityCertificate({ issuer: authorityCertificate(), afterSigning: damageSignature })),
    },
    {
        title: "an expired intermediate of the same root behind the chain",
        says: "open",
        make: ofRoot(EXPIRED),
    },
    {
        title: "an intermediate of the same root that is not valid yet behind the chain",
        says: "open",
        make: ofRoot(NOT_YET),
    },
    {
        title: "an intermediate of the same root with an unknown critical extension behind the chain",
        says: "open",
        make: ofRoot({ extensions: [unknown(true)] }),
    },
    {
        title: "an intermediate that the same root did not sign behind the chain",
        says: "open",
        make: ofRoot({ afterSigning: damageSignature }),
    },
    {
        title: "an intermediate of the same root that may not sign behind the chain",
        says: "open",
        make: ofRoot({ extensions: [keyUsage(digitalSignature)] }),
    },
    {
        title: "an intermediate of the same root for clients only behind the chain",
        says: "open",
        make: ofRoot({ extensions: [extendedKeyUsage(id_kp_clientAuth)] }),
    },
    { title: "six unrelated CAs behind the chain", says: "open", make: crowd(6) },
    {
        title: "twelve unrelated CAs behind the chain",
        says: "open",
        make: crowd(12),
    },
    { title: "the intermediate is missing", says: "untrusted", make: sent((leaf) => [leaf]) },
    {
        title: "the intermediate is missing, the root is sent",
        says: "untrusted",
        make: sent((leaf, _, root) => [leaf, root]),
    },
    {
        title: "one of two intermediates is missing",
        says: "untrusted",
        make: deep(2, (leaf, between) => [leaf, ...between.slice(0, 1)]),
    },
    {
        title: "the nearer of two intermediates is missing",
        says: "untrusted",
        make: deep(2, (leaf, between) => [leaf, ...between.slice(1)]),
    },
    // ---- Trust that begins below a root
    {
        title: "the intermediate alone as CA",
        says: "open",
        make: three((leaf, between) => ({ sent: [leaf], trusted: [between] })),
    },
    {
        title: "the intermediate alone as CA, sent along",
        says: "open",
        make: three((leaf, between) => ({ sent: [leaf, between], trusted: [between] })),
    },
    {
        title: "the intermediate alone as CA, sent along with the root",
        says: "open",
        make: three((leaf, between, root) => ({ sent: [leaf, between, root], trusted: [between] })),
    },
    {
        title: "the upper of two intermediates alone as CA",
        says: "open",
        make: three((_, between) => {
            const lower = authorityCertificate({ issuer: between })
            return { sent: [serverCertificate({ issuer: lower }), lower], trusted: [between] }
        }),
    },
    {
        title: "the upper of two intermediates alone as CA, all sent",
        says: "open",
        make: three((_, between, root) => {
            const lower = authorityCertificate({ issuer: between })
            return { sent: [serverCertificate({ issuer: lower }), lower, between, root], trusted: [between] }
        }),
    },
    {
        title: "the leaf alone as CA",
        says: "open",
        byBundle: "untrusted",
        make: three((leaf, between) => ({ sent: [leaf, between], trusted: [leaf] })),
    },
    {
        title: "the leaf alone as CA and alone on the way",
        says: "open",
        byBundle: "untrusted",
        make: three((leaf) => ({ sent: [leaf], trusted: [leaf] })),
    },
    {
        title: "the leaf as CA beside an unrelated one",
        says: "open",
        byBundle: "untrusted",
        make: three((leaf, between) => ({ sent: [leaf, between], trusted: [authorityCertificate(), leaf] })),
    },
    {
        title: "a leaf as CA that was renewed since, with the same key",
        says: "untrusted",
        make: three((leaf, between) => ({
            sent: [serverCertificate({ issuer: between, keys: leaf.keys }), between],
            trusted: [leaf],
        })),
    },
    {
        title: "another leaf of the same issuer as CA",
        says: "untrusted",
        make: three((leaf, between) => ({
            sent: [leaf, between],
            trusted: [serverCertificate({ issuer: between })],
        })),
    },
    {
        title: "the leaf alone as CA, and it has expired",
        says: "certificate-expired",
        byBundle: "untrusted",
        make: three((_, between) => {
            const leaf = serverCertificate({ issuer: between, ...EXPIRED })
            return { sent: [leaf, between], trusted: [leaf] }
        }),
    },
    {
        title: "a forged leaf with key, name and dates of the one that is the CA",
        says: "untrusted",
        make: forgedLike((between) => between),
    },
    {
        title: "a forged leaf with key, name and dates of the one that is the CA, signed by anybody",
        says: "untrusted",
        make: forgedLike(({ subject }) => authorityCertificate({ subject })),
    },
    {
        title: "a forged leaf with key, name and dates of a self-signed one that is the CA",
        says: "untrusted",
        byBundle: "open",
        make: forgedLike(() => undefined),
    },
    { title: "a self-signed server", says: "open", make: selfSigned() },
    {
        title: "a self-signed server that is a CA",
        says: "open",
        make: selfSigned({ extensions: [basicConstraints(true)] }),
    },
    {
        title: "a self-signed server that is a CA, with usages for both",
        says: "open",
        make: selfSigned({ extensions: [basicConstraints(true), keyUsage(digitalSignature | keyCertSign)] }),
    },
    {
        title: "a self-signed server that has expired",
        says: "clock-suspect",
        byBundle: "certificate-expired",
        make: selfSigned(EXPIRED),
    },
    {
        title: "a self-signed server that is not valid yet",
        says: "clock-suspect",
        byBundle: "certificate-not-yet-valid",
        make: selfSigned(NOT_YET),
    },
    {
        title: "a self-signed server that nobody trusts",
        says: "untrusted",
        make: () => ({ sent: [serverCertificate()], trusted: [rootOf()] }),
    },
    {
        title: "a self-signed server of the name of the trusted one, with another key",
        says: "untrusted",
        make: () => ({ sent: [serverCertificate()], trusted: [serverCertificate()] }),
    },
    // ---- Outside their dates
    {
        title: "the leaf has expired",
        says: "certificate-expired",
        make: three((_, between, root) => ({
            sent: [serverCertificate({ issuer: between, ...EXPIRED }), between],
            trusted: [root],
        })),
    },
    {
        title: "the leaf is not valid yet",
        says: "certificate-not-yet-valid",
        make: three((_, between, root) => ({
            sent: [serverCertificate({ issuer: between, ...NOT_YET }), between],
            trusted: [root],
        })),
    },
    {
        title: "the leaf ends in an hour and began an hour ago",
        says: "open",
        make: three((_, between, root) => ({
            sent: [serverCertificate({ issuer: between, from: -1 / 24, to: 1 / 24 }), between],
            trusted: [root],
        })),
    },
    {
        title: "the leaf ended an hour ago",
        says: "certificate-expired",
        make: three((_, between, root) => ({
            sent: [serverCertificate({ issuer: between, to: -1 / 24 }), between],
            trusted: [root],
        })),
    },
    {
        title: "the leaf begins in an hour",
        says: "certificate-not-yet-valid",
        make: three((_, between, root) => ({
            sent: [serverCertificate({ issuer: between, from: 1 / 24 }), between],
            trusted: [root],
        })),
    },
    { title: "the intermediate has expired", says: "certificate-expired", make: datedBetween(EXPIRED) },
    { title: "the intermediate is not valid yet", says: "certificate-not-yet-valid", make: datedBetween(NOT_YET) },
    {
        title: "the leaf outlives its issuers",
        says: "open",
        make: three((_, between, root) => ({
            sent: [serverCertificate({ issuer: between, to: 3000 }), between],
            trusted: [root],
        })),
    },
]

function datedBetween(dates: CertificateOptions): Row["make"] {
    return () => {
        const root = rootOf()
        const between = authorityCertificate({ issuer: root, ...dates })
        return { sent: [serverCertificate({ issuer: between }), between], trusted: [root] }
    }
}

table("chains", rows)

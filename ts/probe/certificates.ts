// The chain that a server sends: how long it is, when it ends, and whether it leads to a trusted CA as it stands.
import { X509Certificate } from "node:crypto"
import { rootCertificates } from "node:tls"
import { certificatesIn } from "./credentials.js"

export interface ChainFacts {
    certificates: { subject: string; issuer: string; bytes: number; notAfter: string }[]
    /** Of all that was sent. */
    bytes: number
    /** "EC", "RSA" or another kind of OpenSSL's, and its size in bits. */
    key: string
    /** The first end of those that lead to the CA, and of that CA: a device offers no session from then on. Null where
     * nothing leads to one. */
    endsAt: string | null
    /** Whose end that is. */
    endsFirst: { whose: "server" | "issuer" | "ca"; subject: string } | null
    /** Subjects of what is on no way to the CA that was taken, roots among them. */
    superfluous: string[]
    expired: string[]
    /** A client has to find another way to a CA than the one that was sent. */
    needsAlternativePath: boolean
}

const endOf = (certificate: X509Certificate): number => Date.parse(certificate.validTo)

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
    certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)

const readRoots = (ca: Buffer | undefined): X509Certificate[] =>
    ca === undefined ? rootCertificates.map((text) => new X509Certificate(text)) : certificatesIn(ca)

interface Search {
    sent: X509Certificate[]
    roots: X509Certificate[]
    now: number
    issuersOf: (certificate: X509Certificate) => X509Certificate[]
}

const isValid = (certificate: X509Certificate, now: number): boolean => endOf(certificate) >= now

/** A CA is often given in more than one certificate. */
const longestOf = (roots: readonly X509Certificate[]): X509Certificate | undefined =>
    roots.toSorted((a, b) => endOf(b) - endOf(a))[0]

/** The shortest way from a certificate to a trusted root, both included. Each certificate is looked at once, as a chain of
 * a hundred that all issue each other has more ways than there is time for. */
function wayToRoot(from: X509Certificate, { roots, now, issuersOf }: Search): X509Certificate[] {
    const below = new Map<X509Certificate, X509Certificate | undefined>([[from, undefined]])
    for (const one of below.keys()) {
        if (!isValid(one, now)) continue
        const root = longestOf(roots.filter((root) => isValid(root, now) && isIssuedBy(one, root)))
        if (root !== undefined) return [...wayUpTo(one, below), root]
        for (const issuer of issuersOf(one)) if (!below.has(issuer)) below.set(issuer, one)
    }
    return []
}

function wayUpTo(last: X509Certificate, below: Map<X509Certificate, X509Certificate | undefined>): X509Certificate[] {
    const way = [last]
    for (let one = below.get(last); one !== undefined; one = below.get(one)) way.unshift(one)
    return way
}

/** Those that were sent, asked for once each: a signature takes its time. */
function issuersAmong(sent: readonly X509Certificate[]): Search["issuersOf"] {
    const known = new Map<X509Certificate, X509Certificate[]>()
    return (from) => {
        const found = known.get(from) ?? sent.filter((one) => one !== from && isIssuedBy(from, one))
        known.set(from, found)
        return found
    }
}

/** As a client goes that knows no other way: to the end of what was sent. */
function leadsAsSent({ sent, roots, now }: Search): boolean {
    const inOrder = sent.every((one, index) => {
        const above = sent[index + 1]
        return isValid(one, now) && (above === undefined || isIssuedBy(one, above))
    })
    const last = sent.at(-1)
    const isRoot = (one: X509Certificate) => roots.some((root) => root.raw.equals(one.raw))
    return (
        inOrder &&
        last !== undefined &&
        (isRoot(last) || roots.some((root) => isValid(root, now) && isIssuedBy(last, root)))
    )
}

function keyOf({ publicKey }: X509Certificate): string {
    const { namedCurve, modulusLength } = publicKey.asymmetricKeyDetails ?? {}
    return [publicKey.asymmetricKeyType?.toUpperCase(), namedCurve ?? modulusLength].join(" ").trim()
}

/** Of all that lead to a CA, also by a way that the shortest one leaves out: as the core counts them. */
function firstToEnd(search: Search): X509Certificate | undefined {
    const leading = search.sent.flatMap((one) => {
        const way = wayToRoot(one, search)
        return way.length === 0 ? [] : [one, ...way.slice(-1)]
    })
    return leading.toSorted((a, b) => endOf(a) - endOf(b))[0]
}

function whoseOf(certificate: X509Certificate, { sent }: Search): "server" | "issuer" | "ca" {
    if (certificate === sent[0]) return "server"
    return sent.includes(certificate) ? "issuer" : "ca"
}

/** Undefined where the server sent none, as it has resumed. */
export function readChain(ders: readonly Buffer[], ca: Buffer | undefined, now: number): ChainFacts | undefined {
    const sent = ders.map((der) => new X509Certificate(der))
    const [leaf] = sent
    if (leaf === undefined) return undefined
    const search = { sent, roots: readRoots(ca), now, issuersOf: issuersAmong(sent) }
    const way = wayToRoot(leaf, search)
    const first = firstToEnd(search)
    const isOnWay = (one: X509Certificate) => way.slice(0, -1).includes(one)
    return {
        certificates: sent.map(({ subject, issuer, raw, validTo }) => ({
            ...{ subject, issuer, bytes: raw.length },
            notAfter: new Date(validTo).toISOString(),
        })),
        bytes: sent.reduce((sum, { raw }) => sum + raw.length, 0),
        key: keyOf(leaf),
        endsAt: first === undefined ? null : new Date(endOf(first)).toISOString(),
        endsFirst: first === undefined ? null : { whose: whoseOf(first, search), subject: first.subject },
        superfluous: [...new Set(sent.filter((one) => one !== leaf && !isOnWay(one)).map(({ subject }) => subject))],
        expired: sent.filter((one) => !isValid(one, now)).map(({ subject }) => subject),
        needsAlternativePath: way.length > 0 && !leadsAsSent(search),
    }
}

// What a certificate says of itself and its issuer: who may sign, for what, and which names.
import {
    authorityCertificate,
    type Certificate,
    type CertificateOptions,
    damageSignature,
    distinguishedName,
    EXPIRED,
    HOST,
    serverCertificate,
} from "./certificates.js"
import {
    anyExtendedKeyUsage,
    authorityKeyIdentifier,
    basicConstraints,
    cRLSign,
    digitalSignature,
    extendedKeyUsage,
    extension,
    id_kp_clientAuth,
    id_kp_codeSigning,
    id_kp_serverAuth,
    keyAgreement,
    keyCertSign,
    keyEncipherment,
    keyIdentifier,
    keyUsage,
    nameConstraints,
    policies,
    subjectAltName,
    subjectKeyIdentifier,
    unknown,
} from "./extensions.js"
import { keysOf, schemeOf } from "./keys.js"
import { type Row, table } from "./table.js"

const BASIC_CONSTRAINTS = "2.5.29.19"
const KEY_USAGE = "2.5.29.15"
const EXTENDED_KEY_USAGE = "2.5.29.37"
const SUBJECT_KEY = "2.5.29.14"
const AUTHORITY_KEY = "2.5.29.35"

type ServerOptions = Parameters<typeof serverCertificate>[0]

/** A server right under a root, each with something odd. */
const underRoot = (server: ServerOptions = {}, root: CertificateOptions = {}, host = HOST): Row["make"] => {
    return () => {
        const issuer = authorityCertificate(root)
        return { sent: [serverCertificate({ issuer, ...server })], trusted: [issuer], host }
    }
}

/** A server under one intermediate, which has something odd. */
const under = (between: CertificateOptions, server: ServerOptions = {}, host = HOST): Row["make"] => {
    return () => {
        const root = authorityCertificate()
        const issuer = authorityCertificate({ issuer: root, ...between })
        return { sent: [serverCertificate({ issuer, ...server }), issuer], trusted: [root], host }
    }
}

/** A server under intermediates, the root's first, each with something odd. */
const underAll = (all: CertificateOptions[], root: CertificateOptions = {}): Row["make"] => {
    return () => {
        const anchor = authorityCertificate(root)
        const between: Certificate[] = []
        for (const options of all) between.unshift(authorityCertificate({ issuer: between[0] ?? anchor, ...options }))
        return { sent: [serverCertificate({ issuer: between[0] ?? anchor }), ...between], trusted: [anchor] }
    }
}

/** The same, the intermediates sent from the root down. */
const reversed = (make: Row["make"]): Row["make"] => {
    return () => {
        const { sent, ...rest } = make()
        return { ...rest, sent: [...sent.slice(0, 1), ...sent.slice(1).toReversed()] }
    }
}

/** A server signed by another server. */
const underServer = (options: ServerOptions): Row["make"] => {
    return () => {
        const root = authorityCertificate()
        const other = serverCertificate({ issuer: root, ...options })
        return { sent: [serverCertificate({ issuer: other }), other], trusted: [root] }
    }
}

const constrained = (
    constraints: Parameters<typeof nameConstraints>[0],
    server: ServerOptions = {},
    host = HOST,
): Row["make"] => under({ extensions: [nameConstraints(constraints)] }, server, host)

const DOMAIN = { dNSName: "warmhello.test" }
const OTHER = { dNSName: "example.com" }
const ADDRESS = "192.0.2.7"
const addressed = { names: [ADDRESS] }

const pathLength = (length: number) => ({ extensions: [basicConstraints(true, length)] })

/** An intermediate with its own key identifier, and what a server says of it. */
const identified = (
    says: (issuer: Certificate, root: Certificate) => Parameters<typeof authorityKeyIdentifier>[0],
    issuerOptions: CertificateOptions = {},
): Row["make"] => {
    return () => {
        const root = authorityCertificate()
        const issuer = authorityCertificate({ issuer: root, subject: "Intermediate", ...issuerOptions })
        const extensions = [authorityKeyIdentifier(says(issuer, root))]
        return { sent: [serverCertificate({ issuer, extensions }), issuer], trusted: [root] }
    }
}

/** The same with a root. */
const identifiedRoot = (
    says: (root: Certificate) => Parameters<typeof authorityKeyIdentifier>[0] | undefined,
    rootOptions: CertificateOptions = {},
): Row["make"] => {
    return () => {
        const issuer = authorityCertificate({ subject: "Root", ...rootOptions })
        const identifier = says(issuer)
        const chosen =
            identifier === undefined
                ? { without: [AUTHORITY_KEY] }
                : { extensions: [authorityKeyIdentifier(identifier)] }
        return { sent: [serverCertificate({ issuer, ...chosen })], trusted: [issuer] }
    }
}

const ofKey = (issuer: Certificate, hash?: string) => ({ keyIdentifier: keyIdentifier(issuer.keys.publicKey, hash) })
const longIdentifier = () => {
    const keys = keysOf("CA of a SHA-256 identifier")
    return { keys, extensions: [subjectKeyIdentifier(keyIdentifier(keys.publicKey, "sha256"))] }
}
const SHORT = Buffer.from("4142434445464748", "hex")

const SIGNING = "RFC 8446 4.4.2.2 and RFC 5246 7.4.2: the key must be for digital signatures if it names its usages"
const NOT_PROCESSED = "RFC 5280 4.2: a critical extension that is not processed refuses the certificate"
const ANY_PURPOSE = "RFC 5280 4.2.1.12: anyExtendedKeyUsage stands for every purpose"
const IDENTIFIERS_HELP = "RFC 5280 4.2.1.1: it helps to find the issuer, and 6.1 does not look at it"

const rows: Row[] = [
    // ---- Who may sign
    {
        title: "an issuer that is not a CA",
        says: "bad-certificate",
        make: under({ extensions: [basicConstraints(false)] }),
    },
    {
        title: "an issuer without basicConstraints",
        says: "bad-certificate",
        make: under({ without: [BASIC_CONSTRAINTS] }),
    },
    {
        title: "an issuer without basicConstraints and keyUsage",
        says: "untrusted",
        make: under({ without: [BASIC_CONSTRAINTS, KEY_USAGE] }),
    },
    { title: "a server signed by another server", says: "untrusted", make: underServer({}) },
    {
        title: "a server signed by another server that says it is no CA",
        says: "untrusted",
        make: underServer({ extensions: [basicConstraints(false)] }),
    },
    {
        title: "a server signed by a self-signed server that is trusted itself",
        says: "bad-certificate",
        byBundle: "open",
        make: () => {
            const other = serverCertificate({ extensions: [basicConstraints(false)] })
            return { sent: [serverCertificate({ issuer: other })], trusted: [other] }
        },
    },
    {
        title: "a server signed by a self-signed server without basicConstraints that is trusted itself",
        says: "bad-certificate",
        byBundle: "open",
        make: () => {
            const other = serverCertificate()
            return { sent: [serverCertificate({ issuer: other })], trusted: [other] }
        },
    },
    {
        title: "a server signed by another server that is trusted itself",
        says: "bad-certificate",
        byBundle: "open",
        make: () => {
            const other = serverCertificate({ issuer: authorityCertificate() })
            return { sent: [serverCertificate({ issuer: other })], trusted: [other] }
        },
    },
    {
        title: "a server signed by another server that is trusted beside its CA",
        says: "bad-certificate",
        byBundle: "open",
        make: () => {
            const root = authorityCertificate()
            const other = serverCertificate({ issuer: root })
            return { sent: [serverCertificate({ issuer: other }), other], trusted: [other, root] }
        },
    },
    {
        title: "a root without basicConstraints",
        says: "open",
        make: underRoot({}, { without: [BASIC_CONSTRAINTS] }),
    },
    {
        title: "a root without basicConstraints and keyUsage",
        says: "bad-certificate",
        byBundle: "open",
        make: underRoot({}, { without: [BASIC_CONSTRAINTS, KEY_USAGE] }),
    },
    {
        title: "a root that is not a CA",
        says: "bad-certificate",
        byBundle: "open",
        make: underRoot({}, { extensions: [basicConstraints(false)] }),
    },
    {
        title: "basicConstraints that is not critical",
        says: "open",
        make: under({ extensions: [basicConstraints(true, undefined, false)] }),
    },
    { title: "a server that is a CA as well", says: "open", make: underRoot({ extensions: [basicConstraints(true)] }) },
    { title: "a v1 root", says: "open", make: underRoot({ without: [AUTHORITY_KEY] }, { version: 0 }) },
    { title: "a v1 root, named by its key", says: "open", make: underRoot({}, { version: 0 }) },
    { title: "a v1 intermediate", says: "untrusted", make: under({ version: 0 }) },
    {
        title: "a v1 server with the host as common name",
        says: "open",
        make: underRoot({ version: 0, subject: HOST }),
    },
    // ---- Path length
    { title: "a path as long as allowed: none below", says: "open", make: underAll([pathLength(0)]) },
    {
        title: "a path longer than allowed: one below none",
        says: "bad-certificate",
        make: underAll([pathLength(0), {}]),
    },
    { title: "a path as long as allowed: one below", says: "open", make: underAll([pathLength(1), {}]) },
    {
        title: "a path longer than allowed: two below one",
        says: "bad-certificate",
        make: underAll([pathLength(1), {}, {}]),
    },
    { title: "path lengths that go down", says: "open", make: underAll([pathLength(2), pathLength(1), pathLength(0)]) },
    {
        title: "a path longer than its root allows",
        says: "bad-certificate",
        byBundle: "open",
        make: underAll([{}], pathLength(0)),
    },
    { title: "a path as long as its root allows", says: "open", make: underAll([], pathLength(0)) },
    {
        title: "a path that is longer by a renewal of the same name only",
        says: "bad-certificate",
        unlikeCurl:
            "a limit of wolfSSL: below a path length of 0 it takes no self-issued intermediate, as RFC 5280 6.1.4 (l) would",
        make: underAll([
            { ...pathLength(0), subject: "Self-issued" },
            { ...pathLength(0), subject: "Self-issued" },
        ]),
    },
    // ---- Usages
    {
        title: "an intermediate that may not sign certificates",
        says: "bad-certificate",
        make: under({ extensions: [keyUsage(cRLSign)] }),
    },
    {
        title: "an intermediate for digital signatures only",
        says: "bad-certificate",
        make: under({ extensions: [keyUsage(digitalSignature)] }),
    },
    { title: "an intermediate without keyUsage", says: "open", make: under({ without: [KEY_USAGE] }) },
    {
        title: "keyUsage that is not critical",
        says: "open",
        make: under({ extensions: [keyUsage(keyCertSign, false)] }),
    },
    {
        title: "a root that may not sign certificates",
        says: "bad-certificate",
        byBundle: "open",
        make: underRoot({}, { extensions: [keyUsage(cRLSign)] }),
    },
    { title: "a root without keyUsage", says: "open", make: underRoot({}, { without: [KEY_USAGE] }) },
    {
        title: "a server for digital signatures",
        says: "open",
        make: underRoot({ extensions: [keyUsage(digitalSignature)] }),
    },
    {
        title: "a server for key agreement only",
        says: "bad-certificate",
        only: "1.3",
        unlikeCurl: SIGNING,
        make: underRoot({ extensions: [keyUsage(keyAgreement)] }),
    },
    {
        title: "an RSA server for digital signatures and key encipherment",
        says: "open",
        make: underRoot({
            keys: keysOf("server", "RSA 2048"),
            extensions: [keyUsage(digitalSignature | keyEncipherment)],
        }),
    },
    {
        title: "an RSA server for key encipherment only",
        says: "bad-certificate",
        unlikeCurl: SIGNING,
        make: underRoot({ keys: keysOf("server", "RSA 2048"), extensions: [keyUsage(keyEncipherment)] }),
    },
    {
        title: "a server for signing certificates only",
        says: "bad-certificate",
        only: "1.3",
        make: underRoot({ extensions: [keyUsage(keyCertSign)] }),
    },
    {
        title: "a certificate for servers and clients",
        says: "open",
        make: underRoot({ extensions: [extendedKeyUsage(id_kp_serverAuth, id_kp_clientAuth)] }),
    },
    {
        title: "a certificate for clients only",
        says: "bad-certificate",
        make: underRoot({ extensions: [extendedKeyUsage(id_kp_clientAuth)] }),
    },
    {
        title: "a certificate for signing code only",
        says: "bad-certificate",
        make: underRoot({ extensions: [extendedKeyUsage(id_kp_codeSigning)] }),
    },
    {
        title: "a certificate for an unknown purpose only",
        says: "bad-certificate",
        make: underRoot({ extensions: [extendedKeyUsage("1.3.6.1.4.1.55555.3")] }),
    },
    {
        title: "a certificate for any purpose",
        says: "open",
        unlikeCurl: ANY_PURPOSE,
        make: underRoot({ extensions: [extendedKeyUsage(anyExtendedKeyUsage)] }),
    },
    {
        title: "a certificate without extendedKeyUsage",
        says: "open",
        make: underRoot({ without: [EXTENDED_KEY_USAGE] }),
    },
    {
        title: "an intermediate for servers",
        says: "open",
        make: under({ extensions: [extendedKeyUsage(id_kp_serverAuth)] }),
    },
    {
        title: "an intermediate for any purpose",
        says: "open",
        unlikeCurl: ANY_PURPOSE,
        make: under({ extensions: [extendedKeyUsage(anyExtendedKeyUsage)] }),
    },
    {
        title: "an intermediate for clients only",
        says: "bad-certificate",
        make: under({ extensions: [extendedKeyUsage(id_kp_clientAuth)] }),
    },
    {
        title: "a root for clients only",
        says: "bad-certificate",
        byBundle: "open",
        make: underRoot({}, { extensions: [extendedKeyUsage(id_kp_clientAuth)] }),
    },
    // ---- Name constraints
    { title: "a name among the permitted", says: "open", make: constrained({ permitted: [DOMAIN] }) },
    {
        title: "a name among the permitted, exactly",
        says: "open",
        make: constrained({ permitted: [{ dNSName: HOST }] }),
    },
    { title: "a name that is not permitted", says: "bad-certificate", make: constrained({ permitted: [OTHER] }) },
    {
        title: "a name whose end is permitted, without a dot",
        says: "bad-certificate",
        make: constrained({ permitted: [{ dNSName: "mhello.test" }] }),
    },
    { title: "a name among several permitted", says: "open", make: constrained({ permitted: [OTHER, DOMAIN] }) },
    {
        title: "a permitted name beside one that is not",
        says: "bad-certificate",
        make: constrained({ permitted: [DOMAIN] }, { names: [HOST, "www.example.com"] }),
    },
    { title: "a name that is excluded", says: "bad-certificate", make: constrained({ excluded: [DOMAIN] }) },
    { title: "a name that is not excluded", says: "open", make: constrained({ excluded: [OTHER] }) },
    {
        title: "a name that is permitted and excluded",
        says: "bad-certificate",
        make: constrained({ permitted: [DOMAIN], excluded: [{ dNSName: HOST }] }),
    },
    {
        title: "names in upper case, permitted in lower case",
        says: "open",
        make: constrained({ permitted: [DOMAIN] }, { names: [HOST.toUpperCase()] }),
    },
    {
        title: "a wildcard among the permitted",
        says: "open",
        make: constrained({ permitted: [DOMAIN] }, { names: ["*.warmhello.test"] }),
    },
    {
        title: "a wildcard that is not permitted",
        says: "bad-certificate",
        make: constrained({ permitted: [OTHER] }, { names: ["*.warmhello.test"] }),
    },
    {
        title: "a common name that is not permitted",
        says: "bad-certificate",
        make: constrained({ permitted: [OTHER] }, { names: [], subject: HOST }),
    },
    {
        title: "an address among the permitted",
        says: "open",
        make: constrained({ permitted: [{ iPAddress: "192.0.2.0/24" }] }, addressed, ADDRESS),
    },
    {
        title: "an address that is not permitted",
        says: "bad-certificate",
        make: constrained({ permitted: [{ iPAddress: "198.51.100.0/24" }] }, addressed, ADDRESS),
    },
    {
        title: "an address that is excluded",
        says: "bad-certificate",
        make: constrained({ excluded: [{ iPAddress: "192.0.2.0/24" }] }, addressed, ADDRESS),
    },
    {
        title: "an address that is not excluded",
        says: "open",
        make: constrained({ excluded: [{ iPAddress: "198.51.100.0/24" }] }, addressed, ADDRESS),
    },
    {
        title: "an address where only names are constrained",
        says: "open",
        make: constrained(
            { permitted: [OTHER] },
            { ...addressed, subject: distinguishedName([["O", "Example"]]) },
            ADDRESS,
        ),
    },
    {
        title: "an address where only names are constrained, beside a common name of one label",
        says: "bad-certificate",
        unlikeCurl: "a limit of wolfSSL: where names are constrained, a common name is one too",
        make: constrained({ permitted: [OTHER] }, addressed, ADDRESS),
    },
    {
        title: "an address where only names are constrained, beside a common name that is not permitted",
        says: "bad-certificate",
        make: constrained({ permitted: [OTHER] }, { ...addressed, subject: HOST }, ADDRESS),
    },
    {
        title: "a name where only addresses are constrained",
        says: "open",
        make: constrained({ permitted: [{ iPAddress: "198.51.100.0/24" }] }),
    },
    {
        title: "an address of IP version 6 among the permitted",
        says: "open",
        make: constrained({ permitted: [{ iPAddress: "2001:db8::/32" }] }, { names: ["2001:db8::7"] }, "2001:db8::7"),
    },
    {
        title: "an address of IP version 6 that is not permitted",
        says: "bad-certificate",
        make: constrained({ permitted: [{ iPAddress: "2001:db8::/32" }] }, { names: ["2001:db9::7"] }, "2001:db9::7"),
    },
    {
        title: "constraints that are not critical, held",
        says: "open",
        make: under({ extensions: [nameConstraints({ permitted: [DOMAIN] }, false)] }),
    },
    {
        title: "constraints that are not critical, broken",
        says: "bad-certificate",
        make: under({ extensions: [nameConstraints({ permitted: [OTHER] }, false)] }),
    },
    {
        title: "a root's constraints, held",
        says: "open",
        make: underRoot({}, { extensions: [nameConstraints({ permitted: [DOMAIN] })] }),
    },
    {
        title: "a root's constraints, broken",
        says: "bad-certificate",
        byBundle: "open",
        make: underRoot({}, { extensions: [nameConstraints({ permitted: [OTHER] })] }),
    },
    {
        title: "constraints of a root without subjectKeyIdentifier, broken below an intermediate",
        says: "bad-certificate",
        byBundle: "open",
        make: underAll([{}], { without: [SUBJECT_KEY], extensions: [nameConstraints({ permitted: [OTHER] })] }),
    },
    {
        title: "a path longer than a root without subjectKeyIdentifier allows",
        says: "bad-certificate",
        byBundle: "open",
        make: underAll([{}], { without: [SUBJECT_KEY], ...pathLength(0) }),
    },
    {
        title: "a path that is longer by two than a root without subjectKeyIdentifier allows",
        says: "bad-certificate",
        byBundle: "open",
        make: underAll([{}, {}], { without: [SUBJECT_KEY], ...pathLength(1) }),
    },
    {
        title: "a path longer than allowed, sent in reverse",
        says: "bad-certificate",
        make: reversed(underAll([pathLength(0), {}])),
    },
    {
        title: "a path longer than its root allows, sent in reverse",
        says: "bad-certificate",
        byBundle: "open",
        make: reversed(underAll([{}, {}, {}], pathLength(2))),
    },
    {
        title: "a path as long as its root allows, sent in reverse",
        says: "open",
        make: reversed(underAll([{}, {}, {}], pathLength(3))),
    },
    {
        title: "constraints of the upper of three intermediates, sent in reverse, broken",
        says: "bad-certificate",
        make: reversed(underAll([{ extensions: [nameConstraints({ permitted: [OTHER] })] }, {}, {}])),
    },
    {
        title: "constraints of the lower of three intermediates, sent in reverse, broken",
        says: "bad-certificate",
        make: reversed(underAll([{}, {}, { extensions: [nameConstraints({ permitted: [OTHER] })] }])),
    },
    {
        title: "an intermediate that may not sign, sent in reverse",
        says: "bad-certificate",
        make: reversed(underAll([{}, { extensions: [keyUsage(digitalSignature)] }, {}])),
    },
    {
        title: "an intermediate for clients only, sent in reverse",
        says: "bad-certificate",
        make: reversed(underAll([{}, { extensions: [extendedKeyUsage(id_kp_clientAuth)] }, {}])),
    },
    {
        title: "an intermediate with an unknown critical extension, sent in reverse",
        says: "bad-certificate",
        make: reversed(underAll([{}, { extensions: [unknown(true)] }, {}])),
    },
    {
        title: "an intermediate whose signature is damaged, sent in reverse",
        says: "untrusted",
        make: reversed(underAll([{}, { afterSigning: damageSignature }, {}])),
    },
    {
        title: "an intermediate that has expired, sent in reverse",
        says: "certificate-expired",
        make: reversed(underAll([{}, EXPIRED, {}])),
    },
    {
        title: "an intermediate that is not a CA, sent in reverse",
        says: "bad-certificate",
        make: reversed(underAll([{}, { extensions: [basicConstraints(false)] }, {}])),
    },
    {
        title: "constraints of the upper of two intermediates, broken",
        says: "bad-certificate",
        make: underAll([{ extensions: [nameConstraints({ permitted: [OTHER] })] }, {}]),
    },
    {
        title: "constraints on the subject's name, held",
        says: "open",
        make: constrained(
            { permitted: [{ directoryName: distinguishedName([["O", "Example"]]) }] },
            {
                subject: distinguishedName([
                    ["O", "Example"],
                    ["CN", "server"],
                ]),
            },
        ),
    },
    {
        title: "constraints on the subject's name, broken",
        says: "bad-certificate",
        make: constrained(
            { permitted: [{ directoryName: distinguishedName([["O", "Example"]]) }] },
            {
                subject: distinguishedName([
                    ["O", "Other"],
                    ["CN", "server"],
                ]),
            },
        ),
    },
    {
        title: "constraints on mail addresses, which a server has none of",
        says: "open",
        make: constrained({ permitted: [{ rfc822Name: "example.com" }] }),
    },
    // ---- Extensions that nobody knows
    {
        title: "an unknown critical extension of the server",
        says: "bad-certificate",
        make: underRoot({ extensions: [unknown(true)] }),
    },
    {
        title: "an unknown critical extension of an intermediate",
        says: "bad-certificate",
        make: under({ extensions: [unknown(true)] }),
    },
    {
        title: "an unknown critical extension of the root",
        says: "ca-unreadable",
        byBundle: "open",
        make: underRoot({}, { extensions: [unknown(true)] }),
    },
    { title: "an unknown extension of the server", says: "open", make: underRoot({ extensions: [unknown(false)] }) },
    { title: "an unknown extension of an intermediate", says: "open", make: under({ extensions: [unknown(false)] }) },
    { title: "an unknown extension of the root", says: "open", make: underRoot({}, { extensions: [unknown(false)] }) },
    // ---- Signatures
    {
        title: "the server's signature is damaged",
        says: "untrusted",
        make: underRoot({ afterSigning: damageSignature }),
    },
    {
        title: "an intermediate's signature is damaged",
        says: "untrusted",
        make: under({ afterSigning: damageSignature }),
    },
    {
        title: "a root's own signature is damaged",
        says: "open",
        make: underRoot({}, { afterSigning: damageSignature }),
    },
    {
        title: "signed by another key than that of the issuer",
        says: "untrusted",
        make: () => {
            const root = authorityCertificate({ subject: "Root" })
            const other = { ...root, keys: keysOf("somebody else") }
            const extensions = [authorityKeyIdentifier(ofKey(root))]
            return { sent: [serverCertificate({ issuer: other, extensions })], trusted: [root] }
        },
    },
    {
        title: "signature algorithms that differ inside and outside",
        says: "bad-certificate",
        make: underRoot({
            afterSigning: (certificate) => {
                certificate.signatureAlgorithm = authorityAlgorithm()
            },
        }),
    },
    {
        title: "a server with the key of its CA",
        says: "open",
        make: underRoot({ keys: keysOf("shared") }, { keys: keysOf("shared") }),
    },
    // ---- Key identifiers
    {
        title: "an authorityKeyIdentifier that is the issuer's",
        says: "open",
        make: identified((issuer) => ofKey(issuer)),
    },
    {
        title: "an authorityKeyIdentifier that is nobody's",
        says: "untrusted",
        make: identified(() => ({ keyIdentifier: Buffer.alloc(20, 7) })),
    },
    {
        title: "an authorityKeyIdentifier that is not the root's",
        says: "untrusted",
        byBundle: "open",
        make: identifiedRoot(() => ({ keyIdentifier: Buffer.alloc(20, 7) })),
    },
    { title: "no authorityKeyIdentifier", says: "open", make: identifiedRoot(() => undefined) },
    {
        title: "an intermediate without subjectKeyIdentifier",
        says: "open",
        make: identified((issuer) => ofKey(issuer), { without: [SUBJECT_KEY] }),
    },
    {
        title: "a root without subjectKeyIdentifier, a server that names its key",
        says: "open",
        make: identifiedRoot((root) => ofKey(root), { without: [SUBJECT_KEY] }),
    },
    {
        title: "a root without subjectKeyIdentifier, a server that names none",
        says: "open",
        make: identifiedRoot(() => undefined, { without: [SUBJECT_KEY] }),
    },
    {
        title: "a root without subjectKeyIdentifier, a server that names its key by SHA-256",
        says: "open",
        make: identifiedRoot((root) => ofKey(root, "sha256"), { without: [SUBJECT_KEY] }),
    },
    {
        title: "a root without subjectKeyIdentifier, and something sent along that names another key as its issuer's",
        says: "open",
        make: () => {
            const root = authorityCertificate({ subject: "Root", without: [SUBJECT_KEY] })
            const other = authorityCertificate({ issuer: authorityCertificate({ subject: "Root" }) })
            return { sent: [serverCertificate({ issuer: root }), other], trusted: [root] }
        },
    },
    {
        title: "a root without subjectKeyIdentifier, a server that names some key",
        says: "open",
        make: identifiedRoot(() => ({ keyIdentifier: SHORT }), { without: [SUBJECT_KEY] }),
    },
    {
        title: "a root with an identifier by SHA-256",
        says: "open",
        make: () => identifiedRoot((root) => ofKey(root, "sha256"), longIdentifier())(),
    },
    {
        title: "a root with an identifier by SHA-256, which the server does not name",
        says: "open",
        make: () => identifiedRoot(() => undefined, longIdentifier())(),
    },
    {
        title: "an intermediate with an identifier by SHA-256",
        says: "open",
        make: () => identified((issuer) => ofKey(issuer, "sha256"), longIdentifier())(),
    },
    {
        title: "a root with an identifier of 8 bytes",
        says: "open",
        make: identifiedRoot(() => ({ keyIdentifier: SHORT }), { extensions: [subjectKeyIdentifier(SHORT)] }),
    },
    {
        title: "an intermediate with an identifier of 8 bytes",
        says: "open",
        make: identified(() => ({ keyIdentifier: SHORT }), { extensions: [subjectKeyIdentifier(SHORT)] }),
    },
    {
        title: "the issuer named by name and serial number",
        says: "open",
        make: identifiedRoot((root) => ({ issuer: root.subject, serial: root.serial })),
    },
    {
        title: "the issuer named by key, name and serial number",
        says: "open",
        make: identifiedRoot((root) => ({ ...ofKey(root), issuer: root.subject, serial: root.serial })),
    },
    {
        title: "the intermediate named by its issuer's name and serial number",
        says: "open",
        make: identified((issuer, root) => ({ issuer: root.subject, serial: issuer.serial })),
    },
    {
        title: "the issuer named by name and a wrong serial number",
        says: "open",
        unlikeCurl: IDENTIFIERS_HELP,
        make: identifiedRoot((root) => ({ issuer: root.subject, serial: Buffer.from([7]) })),
    },
    {
        title: "the issuer named by its key, and a wrong serial number",
        says: "open",
        unlikeCurl: IDENTIFIERS_HELP,
        make: identifiedRoot((root) => ({ ...ofKey(root), issuer: root.subject, serial: Buffer.from([7]) })),
    },
    { title: "an authorityKeyIdentifier without contents", says: "open", make: identifiedRoot(() => ({})) },
    // ---- Policies and the like
    {
        title: "certificate policies",
        says: "open",
        make: under({ extensions: [policies("2.23.140.1.2.1")] }, { extensions: [policies("2.23.140.1.2.1")] }),
    },
    {
        title: "certificate policies that are critical",
        says: "bad-certificate",
        unlikeCurl: NOT_PROCESSED,
        make: under({ extensions: [policies("2.5.29.32.0", true)] }, { extensions: [policies("2.5.29.32.0", true)] }),
    },
    {
        title: "inhibitAnyPolicy, critical",
        says: "bad-certificate",
        unlikeCurl: NOT_PROCESSED,
        make: under(
            { extensions: [policies("2.23.140.1.2.1"), extension("2.5.29.54", Buffer.from("020100", "hex"), true)] },
            { extensions: [policies("2.23.140.1.2.1")] },
        ),
    },
    {
        title: "policyConstraints, critical, held",
        says: "bad-certificate",
        unlikeCurl: NOT_PROCESSED,
        make: under(
            {
                extensions: [
                    policies("2.23.140.1.2.1"),
                    extension("2.5.29.36", Buffer.from("3003800100", "hex"), true),
                ],
            },
            { extensions: [policies("2.23.140.1.2.1")] },
        ),
    },
    {
        title: "an extension twice",
        says: "bad-certificate",
        only: "1.3",
        make: underRoot({
            beforeSigning: ({ extensions }) => {
                const first = extensions?.[0]
                if (first !== undefined) extensions?.push(first)
            },
        }),
    },
    {
        title: "two extensions of alternative names",
        says: "bad-certificate",
        only: "1.3",
        make: underRoot({
            names: ["www.example.com"],
            beforeSigning: ({ extensions }) => extensions?.push(subjectAltName([HOST])),
        }),
    },
    {
        title: "alternative names that are critical",
        says: "open",
        make: underRoot({ extensions: [subjectAltName([HOST], true)] }),
    },
]

function authorityAlgorithm() {
    return schemeOf(keysOf("RSA for its name", "RSA 2048")).algorithm
}

table("constraints", rows)

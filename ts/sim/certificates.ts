// A certificate authority made on the spot, for servers on this machine.
import "reflect-metadata" // what @peculiar/x509 is built on asks for it
import { webcrypto } from "node:crypto"
import * as x509 from "@peculiar/x509"

x509.cryptoProvider.set(webcrypto)

const DAY_MS = 24 * 60 * 60 * 1000

/** Parameters for WebCrypto, of the key and of what it signs. */
const algorithms = {
    ecdsa: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
    ecdsa384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
    rsa: {
        name: "RSASSA-PKCS1-v1_5",
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: "SHA-256",
    },
} as const
export type KeyKind = keyof typeof algorithms

export interface ServerCertificate {
    /** PEM: the server's own, then those between it and the root. */
    certificate: string
    key: string
}

export interface Validity {
    /** Yesterday unless told. */
    notBefore?: Date | undefined
    /** Never unless told. */
    notAfter?: Date | undefined
}

interface ServerCertificateOptions extends Validity {
    /** DNS names and IP addresses. */
    names: string[]
    /** ECDSA P-256 unless told. */
    keyKind?: KeyKind
    /** Who presents it; a server unless told. */
    purpose?: "server" | "client"
}

export interface CertificateAuthority {
    /** PEM. */
    certificate: string
    issue(options: ServerCertificateOptions): Promise<ServerCertificate>
    /** An authority under this one, whose certificate is sent with each that it issues. */
    createIntermediate(name: string, validity?: Validity): Promise<CertificateAuthority>
    /** Its own certificate made anew for the same key: another file, which the same servers are trusted with. */
    renew(): Promise<CertificateAuthority>
}

/** One that can sign: a root or an intermediate. */
interface Issuer {
    certificate: x509.X509Certificate
    keys: webcrypto.CryptoKeyPair
    keyKind: KeyKind
    /** PEM of the certificates from this one up to the root, which is left out. */
    chain: string
}

const isIpAddress = (name: string): boolean => /^[\d.]+$|:/.test(name)

async function keyAsPem(key: webcrypto.CryptoKey): Promise<string> {
    return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")
}

async function createKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
    const made = await webcrypto.subtle.generateKey(algorithms[kind], true, ["sign", "verify"])
    return made as webcrypto.CryptoKeyPair // not one key: both algorithms are asymmetric
}

/** RFC 5280 4.1.2.5: the end of a certificate that has none. */
const NO_END = new Date("9999-12-31T23:59:59Z")

/** RFC 5280 4.1.2.5.2: no fractions of a second, which the encoder would write into dates from 2050 on. */
const wholeSecond = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000)

function datesOf({ notBefore = new Date(Date.now() - DAY_MS), notAfter = NO_END }: Validity) {
    return { notBefore: wholeSecond(notBefore), notAfter: wholeSecond(notAfter) }
}

async function authorityExtensions(keys: webcrypto.CryptoKeyPair): Promise<x509.Extension[]> {
    return [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ]
}

const purposes = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth }

async function sign(
    issuer: Issuer,
    keys: webcrypto.CryptoKeyPair,
    name: string,
    validity: Validity,
    extensions: x509.Extension[],
): Promise<x509.X509Certificate> {
    return await x509.X509CertificateGenerator.create({
        subject: `CN=${name}`,
        issuer: issuer.certificate.subject,
        publicKey: keys.publicKey,
        signingKey: issuer.keys.privateKey,
        signingAlgorithm: algorithms[issuer.keyKind],
        ...datesOf(validity),
        extensions: [...extensions, await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey)],
    })
}

async function issue(issuer: Issuer, options: ServerCertificateOptions): Promise<ServerCertificate> {
    const keys = await createKeys(options.keyKind ?? "ecdsa")
    const certificate = await sign(issuer, keys, options.names[0] ?? "", options, [
        new x509.SubjectAlternativeNameExtension(
            options.names.map((value) => ({ type: isIpAddress(value) ? "ip" : "dns", value })),
        ),
        new x509.ExtendedKeyUsageExtension([purposes[options.purpose ?? "server"]]),
    ])
    return { certificate: `${certificate.toString("pem")}\n${issuer.chain}`, key: await keyAsPem(keys.privateKey) }
}

async function createIntermediate(above: Issuer, name: string, validity: Validity): Promise<CertificateAuthority> {
    const keys = await createKeys(above.keyKind)
    const certificate = await sign(above, keys, name, validity, await authorityExtensions(keys))
    const chain = `${certificate.toString("pem")}\n${above.chain}`
    return asAuthority({ certificate, keys, keyKind: above.keyKind, chain })
}

function asAuthority(issuer: Issuer): CertificateAuthority {
    return {
        certificate: issuer.certificate.toString("pem"),
        issue: (options) => issue(issuer, options),
        createIntermediate: (name, validity = {}) => createIntermediate(issuer, name, validity),
        renew: async () => asAuthority({ ...issuer, certificate: await selfSign(issuer, issuer.certificate.subject) }),
    }
}

async function selfSign(
    { keys, keyKind }: Pick<Issuer, "keys" | "keyKind">,
    name: string,
    validity: Validity = {},
): Promise<x509.X509Certificate> {
    return await x509.X509CertificateGenerator.createSelfSigned({
        name,
        keys,
        signingAlgorithm: algorithms[keyKind],
        ...datesOf(validity),
        extensions: await authorityExtensions(keys),
    })
}

/** Makes a CA, which signs with an ECDSA P-256 key and has no end unless told. */
export async function createCertificateAuthority(
    name = "warmhello test CA",
    keyKind: KeyKind = "ecdsa",
    validity: Validity = {},
): Promise<CertificateAuthority> {
    const keys = await createKeys(keyKind)
    const certificate = await selfSign({ keys, keyKind }, `CN=${name}`, validity)
    return asAuthority({ certificate, keys, keyKind, chain: "" })
}

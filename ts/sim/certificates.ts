// A certificate authority made on the spot, for servers on this machine.
import "reflect-metadata" // what @peculiar/x509 is built on asks for it
import { webcrypto } from "node:crypto"
import * as x509 from "@peculiar/x509"

x509.cryptoProvider.set(webcrypto)

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const DAY_MS = 24 * 60 * 60 * 1000

export interface ServerCertificate {
    /** PEM. */
    certificate: string
    key: string
}

export interface ServerCertificateOptions {
    /** DNS names and IP addresses. */
    names: string[]
    notBefore?: Date
    notAfter?: Date
}

export interface CertificateAuthority {
    /** PEM. */
    certificate: string
    issue(options: ServerCertificateOptions): Promise<ServerCertificate>
}

const isIpAddress = (name: string): boolean => /^[\d.]+$|:/.test(name)

async function keyAsPem(key: webcrypto.CryptoKey): Promise<string> {
    return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")
}

/** Makes a CA with an ECDSA P-256 key, valid from yesterday for ten years: skipped sleeps pass quickly. */
export async function createCertificateAuthority(name = "warmhello test CA"): Promise<CertificateAuthority> {
    const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair
    const yesterday = new Date(Date.now() - DAY_MS)
    const inTenYears = new Date(Date.now() + 3650 * DAY_MS)
    const ca = await x509.X509CertificateGenerator.createSelfSigned({
        name: `CN=${name}`,
        keys,
        signingAlgorithm: ALGORITHM,
        notBefore: yesterday,
        notAfter: inTenYears,
        extensions: [
            new x509.BasicConstraintsExtension(true, undefined, true),
            new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
    })

    async function issue(options: ServerCertificateOptions): Promise<ServerCertificate> {
        const serverKeys = (await webcrypto.subtle.generateKey(ALGORITHM, true, [
            "sign",
            "verify",
        ])) as webcrypto.CryptoKeyPair
        const certificate = await x509.X509CertificateGenerator.create({
            subject: `CN=${options.names[0]}`,
            issuer: ca.subject,
            publicKey: serverKeys.publicKey,
            signingKey: keys.privateKey,
            signingAlgorithm: ALGORITHM,
            notBefore: options.notBefore ?? yesterday,
            notAfter: options.notAfter ?? inTenYears,
            extensions: [
                new x509.SubjectAlternativeNameExtension(
                    options.names.map((value) => ({ type: isIpAddress(value) ? "ip" : "dns", value })),
                ),
                new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
                await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
            ],
        })
        return { certificate: certificate.toString("pem"), key: await keyAsPem(serverKeys.privateKey) }
    }

    return { certificate: ca.toString("pem"), issue }
}

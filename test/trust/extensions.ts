// Extensions of certificates (RFC 5280 4.2), right and wrong ones.
import { createHash, createPublicKey, type KeyObject } from "node:crypto"
import { AsnConvert, OctetString } from "@peculiar/asn1-schema"
import * as asn1 from "@peculiar/asn1-x509"

export function extension(id: string, value: unknown, critical = false): asn1.Extension {
    const bytes = Buffer.isBuffer(value) ? value : AsnConvert.serialize(value)
    return new asn1.Extension({ extnID: id, critical, extnValue: new OctetString(bytes) })
}

export const basicConstraints = (cA: boolean, pathLenConstraint?: number, critical = true): asn1.Extension =>
    extension(
        asn1.id_ce_basicConstraints,
        new asn1.BasicConstraints({ cA, ...(pathLenConstraint !== undefined && { pathLenConstraint }) }),
        critical,
    )

export const { digitalSignature, keyEncipherment, keyAgreement, keyCertSign, cRLSign } = asn1.KeyUsageFlags

export const keyUsage = (flags: number, critical = true): asn1.Extension =>
    extension(asn1.id_ce_keyUsage, new asn1.KeyUsage(flags), critical)

export const { id_kp_serverAuth, id_kp_clientAuth, id_kp_codeSigning, anyExtendedKeyUsage } = asn1

export const extendedKeyUsage = (...purposes: string[]): asn1.Extension =>
    extension(asn1.id_ce_extKeyUsage, new asn1.ExtendedKeyUsage(purposes))

export type GeneralName = Pick<
    asn1.GeneralName,
    "dNSName" | "iPAddress" | "rfc822Name" | "uniformResourceIdentifier" | "directoryName" | "otherName"
>

/** Addresses by the look of them, all else as DNS names. */
const generalName = (name: string): GeneralName => (/^[\d.]+$|:/.test(name) ? { iPAddress: name } : { dNSName: name })

export const subjectAltName = (names: readonly (string | GeneralName)[], critical = false): asn1.Extension =>
    extension(
        asn1.id_ce_subjectAltName,
        new asn1.SubjectAlternativeName(
            names.map((name) => new asn1.GeneralName(typeof name === "string" ? generalName(name) : name)),
        ),
        critical,
    )

/** By method 1 of RFC 5280 4.2.1.2, the hash of the key's bits, and the same with another hash. */
export function keyIdentifier(key: KeyObject, hash = "sha1"): Buffer {
    const bytes = createPublicKey(key.export({ type: "spki", format: "pem" })).export({ type: "spki", format: "der" })
    const { subjectPublicKey } = AsnConvert.parse(bytes, asn1.SubjectPublicKeyInfo)
    return createHash(hash).update(Buffer.from(subjectPublicKey)).digest()
}

export const subjectKeyIdentifier = (identifier: Buffer): asn1.Extension =>
    extension(asn1.id_ce_subjectKeyIdentifier, new asn1.SubjectKeyIdentifier(identifier))

export interface AuthorityKey {
    keyIdentifier?: Buffer
    issuer?: asn1.Name
    serial?: Buffer
}

export const authorityKeyIdentifier = ({ keyIdentifier, issuer, serial }: AuthorityKey): asn1.Extension =>
    extension(
        asn1.id_ce_authorityKeyIdentifier,
        new asn1.AuthorityKeyIdentifier({
            ...(keyIdentifier && { keyIdentifier: new asn1.KeyIdentifier(keyIdentifier) }),
            ...(issuer && { authorityCertIssuer: [new asn1.GeneralName({ directoryName: issuer })] }),
            ...(serial && { authorityCertSerialNumber: new Uint8Array(serial).buffer }),
        }),
    )

const subtrees = (names: GeneralName[]) =>
    new asn1.GeneralSubtrees(names.map((base) => new asn1.GeneralSubtree({ base: new asn1.GeneralName(base) })))

/** A DNS name covers those under it; an address has its mask, such as "10.0.0.0/8". */
export const nameConstraints = (
    { permitted = [], excluded = [] }: { permitted?: GeneralName[]; excluded?: GeneralName[] },
    critical = true,
): asn1.Extension =>
    extension(
        asn1.id_ce_nameConstraints,
        new asn1.NameConstraints({
            ...(permitted.length > 0 && { permittedSubtrees: subtrees(permitted) }),
            ...(excluded.length > 0 && { excludedSubtrees: subtrees(excluded) }),
        }),
        critical,
    )

export const policies = (policyIdentifier: string, critical = false): asn1.Extension =>
    extension(
        asn1.id_ce_certificatePolicies,
        new asn1.CertificatePolicies([new asn1.PolicyInformation({ policyIdentifier })]),
        critical,
    )

const der = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex")

/** Nobody knows it. */
export const unknown = (critical: boolean): asn1.Extension => extension("1.3.6.1.4.1.55555.1", der("0500"), critical)

/** status_request: the certificate wants OCSP stapled (RFC 7633). */
export const mustStaple = extension("1.3.6.1.5.5.7.1.24", der("3003 020105"))

/** A list of signed certificate timestamps (RFC 6962 3.3), of the usual size. */
export const timestamps = extension("1.3.6.1.4.1.11129.2.4.2", Buffer.concat([der("0481f4"), Buffer.alloc(244, 7)]))

/** Of so many bytes, which nobody has to know. */
export const ballast = (size: number): asn1.Extension =>
    extension("1.3.6.1.4.1.55555.2", Buffer.from(AsnConvert.serialize(new OctetString(Buffer.alloc(size, 7)))))

// Certificates as the world has them, the wrong ones too: every field can be told. Dates are relative to now.
import { randomBytes } from "node:crypto"
import { AsnConvert } from "@peculiar/asn1-schema"
import * as asn1 from "@peculiar/asn1-x509"
import {
    authorityKeyIdentifier,
    basicConstraints,
    cRLSign,
    extendedKeyUsage,
    type GeneralName,
    id_kp_serverAuth,
    keyCertSign,
    keyIdentifier,
    keyUsage,
    subjectAltName,
    subjectKeyIdentifier,
} from "./extensions.js"
import { type Hash, type Keys, keysOf, schemeOf } from "./keys.js"

const DAY_MS = 24 * 60 * 60 * 1000

/** Outside their dates. */
export const EXPIRED = { from: -400, to: -30 } as const
export const NOT_YET = { from: 30, to: 400 } as const

/** The host of most rows. */
export const HOST = "device.warmhello.test"

export interface Certificate {
    pem: string
    der: Buffer
    keys: Keys
    subject: asn1.Name
    serial: Buffer
    extensions: asn1.Extension[]
}

export type DateForm = "UTCTime" | "GeneralizedTime"

export interface CertificateOptions {
    /** A common name, or a whole name. */
    subject?: string | asn1.Name
    /** Itself, when left out. */
    issuer?: Certificate
    keys?: Keys
    /** Days from now. */
    from?: number | Date
    to?: number | Date
    dateForms?: [DateForm, DateForm]
    serial?: Buffer
    /** v3 unless told; v1 has no extensions. */
    version?: asn1.Version
    hash?: Hash
    pss?: boolean
    /** Take the place of the usual one of their kind, or come on top of them. */
    extensions?: asn1.Extension[]
    /** Identifiers of usual extensions that it lacks. */
    without?: string[]
    /** The last word about what is signed, about its bytes, and about what was. */
    beforeSigning?: (certificate: asn1.TBSCertificate) => void
    bytesToSign?: (der: Buffer) => Buffer
    afterSigning?: (certificate: asn1.Certificate) => void
}

// ---- Names ------------------------------------------------------------------------------------------

const attributes = {
    CN: "2.5.4.3",
    C: "2.5.4.6",
    L: "2.5.4.7",
    O: "2.5.4.10",
    OU: "2.5.4.11",
    DC: "0.9.2342.19200300.100.1.25",
} as const

type StringForm = "utf8String" | "printableString" | "teletexString" | "bmpString" | "ia5String"

/** A distinguished name, an attribute a part: ["O", "Example"]. */
export function distinguishedName(
    parts: [keyof typeof attributes, string][],
    form: StringForm = "utf8String",
): asn1.Name {
    return new asn1.Name(
        parts.map(([type, text]) => {
            const value = new asn1.AttributeValue({ [form]: text })
            return new asn1.RelativeDistinguishedName([
                new asn1.AttributeTypeAndValue({ type: attributes[type], value }),
            ])
        }),
    )
}

const asName = (subject: string | asn1.Name): asn1.Name =>
    typeof subject === "string" ? distinguishedName([["CN", subject]]) : subject

// ---- Making one ---------------------------------------------------------------------------------------

function time(when: number | Date, form: DateForm = "UTCTime"): asn1.Time {
    const date = when instanceof Date ? when : new Date(Math.floor((Date.now() + when * DAY_MS) / 1000) * 1000)
    // RFC 5280 4.1.2.5: a year of two digits ends with 2049.
    const utc = form === "UTCTime" && date.getUTCFullYear() < 2050
    return new asn1.Time(utc ? { utcTime: date } : { generalTime: date })
}

function withChanges(usual: asn1.Extension[], { extensions = [], without = [] }: CertificateOptions) {
    const gone = new Set([...extensions.map((each) => each.extnID), ...without])
    return [...usual.filter((each) => !gone.has(each.extnID)), ...extensions]
}

function pem(der: Uint8Array, label = "CERTIFICATE"): string {
    const lines =
        Buffer.from(der)
            .toString("base64")
            .match(/.{1,64}/g) ?? []
    return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`
}

/** The same bytes with a part of them replaced by another of the same length. */
export function replaced(bytes: Buffer, part: Buffer, by: Buffer): Buffer {
    const at = bytes.indexOf(part)
    if (at < 0 || part.length !== by.length) throw new Error("there is no such part, or it has another length")
    return Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(at + part.length)])
}

/** For `afterSigning`. */
export function damageSignature(certificate: asn1.Certificate): void {
    const bytes = Buffer.from(certificate.signatureValue)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    certificate.signatureValue = new Uint8Array(bytes).buffer
}

let count = 0

/** One with nothing but what is told. */
function create(options: CertificateOptions, usual: (keys: Keys) => asn1.Extension[]): Certificate {
    const { subject: named = `Certificate ${++count}`, version = asn1.Version.v3 } = options
    const subject = asName(named)
    const keys = options.keys ?? keysOf(`certificate ${++count}`)
    const { algorithm, sign } = schemeOf(options.issuer?.keys ?? keys, options.hash, options.pss)
    const serial = options.serial ?? Buffer.concat([Buffer.from([0x01]), randomBytes(11)])
    const extensions = version === asn1.Version.v3 ? withChanges(usual(keys), options) : []
    const tbs = new asn1.TBSCertificate({
        version,
        serialNumber: new Uint8Array(serial).buffer,
        signature: algorithm,
        issuer: options.issuer?.subject ?? subject,
        subject,
        subjectPublicKeyInfo: AsnConvert.parse(
            keys.publicKey.export({ type: "spki", format: "der" }),
            asn1.SubjectPublicKeyInfo,
        ),
        ...(extensions.length > 0 && { extensions: new asn1.Extensions(extensions) }),
    })
    tbs.validity.notBefore = time(options.from ?? -30, options.dateForms?.[0])
    tbs.validity.notAfter = time(options.to ?? 365, options.dateForms?.[1])
    options.beforeSigning?.(tbs)
    const bytes = Buffer.from(AsnConvert.serialize(tbs))
    const toSign = options.bytesToSign?.(bytes) ?? bytes
    const certificate = new asn1.Certificate({
        tbsCertificate: tbs,
        signatureAlgorithm: algorithm,
        signatureValue: new Uint8Array(sign(toSign)).buffer,
    })
    options.afterSigning?.(certificate)
    const der = replaced(Buffer.from(AsnConvert.serialize(certificate)), bytes, toSign)
    return { pem: pem(der), der, keys, subject, serial, extensions }
}

const authority = (issuer: Certificate | undefined) =>
    issuer === undefined ? [] : [authorityKeyIdentifier({ keyIdentifier: keyIdentifier(issuer.keys.publicKey) })]

/** A root, or an intermediate where there is an issuer. */
export function authorityCertificate(options: CertificateOptions = {}): Certificate {
    return create(options, (keys) => [
        basicConstraints(true),
        keyUsage(keyCertSign | cRLSign),
        subjectKeyIdentifier(keyIdentifier(keys.publicKey)),
        ...authority(options.issuer),
    ])
}

/** A server's own. */
export function serverCertificate(
    options: CertificateOptions & { names?: readonly (string | GeneralName)[] } = {},
): Certificate {
    const { names = [HOST] } = options
    return create({ subject: "server", ...options }, (keys) => [
        ...(names.length > 0 ? [subjectAltName(names)] : []),
        extendedKeyUsage(id_kp_serverAuth),
        subjectKeyIdentifier(keyIdentifier(keys.publicKey)),
        ...authority(options.issuer),
    ])
}

// What certificates and keys show before any board has them: form, order, dates, who signed what.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"
import { WarmhelloError } from "../base/errors.js"
import {
    checkFile,
    checkLeftAside,
    type FileRole,
    type PemBlock,
    pemBlocks,
    refusalError,
} from "../core/credentials.js"
import { builtAtMs, plausibleNowMs } from "../core/platform.js"
import type { Findings } from "./findings.js"
import { pemOf } from "./pem.js"

const DAY_MS = 24 * 60 * 60 * 1000
/** A device may be out of reach for weeks. WH_CA_ENDS_SOON_S of firmware/core/include/warmhello/outcome.h. */
const SOON_DAYS = 60
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2"

/** Where a file stands in the provisioning file, and the code of what is wrong with it. */
interface Place {
    field: string
    role: FileRole
    unreadable: "ca-unreadable" | "certificate-unreadable"
}
const caPlace: Place = { field: "server.ca", role: "ca", unreadable: "ca-unreadable" }
const ownPlace: Place = { field: "identity.certificate", role: "certificate", unreadable: "certificate-unreadable" }

const certificateBlocks = (file: Buffer): PemBlock[] => pemBlocks(file).filter(({ isCertificate }) => isCertificate)
const keyBlocks = (file: Buffer): PemBlock[] => pemBlocks(file).filter(({ isKey }) => isKey)

function readCertificates(file: Buffer, { field, role, unreadable }: Place, findings: Findings): X509Certificate[] {
    const refusal = checkFile(role, field, file)
    // Of dates checkDates says more.
    if (refusal?.finding !== undefined) {
        findings.error(refusalError(refusal))
        return []
    }
    return certificateBlocks(file).flatMap(({ der, number }) => {
        try {
            return [new X509Certificate(der)]
        } catch (cause) {
            const message = `block ${number} of ${field} is a certificate that OpenSSL cannot read`
            findings.error(new WarmhelloError(unreadable, message, { cause, hint: "It is damaged: get it again." }))
            return []
        }
    })
}

const commonName = (certificate: X509Certificate) => certificate.subject.split("\n").at(-1) ?? "?"
const day = (date: Date) => date.toISOString().slice(0, 10)

interface DateCodes {
    expired: "ca-expired" | "client-certificate-expired"
    notYet: "ca-not-yet-valid" | "client-certificate-not-yet-valid"
    soon: "ca-expires-soon" | "certificate-expires-soon"
    renew: string
}
const caDates: DateCodes = {
    ...{ expired: "ca-expired", notYet: "ca-not-yet-valid", soon: "ca-expires-soon" },
    renew: "Put its successor beside it in the file now: devices take several.",
}
const ownDates: DateCodes = {
    ...{
        expired: "client-certificate-expired",
        notYet: "client-certificate-not-yet-valid",
        soon: "certificate-expires-soon",
    },
    renew: "Renew it before the device is out of reach: warmhello provision FILE --image CURRENT --out NEXT",
}

/** Whether this machine's clock cannot be right. What had ended before warmhello was built has ended all the same. */
const clockIsWrong = () => Date.now() < builtAtMs()

/** Certificates are not blamed for a clock that was never set. */
export function checkClock(findings: Findings): void {
    if (!clockIsWrong()) return
    const message = `this machine's clock is wrong: it says ${day(new Date())}, and warmhello was built on ${day(new Date(builtAtMs()))}`
    const advice = "Set it, and check again: until then nothing can be said about certificates that are not valid yet."
    findings.warning("clock-wrong", message, advice)
}

/** What the dates say against a certificate today. */
function dateError(certificate: X509Certificate, place: Place, codes: DateCodes): WarmhelloError | undefined {
    const nowMs = plausibleNowMs()
    const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
    const which = `${commonName(certificate)} in ${place.field}`
    if (to.getTime() < nowMs) {
        const hint = "Give a current certificate, or check this machine's clock."
        return new WarmhelloError(codes.expired, `${which} has expired on ${day(to)}`, { hint })
    }
    if (from.getTime() > nowMs && !clockIsWrong())
        return new WarmhelloError(codes.notYet, `${which} is not valid before ${day(from)}`)
    return undefined
}

function warnOfEnd(certificate: X509Certificate, place: Place, codes: DateCodes, findings: Findings): void {
    const to = new Date(certificate.validTo)
    if (to.getTime() >= plausibleNowMs() + SOON_DAYS * DAY_MS) return
    findings.warning(codes.soon, `${commonName(certificate)} in ${place.field} expires on ${day(to)}`, codes.renew)
}

/** The certificates that devices can verify with; the others are warned of. */
function withoutLeftAside(file: Buffer, certificates: X509Certificate[], findings: Findings): X509Certificate[] {
    const blocks = certificateBlocks(file)
    return certificates.filter((_, index) => {
        const finding = checkLeftAside("server.ca", file, blocks[index]?.number ?? 0)
        if (finding === undefined) return true
        findings.warning("ca-left-aside", `${finding.problem}, and is left aside for the others`, finding.advice)
        return false
    })
}

/** Of those that are valid today one is enough. */
function checkCaDates(certificates: X509Certificate[], findings: Findings): void {
    const errors = certificates.map((certificate) => dateError(certificate, caPlace, caDates))
    const isOneValid = errors.includes(undefined)
    for (const [index, certificate] of certificates.entries()) {
        const error = errors[index]
        if (error === undefined) warnOfEnd(certificate, caPlace, caDates, findings)
        else if (!isOneValid) findings.error(error)
        else findings.warning("ca-left-aside", `${error.message}, and is left aside for the others`, error.hint)
    }
}

export function checkCa(file: Buffer, findings: Findings): void {
    const certificates = withoutLeftAside(file, readCertificates(file, caPlace, findings), findings)
    checkCaDates(certificates, findings)
    for (const certificate of certificates.filter(({ ca }) => !ca)) {
        const message = `${commonName(certificate)} in server.ca is no authority`
        const advice = "It can vouch for itself only; give the CA that signs servers."
        findings.warning("ca-is-no-authority", message, advice)
        if (certificate.subjectAltName !== undefined) continue
        const named = `${commonName(certificate)} in server.ca names its host by its common name only`
        findings.warning(
            "common-name-only",
            named,
            "That is a thing of the past (RFC 9525): renew it with a subjectAltName.",
        )
    }
}

const isSelfSigned = (certificate: X509Certificate) => certificate.checkIssued(certificate)

function checkOrder(chain: X509Certificate[], findings: Findings): void {
    for (const [index, certificate] of chain.entries()) {
        const above = chain[index + 1]
        if (above === undefined) break
        if (certificate.checkIssued(above) && certificate.verify(above.publicKey)) continue
        const message = `in identity.certificate, ${commonName(above)} is not the issuer of ${commonName(certificate)}`
        findings.error(new WarmhelloError("chain-order", message))
    }
    const last = chain.at(-1)
    if (chain.length > 1 && last !== undefined && isSelfSigned(last)) {
        const message = `${commonName(last)} at the end of identity.certificate is a root`
        findings.warning(
            "chain-holds-root",
            message,
            "Leave it out: servers have it, and each full handshake would send it.",
        )
    }
}

/** The form of a private key's DER by its label. */
const keyForms: Record<string, "pkcs8" | "pkcs1" | "sec1"> = {
    "PRIVATE KEY": "pkcs8",
    "RSA PRIVATE KEY": "pkcs1",
    "EC PRIVATE KEY": "sec1",
}

function readKey(file: Buffer, findings: Findings): KeyObject | undefined {
    const refusal = checkFile("key", "identity.key", file)
    const [block, ...more] = keyBlocks(file)
    if (refusal !== undefined || block === undefined) {
        if (refusal !== undefined) findings.error(refusalError(refusal))
        return undefined
    }
    if (more.length > 0) {
        const message = "identity.key holds several private keys, of which the first is taken"
        findings.warning("several-keys", message, "Leave only that of the device's certificate.")
    }
    return createPrivateKey({ key: block.der, format: "der", type: keyForms[block.label] ?? "pkcs8" })
}

export function checkIdentity(identity: { certificate: Buffer; key: Buffer }, findings: Findings): void {
    const chain = readCertificates(identity.certificate, ownPlace, findings)
    const key = readKey(identity.key, findings)
    const [leaf] = chain
    for (const certificate of chain) {
        const error = dateError(certificate, ownPlace, ownDates)
        if (error === undefined) warnOfEnd(certificate, ownPlace, ownDates, findings)
        else findings.error(error)
    }
    checkOrder(chain, findings)
    if (leaf === undefined) return
    if (key !== undefined && !leaf.checkPrivateKey(key)) {
        const message = `identity.key does not belong to ${commonName(leaf)}, the first certificate in identity.certificate`
        const fits = chain.find((certificate) => certificate.checkPrivateKey(key))
        const hint =
            fits === undefined
                ? "Give the key that the certificate was made for."
                : `It belongs to ${commonName(fits)}: that certificate must stand first.`
        findings.error(new WarmhelloError("key-mismatch", message, { hint }))
    }
    const purposes: string[] | undefined = leaf.keyUsage
    if (purposes !== undefined && !purposes.includes(CLIENT_AUTHENTICATION)) {
        const message = `${commonName(leaf)} in identity.certificate is not for clients`
        findings.warning(
            "not-for-clients",
            message,
            "Servers may refuse it: ask its authority for the purpose clientAuth.",
        )
    }
}

/** Certificates as the image holds them. */
export const storedCertificates = (file: Buffer): Buffer =>
    Buffer.from(
        certificateBlocks(file)
            .map(({ der }) => pemOf("CERTIFICATE", der))
            .join(""),
    )

/** Of a CA file, those that a device can use. */
export function storedCa(file: Buffer): Buffer {
    const kept = certificateBlocks(file).filter(({ number }) => checkLeftAside("", file, number) === undefined)
    return Buffer.from(kept.map(({ der }) => pemOf("CERTIFICATE", der)).join(""))
}

export function storedKey(file: Buffer): Buffer {
    const [block] = keyBlocks(file)
    return Buffer.from(block === undefined ? "" : pemOf(block.label, block.der))
}

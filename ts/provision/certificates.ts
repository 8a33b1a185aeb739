// What certificates and keys show before any board has them: form, order, dates, who signed what.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"
import { WarmhelloError } from "../errors.js"
import type { Findings } from "./findings.js"
import { certificateBlocks, isDer, joined, keyBlocks } from "./pem.js"

const DAY_MS = 24 * 60 * 60 * 1000
/** A device may be out of reach for weeks. */
const SOON_DAYS = 30
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2"

/** Where a file stands in the provisioning file, and the code of what is wrong with it. */
interface Place {
    field: string
    unreadable: "ca-unreadable" | "certificate-unreadable"
}
const caPlace: Place = { field: "server.ca", unreadable: "ca-unreadable" }
const ownPlace: Place = { field: "identity.certificate", unreadable: "certificate-unreadable" }

const derHint = "It is DER; make it PEM with: openssl x509 -inform der -in FILE -out FILE.pem"
const pemHint = "The file must hold a certificate in PEM, from BEGIN CERTIFICATE to END CERTIFICATE."

function readCertificates(file: Buffer, place: Place, findings: Findings): X509Certificate[] {
    const blocks = certificateBlocks(file)
    if (blocks.length === 0) {
        const hint = isDer(file) ? derHint : pemHint
        findings.error(new WarmhelloError(place.unreadable, `${place.field} holds no certificate in PEM`, { hint }))
    }
    return blocks.flatMap(({ text }, index) => {
        try {
            return [new X509Certificate(text)]
        } catch (cause) {
            const message = `certificate ${index + 1} in ${place.field} cannot be read`
            findings.error(
                new WarmhelloError(place.unreadable, message, { cause, hint: "It is damaged: get it again." }),
            )
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

function checkDates(certificate: X509Certificate, place: Place, codes: DateCodes, findings: Findings): void {
    const nowMs = Date.now()
    const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
    const which = `${commonName(certificate)} in ${place.field}`
    if (to.getTime() < nowMs) {
        const hint = "Give a current one, or check this machine's clock."
        findings.error(new WarmhelloError(codes.expired, `${which} has expired on ${day(to)}`, { hint }))
    } else if (from.getTime() > nowMs) {
        findings.error(new WarmhelloError(codes.notYet, `${which} is not valid before ${day(from)}`))
    } else if (to.getTime() < nowMs + SOON_DAYS * DAY_MS) {
        findings.warning(codes.soon, `${which} expires on ${day(to)}`, codes.renew)
    }
}

export function checkCa(file: Buffer, findings: Findings): void {
    for (const certificate of readCertificates(file, caPlace, findings)) {
        checkDates(certificate, caPlace, caDates, findings)
        if (!certificate.ca) {
            const message = `${commonName(certificate)} in server.ca is no authority`
            findings.warning(
                "ca-is-no-authority",
                message,
                "It can vouch for itself only; give the CA that signs servers.",
            )
        }
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

function readKey(file: Buffer, findings: Findings): KeyObject | undefined {
    const [block, ...more] = keyBlocks(file)
    const unreadable = (message: string, hint: string) =>
        findings.error(new WarmhelloError("key-unreadable", message, { hint }))
    if (block === undefined) {
        const der = "It is DER; make it PEM with: openssl pkey -inform der -in FILE -out FILE.pem"
        const pem = "The file must hold a private key in PEM, from BEGIN PRIVATE KEY to END PRIVATE KEY."
        unreadable("identity.key holds no private key in PEM", isDer(file) ? der : pem)
    } else if (block.isLocked) {
        findings.error(new WarmhelloError("key-encrypted", "identity.key is locked with a passphrase"))
    } else if (more.length > 0) {
        unreadable("identity.key holds several private keys", "Leave only that of the device's certificate.")
    } else {
        try {
            return createPrivateKey(block.text)
        } catch {
            unreadable("identity.key cannot be read", "It is damaged: get it again.")
        }
    }
    return undefined
}

export function checkIdentity(identity: { certificate: Buffer; key: Buffer }, findings: Findings): void {
    const chain = readCertificates(identity.certificate, ownPlace, findings)
    const key = readKey(identity.key, findings)
    const [leaf] = chain
    for (const certificate of chain) checkDates(certificate, ownPlace, ownDates, findings)
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
export const storedCertificates = (file: Buffer): Buffer => joined(certificateBlocks(file))
export const storedKey = (file: Buffer): Buffer => joined(keyBlocks(file))

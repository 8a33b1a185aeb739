// The files that the client has, looked at before anything is asked.
import { X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"
import type { CoreErrorWord } from "../base/core-codes.js"
import { coreError } from "../base/errors.js"

/** The client's own. */
export interface Credentials {
    /** PEM; Node's public roots where there is none. */
    ca: Buffer | undefined
    certificate: Buffer | undefined
    key: Buffer | undefined
    alpn: readonly string[]
}

const isPem = (file: Buffer): boolean => file.includes("-----BEGIN ")
const BLOCK = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g

function parsed(bytes: string | Buffer): X509Certificate[] {
    try {
        return [new X509Certificate(bytes)]
    } catch {
        return []
    }
}

export const certificatesIn = (file: Buffer): X509Certificate[] =>
    isPem(file) ? (file.toString("latin1").match(BLOCK) ?? []).flatMap(parsed) : parsed(file)

/** The CAs as PEM. Throws `ca-unreadable` where there is none, and `ca-expired` where all have ended. */
function readCa(file: Buffer, now: number): Buffer {
    const found = certificatesIn(file)
    if (found.length === 0) throw coreError("ca-unreadable", "--ca: ")
    if (found.every(({ validTo }) => Date.parse(validTo) < now)) throw coreError("ca-expired", "--ca: ")
    if (found.every(({ validFrom }) => Date.parse(validFrom) > now)) throw coreError("ca-not-yet-valid", "--ca: ")
    return Buffer.from(found.map(String).join("\n"))
}

/** OpenSSL's words for what it does not like about a certificate and its key. */
function wordFor(code: string): CoreErrorWord {
    if (/MISMATCH/.test(code)) return "key-mismatch"
    if (/PASSPHRASE|INTERRUPTED|PASSWORD|CIPHER/.test(code)) return "key-encrypted"
    return "key-unreadable"
}

function checkIdentity(certificate: Buffer, key: Buffer): void {
    if (certificatesIn(certificate).length === 0) throw coreError("certificate-unreadable")
    try {
        createSecureContext({ cert: certificate, key })
    } catch (error) {
        throw coreError(wordFor(String((error as NodeJS.ErrnoException).code)))
    }
}

/** Throws where a file cannot be used. */
export function readCredentials(files: Credentials, now: number): Credentials {
    const { ca, certificate, key } = files
    if (certificate !== undefined && key !== undefined) checkIdentity(certificate, key)
    return { ...files, ca: ca === undefined ? undefined : readCa(ca, now) }
}

// The files of --ca, --cert and --key for Node's own TLS, which says nothing of a file without a certificate.
import { X509Certificate } from "node:crypto"
import { createSecureContext } from "node:tls"
import { WarmhelloError } from "../base/errors.js"
import { readFile } from "../base/files.js"

interface TlsFiles {
    ca?: Buffer | undefined
    certificate?: Buffer | undefined
    key?: Buffer | undefined
}

const BEGIN = /(?=-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----)/

const unusable = (what: string, error: unknown): WarmhelloError =>
    new WarmhelloError("bad-option", `${what}: ${(error as { reason?: string }).reason ?? (error as Error).message}`, {
        cause: error,
    })

function certificates(path: string): Buffer {
    const bytes = readFile(path)
    const [, ...all] = ` ${bytes.toString("latin1")}`.split(BEGIN)
    if (all.length === 0) throw new WarmhelloError("bad-option", `there is no certificate as PEM in ${path}`)
    for (const one of all) {
        try {
            new X509Certificate(one)
        } catch (error) {
            throw unusable(`${path} is damaged`, error)
        }
    }
    return bytes
}

function keyOf(cert: Buffer, paths: { cert: string; key: string }): Buffer {
    const key = readFile(paths.key)
    try {
        createSecureContext({ cert, key })
    } catch (error) {
        throw unusable(`${paths.key} is not the key of ${paths.cert}`, error)
    }
    return key
}

/** Throws `file-unreadable`, or `bad-option` for what TLS cannot use. */
export function tlsFiles({ ca, cert, key }: { ca?: string; cert?: string; key?: string }): TlsFiles {
    const files: TlsFiles = ca === undefined ? {} : { ca: certificates(ca) }
    if (cert === undefined || key === undefined) return files
    const certificate = certificates(cert)
    return { ...files, certificate, key: keyOf(certificate, { cert, key }) }
}

// Node's and OpenSSL's words for what went wrong, in ours.
import type { CoreErrorWord } from "../base/core-codes.js"
import { coreError, WarmhelloError } from "../base/errors.js"

const words: Record<string, CoreErrorWord> = {
    ENOTFOUND: "unknown-host",
    EAI_AGAIN: "unknown-host",
    ENODATA: "unknown-host",
    ECONNREFUSED: "connection-refused",
    EHOSTUNREACH: "host-unreachable",
    ENETUNREACH: "host-unreachable",
    EADDRNOTAVAIL: "host-unreachable",
    ETIMEDOUT: "connect-timeout",
    ECONNRESET: "closed",
    EPIPE: "closed",
    // OpenSSL's words for the names of certificates' faults (X509_V_ERR_*).
    CERT_HAS_EXPIRED: "certificate-expired",
    CERT_NOT_YET_VALID: "certificate-not-yet-valid",
    ERR_TLS_CERT_ALTNAME_INVALID: "wrong-name",
    HOSTNAME_MISMATCH: "wrong-name",
    UNABLE_TO_GET_ISSUER_CERT: "untrusted",
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "untrusted",
    SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
    DEPTH_ZERO_SELF_SIGNED_CERT: "untrusted",
    ERR_SSL_WRONG_VERSION_NUMBER: "not-tls",
    ERR_SSL_PACKET_LENGTH_TOO_LONG: "not-tls",
    ERR_SSL_HTTP_REQUEST: "not-tls",
    ERR_SSL_UNSUPPORTED_PROTOCOL: "no-common-version",
    ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "no-common-version",
    ERR_SSL_UNKNOWN_PROTOCOL: "no-common-version",
    ERR_SSL_NO_PROTOCOLS_AVAILABLE: "no-common-version",
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: "client-certificate-wanted",
    ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "client-certificate-refused",
    ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: "client-certificate-refused",
    ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: "no-common-alpn",
}

const codeIn = (error: unknown): string => String((error as NodeJS.ErrnoException | undefined)?.code ?? "")

/** OpenSSL names alerts with the word or, those of extensions (unrecognized_name), without. */
export const isAlert = (error: unknown): boolean => /ALERT|^ERR_SSL_TLSV1_/.test(codeIn(error))

function wordOf(error: unknown): CoreErrorWord {
    const code = codeIn(error)
    const known = words[code]
    if (known !== undefined) return known
    if (isAlert(error)) return "alert"
    if (code.startsWith("ERR_SSL_")) return "protocol"
    if (/CERT|CRL|CHAIN|PATH_LENGTH|INVALID_CA|INVALID_PURPOSE/.test(code)) return "bad-certificate"
    return "connection-lost"
}

/** `where` is whom it is about. */
export function failure(error: unknown, where: string): WarmhelloError {
    if (error instanceof WarmhelloError) return error
    const { message } = coreError(wordOf(error), `${where}: `)
    const code = codeIn(error)
    return new WarmhelloError(wordOf(error), code === "" ? message : `${message} (${code})`, { cause: error })
}

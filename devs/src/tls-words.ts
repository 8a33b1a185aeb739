// Generated from devs/services/tls-session.md by `npm run generate`; do not edit.
/** Newer firmware may know others, which are unknown here. */
export type TlsResult = "pending" | "full" | "resumed" | "failed" | "unknown"
/** The word of a number on the bus. */
export function tlsResultOf(value: number): TlsResult {
    switch (value) {
        case 0:
            return "pending"
        case 1:
            return "full"
        case 2:
            return "resumed"
        case 3:
            return "failed"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsReason =
    | "none"
    | "accepted"
    | "other-binding"
    | "alternating-peers"
    | "disabled"
    | "expired"
    | "over-7-days"
    | "over-not-after"
    | "authenticated-too-long-ago"
    | "trust-spent"
    | "spent"
    | "suspect"
    | "store-failed"
    | "unusable"
    | "damaged"
    | "refused"
    | "fallback"
    | "resting"
    | "upgrade"
    | "no-extended-master-secret"
    | "unknown"
/** The word of a number on the bus. */
export function tlsReasonOf(value: number): TlsReason {
    switch (value) {
        case 0:
            return "none"
        case 1:
            return "accepted"
        case 2:
            return "other-binding"
        case 3:
            return "alternating-peers"
        case 4:
            return "disabled"
        case 5:
            return "expired"
        case 6:
            return "over-7-days"
        case 7:
            return "over-not-after"
        case 8:
            return "authenticated-too-long-ago"
        case 9:
            return "trust-spent"
        case 10:
            return "spent"
        case 11:
            return "suspect"
        case 12:
            return "store-failed"
        case 13:
            return "unusable"
        case 14:
            return "damaged"
        case 15:
            return "refused"
        case 16:
            return "fallback"
        case 17:
            return "resting"
        case 18:
            return "upgrade"
        case 19:
            return "no-extended-master-secret"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsProtocol = null | "TLS1.2" | "TLS1.3" | "unknown"
/** The word of a number on the bus. */
export function tlsProtocolOf(value: number): TlsProtocol {
    switch (value) {
        case 0:
            return null
        case 1:
            return "TLS1.2"
        case 2:
            return "TLS1.3"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsKind = null | "id" | "ticket" | "psk" | "external-psk" | "unknown"
/** The word of a number on the bus. */
export function tlsKindOf(value: number): TlsKind {
    switch (value) {
        case 0:
            return null
        case 1:
            return "id"
        case 2:
            return "ticket"
        case 3:
            return "psk"
        case 4:
            return "external-psk"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsTiers = null | "rtc" | "flash" | "both" | "unknown"
/** The word of a number on the bus. */
export function tlsTiersOf(value: number): TlsTiers {
    switch (value) {
        case 0:
            return null
        case 1:
            return "rtc"
        case 2:
            return "flash"
        case 3:
            return "both"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsClock = "unknown" | "known" | "suspect" | "unknown"
/** The word of a number on the bus. */
export function tlsClockOf(value: number): TlsClock {
    switch (value) {
        case 0:
            return "unknown"
        case 1:
            return "known"
        case 2:
            return "suspect"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsProfile = "balanced" | "strict" | "frugal" | "unknown"
/** The word of a number on the bus. */
export function tlsProfileOf(value: number): TlsProfile {
    switch (value) {
        case 0:
            return "balanced"
        case 1:
            return "strict"
        case 2:
            return "frugal"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsEarlyData = null | "offered" | "accepted" | "refused" | "unknown"
/** The word of a number on the bus. */
export function tlsEarlyDataOf(value: number): TlsEarlyData {
    switch (value) {
        case 0:
            return null
        case 1:
            return "offered"
        case 2:
            return "accepted"
        case 3:
            return "refused"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsConsent = null | "given" | "withheld" | "unknown"
/** The word of a number on the bus. */
export function tlsConsentOf(value: number): TlsConsent {
    switch (value) {
        case 0:
            return null
        case 1:
            return "given"
        case 2:
            return "withheld"
        default:
            return "unknown"
    }
}

/** Newer firmware may know others, which are unknown here. */
export type TlsError =
    | null
    | "no-session"
    | "other-binding"
    | "not-resumable"
    | "unusable"
    | "wear-limit"
    | "spent"
    | "suspect"
    | "pinned"
    | "alternating-peers"
    | "upgrade"
    | "no-extended-master-secret"
    | "not-needed"
    | "damaged"
    | "damaged-session"
    | "untrusted"
    | "wrong-name"
    | "certificate-expired"
    | "certificate-not-yet-valid"
    | "bad-certificate"
    | "not-tls"
    | "no-common-version"
    | "alert"
    | "closed"
    | "truncated"
    | "protocol"
    | "no-common-alpn"
    | "client-certificate-wanted"
    | "client-certificate-refused"
    | "ca-expired"
    | "ca-not-yet-valid"
    | "server-silent"
    | "psk-refused"
    | "no-network"
    | "no-address"
    | "unknown-host"
    | "host-unreachable"
    | "connection-lost"
    | "connection-refused"
    | "connect-timeout"
    | "memory"
    | "entropy"
    | "rtc-too-small"
    | "flash"
    | "device-key"
    | "clock-suspect"
    | "argument"
    | "state"
    | "ca-unreadable"
    | "certificate-unreadable"
    | "key-unreadable"
    | "key-encrypted"
    | "key-mismatch"
    | "alpn-unusable"
    | "send-overflow"
    | "host-unusable"
    | "unknown"
/** The word of a number on the bus. */
export function tlsErrorOf(value: number): TlsError {
    switch (value) {
        case 0:
            return null
        case 1:
            return "no-session"
        case 2:
            return "other-binding"
        case 3:
            return "not-resumable"
        case 4:
            return "unusable"
        case 5:
            return "wear-limit"
        case 6:
            return "spent"
        case 7:
            return "suspect"
        case 8:
            return "pinned"
        case 9:
            return "alternating-peers"
        case 10:
            return "upgrade"
        case 11:
            return "no-extended-master-secret"
        case 12:
            return "not-needed"
        case 20:
            return "damaged"
        case 21:
            return "damaged-session"
        case 40:
            return "untrusted"
        case 41:
            return "wrong-name"
        case 42:
            return "certificate-expired"
        case 43:
            return "certificate-not-yet-valid"
        case 44:
            return "bad-certificate"
        case 45:
            return "not-tls"
        case 46:
            return "no-common-version"
        case 47:
            return "alert"
        case 48:
            return "closed"
        case 49:
            return "truncated"
        case 50:
            return "protocol"
        case 51:
            return "no-common-alpn"
        case 52:
            return "client-certificate-wanted"
        case 53:
            return "client-certificate-refused"
        case 54:
            return "ca-expired"
        case 55:
            return "ca-not-yet-valid"
        case 56:
            return "server-silent"
        case 57:
            return "psk-refused"
        case 70:
            return "no-network"
        case 71:
            return "no-address"
        case 72:
            return "unknown-host"
        case 73:
            return "host-unreachable"
        case 74:
            return "connection-lost"
        case 75:
            return "connection-refused"
        case 76:
            return "connect-timeout"
        case 80:
            return "memory"
        case 81:
            return "entropy"
        case 82:
            return "rtc-too-small"
        case 83:
            return "flash"
        case 84:
            return "device-key"
        case 85:
            return "clock-suspect"
        case 90:
            return "argument"
        case 91:
            return "state"
        case 92:
            return "ca-unreadable"
        case 93:
            return "certificate-unreadable"
        case 94:
            return "key-unreadable"
        case 95:
            return "key-encrypted"
        case 96:
            return "key-mismatch"
        case 97:
            return "alpn-unusable"
        case 98:
            return "send-overflow"
        case 99:
            return "host-unusable"
        default:
            return "unknown"
    }
}

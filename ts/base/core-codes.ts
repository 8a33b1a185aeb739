// Generated from firmware/core/include/warmhello/*.def by `npm run generate`; do not edit.

/** Why a connect was resumed or made a full handshake. */
export const reasons = {
    none: "no session was stored",
    accepted: "the stored session was offered and the server resumed it",
    "other-binding": "the stored session was made with another server or configuration, so it was not offered",
    "alternating-peers":
        "the session of this peer was pushed out by that of another one: pin the peer that shall keep its session",
    disabled: "offering sessions is turned off",
    expired: "the stored session has outlived the lifetime that the server gave it, or a day in TLS 1.2",
    "over-7-days": "the stored session is older than TLS allows for any ticket",
    "over-not-after": "a certificate that was verified for the stored session has expired since",
    "authenticated-too-long-ago": "the last full handshake is longer ago than the setting allows",
    "trust-spent":
        "the power was lost more often since the last full handshake than the setting trusts, and no clock has measured for how long",
    spent: "the stored session may be offered only once, and it was",
    suspect: "the stored session was offered in two handshakes that failed, and was deleted",
    "store-failed": "the stored session could not be read or marked as spent, so it was not offered",
    unusable: "wolfSSL would not attach the stored session, most often because it has expired",
    damaged: "the stored session was damaged; it was wiped and not offered",
    refused: "the stored session was offered and the server chose a full handshake",
    fallback:
        "the attempt with the stored session failed or met silence, and this second attempt made a full handshake",
    resting:
        "the server broke off the last handshakes with a session and not those without, so none is offered for some connects",
    upgrade: "the stored session was one of TLS 1.2 and was put aside, since the server may speak TLS 1.3 by now",
    "no-extended-master-secret":
        "the server's TLS 1.2 lacks the extended master secret, so its session was not kept: use TLS 1.3",
} as const
export type Reason = keyof typeof reasons

/** Whether a ticket that had not come was waited for. */
export const ticketWaits = {
    pays: "waited, as long as a full handshake takes longer than a resumed one",
    set: "waited for as long as the setting says, or not at all if it says so",
    "in-vain": "not waited: this server gave none in the last such connection",
    "has-another": "not waited: the next connect has a session all the same",
    expires: "not waited: by the time between connects it would expire before the next one",
    "too-dear": "not waited: tickets of this server come later than they save",
} as const
export type TicketWait = keyof typeof ticketWaits

/** The core's errors. */
export const coreErrors = {
    "no-session": { value: -1, class: "miss", meaning: "nothing is stored" },
    "other-binding": {
        value: -2,
        class: "miss",
        meaning: "the stored session belongs to another server or configuration",
    },
    "not-resumable": {
        value: -3,
        class: "miss",
        meaning: "the connection has not yielded a session that can be resumed",
    },
    unusable: {
        value: -4,
        class: "miss",
        meaning: "wolfSSL would not take the stored session, most often because it has expired",
    },
    "wear-limit": { value: -5, class: "miss", meaning: "the wear budget does not allow to write to flash now" },
    spent: { value: -6, class: "miss", meaning: "the stored session may be offered only once, and it was" },
    suspect: {
        value: -7,
        class: "miss",
        meaning: "the stored session was offered in two handshakes that failed, and was deleted",
    },
    pinned: { value: -8, class: "miss", meaning: "the place of the one session is kept for the pinned peer" },
    "alternating-peers": {
        value: -9,
        class: "miss",
        meaning: "the session of this peer was pushed out by that of another",
    },
    upgrade: {
        value: -10,
        class: "miss",
        meaning:
            "the server may speak TLS 1.3 by now, so no session of TLS 1.2 was kept, and the next handshake asks for both",
    },
    "no-extended-master-secret": {
        value: -11,
        class: "miss",
        meaning: "the server's TLS 1.2 lacks the extended master secret, so its session is not kept: use TLS 1.3",
    },
    "not-needed": {
        value: -12,
        class: "miss",
        meaning:
            "no session was kept, since to greet by the pre-shared key in TLS 1.3 costs no more than to resume one",
    },
    damaged: { value: -20, class: "damage", meaning: "the stored bytes are damaged or of another format" },
    "damaged-session": { value: -21, class: "damage", meaning: "wolfSSL could not read the stored session" },
    untrusted: { value: -40, class: "peer", meaning: "the server's certificate is not signed by the given CA" },
    "wrong-name": { value: -41, class: "peer", meaning: "the server's certificate is for another host name" },
    "certificate-expired": {
        value: -42,
        class: "peer",
        meaning: "the server's certificate, or one above it, has expired",
    },
    "certificate-not-yet-valid": {
        value: -43,
        class: "peer",
        meaning: "the server's certificate, or one above it, is not valid yet",
    },
    "bad-certificate": { value: -44, class: "peer", meaning: "the server's certificate cannot be used" },
    "not-tls": { value: -45, class: "peer", meaning: "the server does not speak TLS on this port" },
    "no-common-version": {
        value: -46,
        class: "peer",
        meaning: "the server and this client have no protocol version or cipher in common",
    },
    alert: { value: -47, class: "peer", meaning: "the server ended the handshake with an alert" },
    closed: { value: -48, class: "peer", meaning: "the connection closed in the middle of the handshake" },
    truncated: {
        value: -49,
        class: "peer",
        meaning: "the connection closed without close_notify: data may be missing",
    },
    protocol: { value: -50, class: "peer", meaning: "the server sent something that TLS does not allow" },
    "no-common-alpn": {
        value: -51,
        class: "peer",
        meaning: "the server speaks none of the application protocols asked for",
    },
    "client-certificate-wanted": {
        value: -52,
        class: "peer",
        meaning: "the server wants a client certificate, and none was given",
    },
    "client-certificate-refused": {
        value: -53,
        class: "peer",
        meaning: "the server does not accept the client certificate",
    },
    "ca-expired": { value: -54, class: "peer", meaning: "the CA that the server's certificate leads to has expired" },
    "ca-not-yet-valid": {
        value: -55,
        class: "peer",
        meaning: "the CA that the server's certificate leads to is not valid yet",
    },
    "server-silent": { value: -56, class: "peer", meaning: "the server has gone silent" },
    "psk-refused": {
        value: -57,
        class: "peer",
        meaning:
            "the server refused the handshake by the pre-shared key, and none without it came about: it may not know the identity, or have another key for it",
    },
    "no-network": { value: -70, class: "network", meaning: "the access point cannot be reached or has gone" },
    "no-address": { value: -71, class: "network", meaning: "the access point gives the device no address" },
    "unknown-host": { value: -72, class: "network", meaning: "the host is unknown or cannot be reached" },
    "host-unreachable": { value: -73, class: "network", meaning: "no way leads to the server's address" },
    "connection-lost": { value: -74, class: "network", meaning: "the connection broke off" },
    "connection-refused": { value: -75, class: "network", meaning: "the server refuses connections on this port" },
    "connect-timeout": { value: -76, class: "network", meaning: "the server did not answer in time" },
    memory: { value: -80, class: "platform", meaning: "out of memory" },
    entropy: { value: -81, class: "platform", meaning: "the random generator failed" },
    "rtc-too-small": {
        value: -82,
        class: "platform",
        meaning:
            "RTC RAM cannot keep the session: the session is too long for its slot, or did not read back as it was written",
    },
    flash: { value: -83, class: "platform", meaning: "an operation on flash failed" },
    "device-key": { value: -84, class: "platform", meaning: "there is no device key to seal sessions with" },
    "clock-suspect": {
        value: -85,
        class: "platform",
        meaning:
            "by this clock every CA given and every certificate that the server sent is outside its dates: the clock is wrong, or all of them have ended",
    },
    argument: { value: -90, class: "usage", meaning: "an argument is missing or out of range" },
    state: { value: -91, class: "usage", meaning: "the call does not fit the state of the connection" },
    "ca-unreadable": {
        value: -92,
        class: "usage",
        meaning: "the CA holds no certificate that can be used, or a damaged one",
    },
    "certificate-unreadable": {
        value: -93,
        class: "usage",
        meaning: "the client certificate holds no certificate that can be used, or a damaged one",
    },
    "key-unreadable": { value: -94, class: "usage", meaning: "the client key holds no private key that can be used" },
    "key-encrypted": { value: -95, class: "usage", meaning: "the client key is locked with a passphrase" },
    "key-mismatch": { value: -96, class: "usage", meaning: "the client key does not belong to the client certificate" },
    "alpn-unusable": {
        value: -97,
        class: "usage",
        meaning: "the application protocols must be a comma-separated list of at most 63 bytes, without empty names",
    },
    "send-overflow": { value: -98, class: "usage", meaning: "more was written than can be kept until it is sent" },
    "host-unusable": {
        value: -99,
        class: "usage",
        meaning: "the host is neither a name nor an IP address that a certificate could carry",
    },
} as const
export type CoreErrorWord = keyof typeof coreErrors

// The words of the core's enums, each at its number.

export const resultWords = ["pending", "full", "resumed", "failed"] as const

export const protocolWords = [null, "TLS1.2", "TLS1.3"] as const

export const kindWords = [null, "id", "ticket", "psk", "external-psk"] as const

export const earlyDataWords = [null, "offered", "accepted", "refused"] as const

export const clockWords = ["unknown", "known", "suspect"] as const

// Generated from client.def and provision.def of the firmware by `npm run generate`; do not edit.
import type { Profile, Reuse, StaticAddress, TlsVersion, WifiSecurity } from "./kinds.js"

/** When to offer the stored session. */
export interface Policy {
    /**
     * Never offers a session. Without it: false.
     */
    disabled?: boolean | undefined
    /**
     * How long after the last full handshake a session may be offered, in seconds. Without it: 7 days.
     */
    maxAuthenticatedS?: number | undefined
    /**
     * How long a connection stays open for a ticket that has not come yet, in milliseconds, 5 s at most; 0 for not at
     * all. Without it: as long as it pays.
     */
    ticketWaitMs?: number | undefined
    /**
     * The longest advice to leave a failing server or an absent network alone, in seconds. Without it: 3600.
     */
    backoffMaxS?: number | undefined
    /**
     * Of all peers, this one keeps its session. Without it: false.
     */
    pinned?: boolean | undefined
    /**
     * How many losses of power since the last full handshake a session may outlive while no clock tells for how long,
     * 255 for any number; 0: one resumption on trust, then a full handshake. Without it: 20.
     */
    trustAfterPowerLoss?: number | undefined
    /**
     * `"when-not-renewed"`: a ticket of TLS 1.3 is offered again when the server was seen to give no other in a
     * resumption; `"never"`: each goes out once. Without it: by the profile.
     */
    reuse?: Reuse | undefined
    /**
     * Keeps and offers sessions of TLS 1.2 that lack the extended master secret (RFC 7627); not with an `identity` or a
     * `psk`. Without it: false.
     */
    withoutExtendedMasterSecret?: boolean | undefined
    /**
     * What the app writes first may leave with the ClientHello, where the server's session allows it: such bytes may
     * reach the server twice, and whoever has recorded them may send them again, so only where that does no harm.
     * Without it: false.
     */
    earlyData?: boolean | undefined
    /**
     * `"strict"`: TLS 1.3 alone, no session older than a day; `"frugal"`: what takes least energy, without forward
     * secrecy where the server agrees; `"balanced"`: a new key exchange wherever TLS 1.3 is spoken. Without it:
     * "balanced".
     */
    profile?: Profile | undefined
}

/** This device's own files, for servers that ask for them. */
interface Identity {
    /**
     * PEM or DER: the device's certificate, then those between it and the root.
     */
    certificate: Buffer
    /**
     * PEM or DER: its private key, without a passphrase.
     */
    key: Buffer
}

/** A key that this device and its server alone have. */
export interface PreSharedKey {
    /**
     * The name by which the server knows the pre-shared key: printable ASCII without blanks and colons, not beginning
     * with `#`.
     */
    identity: string
    /**
     * The key itself, 16 to 64 bytes of one device alone, in a file as hexadecimal digits: `warmhello provision --psk
     * IDENTITY` makes one of 32.
     */
    key: Buffer
}

/** Whom to connect to, whom to trust, and how. In `alpn`, names stand between commas. */
export interface ClientOptions {
    /**
     * A name or an address, as the server's certificate has it: `broker`, `example.com`, `10.0.0.1`, `fd00::1`; other
     * alphabets become ASCII.
     */
    host: string
    /**
     * The server's TCP port.
     */
    port: number
    /**
     * `"1.2"`, `"1.3"` or both: the lowest version to speak.
     */
    minVersion: TlsVersion
    /**
     * And the highest.
     */
    maxVersion: TlsVersion
    /**
     * `false`: takes no tickets, only TLS 1.2 session IDs resume.
     */
    tickets: boolean
    /**
     * List of application protocols to ask for, best first. Without it: none.
     */
    alpn?: string | undefined
    /**
     * PEM or DER: one or more CA certificates, which the server's chain must end in; one at least is within its dates.
     */
    ca: Buffer
    identity?: Identity | undefined
    psk?: PreSharedKey | undefined
    policy?: Policy | undefined
}

/** The way into the network. */
export interface Wifi {
    /**
     * The network's name, 1 to 32 bytes of UTF-8.
     */
    ssid: string
    /**
     * 8 to 63 printable ASCII characters, or the 64 hexadecimal digits of a WPA2 key; none for an open network. Without
     * it: none.
     */
    password?: string | undefined
    /**
     * The weakest network to join: `"wpa2"` joins WPA3 as well, `"wpa3"` nothing less, `"open"` needs no password.
     */
    security: WifiSecurity
    /**
     * `address`, `netmask`, `gateway`, and `dns` if it is not the gateway; IPv4. Without it: DHCP.
     */
    staticAddress?: StaticAddress | undefined
    /**
     * Goes to the access point and the address of the last wake first.
     */
    fastWake: boolean
}

/** What a board is given before its first wake. */
export interface Provision {
    /**
     * Where to ask for the time. Without it: none.
     */
    ntpServer?: string | undefined
    /**
     * Offers no session in every second wake, to compare the energy of both.
     */
    everySecondWakeFull: boolean
    /**
     * After so many seconds a board sleeps, whatever its app waits for: for as long as the app did last, or ten
     * minutes; 0 for never, for devices that stay awake. Without it: 30.
     */
    wakeDeadlineS?: number | undefined
    wifi: Wifi
    client: ClientOptions
}

/** Each setting, in the order of a provisioning image. client.def says what the columns mean; `option` is where it
 * stands in its owner's options. */
export const settings = [
    {
        owner: "device",
        kind: "text",
        name: "ssid",
        number: 1,
        required: true,
        least: 1,
        most: 32,
        field: "wifi.ssid",
        option: "wifi.ssid",
    },
    {
        owner: "device",
        kind: "text",
        name: "password",
        number: 2,
        required: false,
        least: 8,
        most: 64,
        field: "wifi.password",
        option: "wifi.password",
    },
    {
        owner: "device",
        kind: "security",
        name: "security",
        number: 3,
        required: true,
        least: 0,
        most: 2,
        field: "wifi.security",
        option: "wifi.security",
    },
    {
        owner: "device",
        kind: "address",
        name: "static_address",
        number: 4,
        required: false,
        least: 16,
        most: 16,
        field: "wifi.staticAddress",
        option: "wifi.staticAddress",
    },
    {
        owner: "device",
        kind: "inverse",
        name: "slow_wifi",
        number: 5,
        required: true,
        least: 0,
        most: 1,
        field: "wifi.fastWake",
        option: "wifi.fastWake",
    },
    {
        owner: "client",
        kind: "text",
        name: "host",
        number: 16,
        required: true,
        least: 1,
        most: 253,
        field: "server.host",
        option: "host",
    },
    {
        owner: "client",
        kind: "u16",
        name: "port",
        number: 17,
        required: true,
        least: 1,
        most: 65535,
        field: "server.port",
        option: "port",
    },
    {
        owner: "client",
        kind: "version",
        name: "min_version",
        number: 18,
        required: true,
        least: 1,
        most: 2,
        field: "tls.version",
        option: "minVersion",
    },
    {
        owner: "client",
        kind: "version",
        name: "max_version",
        number: 19,
        required: true,
        least: 1,
        most: 2,
        field: "tls.version",
        option: "maxVersion",
    },
    {
        owner: "client",
        kind: "inverse",
        name: "no_tickets",
        number: 20,
        required: true,
        least: 0,
        most: 1,
        field: "tls.tickets",
        option: "tickets",
    },
    {
        owner: "client",
        kind: "text",
        name: "alpn",
        number: 21,
        required: false,
        least: 1,
        most: 63,
        field: "tls.alpn",
        option: "alpn",
    },
    {
        owner: "client",
        kind: "file",
        name: "ca",
        number: 22,
        required: true,
        least: 1,
        most: 8128,
        field: "server.ca",
        option: "ca",
    },
    {
        owner: "client",
        kind: "file",
        name: "certificate",
        number: 23,
        required: false,
        least: 1,
        most: 8128,
        field: "identity.certificate",
        option: "identity.certificate",
    },
    {
        owner: "client",
        kind: "file",
        name: "key",
        number: 24,
        required: false,
        least: 1,
        most: 8128,
        field: "identity.key",
        option: "identity.key",
    },
    {
        owner: "policy",
        kind: "flag",
        name: "disabled",
        number: 32,
        required: true,
        least: 0,
        most: 1,
        field: "policy.disabled",
        option: "policy.disabled",
    },
    {
        owner: "policy",
        kind: "u32",
        name: "max_authenticated_s",
        number: 33,
        required: true,
        least: 0,
        most: 4294967295,
        field: "policy.maxAuthenticatedS",
        option: "policy.maxAuthenticatedS",
    },
    {
        owner: "policy",
        kind: "u32_or_none",
        name: "ticket_wait_ms",
        number: 34,
        required: true,
        least: 0,
        most: 4294967295,
        field: "policy.ticketWaitMs",
        option: "policy.ticketWaitMs",
    },
    {
        owner: "policy",
        kind: "u32",
        name: "backoff_max_s",
        number: 35,
        required: true,
        least: 0,
        most: 4294967295,
        field: "policy.backoffMaxS",
        option: "policy.backoffMaxS",
    },
    {
        owner: "policy",
        kind: "flag",
        name: "pinned",
        number: 36,
        required: true,
        least: 0,
        most: 1,
        field: "policy.pinned",
        option: "policy.pinned",
    },
    {
        owner: "policy",
        kind: "u32_or_none",
        name: "trust_after_power_loss",
        number: 37,
        required: false,
        least: 1,
        most: 4294967295,
        field: "policy.trustAfterPowerLoss",
        option: "policy.trustAfterPowerLoss",
    },
    {
        owner: "policy",
        kind: "reuse",
        name: "reuse",
        number: 38,
        required: false,
        least: 0,
        most: 2,
        field: "policy.reuse",
        option: "policy.reuse",
    },
    {
        owner: "policy",
        kind: "flag",
        name: "without_extended_master_secret",
        number: 39,
        required: false,
        least: 0,
        most: 1,
        field: "policy.withoutExtendedMasterSecret",
        option: "policy.withoutExtendedMasterSecret",
    },
    {
        owner: "policy",
        kind: "flag",
        name: "early_data",
        number: 40,
        required: false,
        least: 0,
        most: 1,
        field: "policy.earlyData",
        option: "policy.earlyData",
    },
    {
        owner: "client",
        kind: "text",
        name: "psk_identity",
        number: 41,
        required: false,
        least: 1,
        most: 64,
        field: "psk.identity",
        option: "psk.identity",
    },
    {
        owner: "client",
        kind: "secret",
        name: "psk_key",
        number: 42,
        required: false,
        least: 16,
        most: 64,
        field: "psk.key",
        option: "psk.key",
    },
    {
        owner: "policy",
        kind: "profile",
        name: "profile",
        number: 43,
        required: false,
        least: 0,
        most: 2,
        field: "policy.profile",
        option: "policy.profile",
    },
    {
        owner: "device",
        kind: "text",
        name: "time_server",
        number: 48,
        required: false,
        least: 1,
        most: 253,
        field: "ntpServer",
        option: "ntpServer",
    },
    {
        owner: "device",
        kind: "flag",
        name: "every_second_wake_full",
        number: 49,
        required: true,
        least: 0,
        most: 1,
        field: "everySecondWakeFull",
        option: "everySecondWakeFull",
    },
    {
        owner: "device",
        kind: "u32_or_none",
        name: "wake_deadline_s",
        number: 50,
        required: false,
        least: 1,
        most: 4294967295,
        field: "wakeDeadlineS",
        option: "wakeDeadlineS",
    },
] as const
export type Setting = (typeof settings)[number]

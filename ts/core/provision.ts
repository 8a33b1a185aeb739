// A provisioning image as the board reads it (firmware/provision/include/warmhello/provision.h).
import koffi from "koffi"
import { WarmhelloError } from "../errors.js"
import type { ClientOptions, Policy, TlsVersion } from "./client.js"
import { errorWord, native } from "./library.js"

/** WH_PROVISION_* of provision.h */
export const PROVISION_SLOT_SIZE = 8192
export const PROVISION_HEADER_SIZE = 64
export const PROVISION_SIZE = 16384

/** wh_wifi_security, in its order: the weakest protection of a network to join. */
export const wifiSecurities = ["open", "wpa2", "wpa3"] as const
export type WifiSecurity = (typeof wifiSecurities)[number]

/** IPv4, each as in 192.0.2.1. */
export interface StaticAddress {
    address: string
    netmask: string
    gateway: string
    dns: string
}

export interface Wifi {
    ssid: string
    /** A passphrase, or the 64 hexadecimal digits of a WPA2 key; none for an open network. */
    password?: string | undefined
    security: WifiSecurity
    staticAddress?: StaticAddress | undefined
    /** Go to the access point and the address of the last wake first. */
    fastWake: boolean
}

/** What a board is given before its first wake. */
export interface Provision {
    wifi: Wifi
    client: ClientOptions
    ntpServer?: string | undefined
    /** Every second wake connects in full, to compare the energy of both. */
    everySecondWakeFull: boolean
    /** How long a wake may last on a board, in seconds; 0 for ever, undefined for the firmware's default. */
    wakeDeadlineS?: number | undefined
}

/** And where in the image it lies. */
export interface ReadProvision extends Provision {
    slot: number
    sequence: number
    /** Bytes of the slot in use. */
    size: number
}

interface NativeProvision {
    client: {
        host: string
        port: number
        ca: unknown
        ca_size: number | bigint
        min_version: number
        max_version: number
        certificate: unknown
        certificate_size: number | bigint
        key: unknown
        key_size: number | bigint
        alpn: string | null
        tickets: boolean
        policy: {
            disabled: boolean
            max_authenticated_s: number
            ticket_wait_ms: number
            backoff_max_s: number
            pinned: boolean
        }
    }
    wifi: {
        ssid: string
        password: string | null
        security: number
        static_address: unknown
        fast_wake: boolean
    }
    ntp_server: string | null
    every_second_wake_full: boolean
    wake_deadline_s: number
    sequence: number
    slot: number
    size: number | bigint
}

const versions: Record<number, TlsVersion> = { 1: "1.2", 2: "1.3" }

function copyOf(pointer: unknown, size: number | bigint): Buffer {
    return Buffer.from(koffi.decode(pointer, koffi.array("uint8_t", Number(size), "Typed")) as Uint8Array)
}

const ADDRESS_SIZE = 4

function staticAddress(pointer: unknown): StaticAddress | undefined {
    if (pointer === null) return undefined
    const bytes = copyOf(pointer, 4 * ADDRESS_SIZE)
    const part = (index: number) => bytes.subarray(index * ADDRESS_SIZE, (index + 1) * ADDRESS_SIZE).join(".")
    return { address: part(0), netmask: part(1), gateway: part(2), dns: part(3) }
}

/** WH_TICKET_WAIT_NONE of policy.h */
const NO_TICKET_WAIT = 2 ** 32 - 1

/** WH_ESP32_WAKE_DEADLINE_NONE of port_esp32.h */
export const NO_WAKE_DEADLINE = 2 ** 32 - 1

function policyOf(policy: NativeProvision["client"]["policy"]): Policy {
    const { disabled, pinned, max_authenticated_s, ticket_wait_ms, backoff_max_s } = policy
    return {
        disabled,
        pinned,
        ...(max_authenticated_s !== 0 && { maxAuthenticatedS: max_authenticated_s }),
        ...(ticket_wait_ms !== 0 && { ticketWaitMs: ticket_wait_ms === NO_TICKET_WAIT ? 0 : ticket_wait_ms }),
        ...(backoff_max_s !== 0 && { backoffMaxS: backoff_max_s }),
    }
}

function wakeDeadlineOf(seconds: number): number | undefined {
    if (seconds === 0) return undefined
    return seconds === NO_WAKE_DEADLINE ? 0 : seconds
}

function clientOf(client: NativeProvision["client"]): ClientOptions {
    const { host, port, tickets, alpn } = client
    return {
        ...{ host, port, tickets, alpn: alpn ?? undefined, policy: policyOf(client.policy) },
        ca: copyOf(client.ca, client.ca_size),
        minVersion: versions[client.min_version] ?? "1.2",
        maxVersion: versions[client.max_version] ?? "1.3",
        identity:
            client.certificate === null
                ? undefined
                : {
                      certificate: copyOf(client.certificate, client.certificate_size),
                      key: copyOf(client.key, client.key_size),
                  },
    }
}

/** What the board takes from this image. Throws `not-provisioned`. */
export function readProvisionImage(image: Buffer): ReadProvision {
    const out = [{}]
    const result: number = native().provisionRead(image, image.length, out)
    if (result !== 0) throw notProvisioned(image, result)
    const read = out[0] as NativeProvision
    const { wifi } = read
    return {
        wifi: {
            ssid: wifi.ssid,
            password: wifi.password ?? undefined,
            security: wifiSecurities[wifi.security] ?? "wpa2",
            staticAddress: staticAddress(wifi.static_address),
            fastWake: wifi.fast_wake,
        },
        client: clientOf(read.client),
        ntpServer: read.ntp_server ?? undefined,
        everySecondWakeFull: read.every_second_wake_full,
        wakeDeadlineS: wakeDeadlineOf(read.wake_deadline_s),
        sequence: read.sequence,
        slot: read.slot,
        size: Number(read.size),
    }
}

function notProvisioned(image: Buffer, result: number): WarmhelloError {
    const word = errorWord(result)
    if (word === "no-session") return new WarmhelloError("not-provisioned", "the image is blank")
    if (word === "memory") return new WarmhelloError("memory", "there was no memory to read the image")
    const size = `a provisioning image has ${PROVISION_SIZE} bytes, not ${image.length}`
    const message =
        word === "argument" ? size : "neither slot of the image is valid, or of a version that this firmware knows"
    return new WarmhelloError("not-provisioned", message)
}

// The provisioning image, written (docs/SPEC.md). It is read by C alone: ../core/provision.ts.
import { createHash } from "node:crypto"
import { nativeConfig } from "../core/client.js"
import {
    NO_WAKE_DEADLINE,
    PROVISION_HEADER_SIZE,
    PROVISION_SIZE,
    PROVISION_SLOT_SIZE,
    type Provision,
    type StaticAddress,
    wifiSecurities,
} from "../core/provision.js"
import { WarmhelloError } from "../errors.js"
import { type EntryMember, entries } from "./entries.js"

const VERSION = 1
const DIGEST_AT = 32
/** Bytes of entries that a slot has room for. */
export const CONTENTS_MAX = PROVISION_SLOT_SIZE - PROVISION_HEADER_SIZE

type Value = string | Buffer | number | boolean | null | undefined

const octets = ({ address, netmask, gateway, dns }: StaticAddress) =>
    Buffer.from([address, netmask, gateway, dns].flatMap((ip) => ip.split(".").map(Number)))

function valuesOf({
    wifi,
    client,
    ntpServer,
    everySecondWakeFull,
    wakeDeadlineS,
}: Provision): Record<EntryMember, Value> {
    const config = nativeConfig(client)
    const { policy } = config
    return {
        "wifi.ssid": wifi.ssid,
        "wifi.password": wifi.password,
        "wifi.security": wifiSecurities.indexOf(wifi.security),
        "wifi.static_address": wifi.staticAddress && octets(wifi.staticAddress),
        "wifi.fast_wake": wifi.fastWake,
        "client.host": config.host,
        "client.port": config.port,
        "client.min_version": config.min_version,
        "client.max_version": config.max_version,
        "client.tickets": config.tickets,
        "client.alpn": config.alpn,
        "client.ca": config.ca,
        "client.certificate": config.certificate,
        "client.key": config.key,
        "client.policy.disabled": policy.disabled,
        "client.policy.max_authenticated_s": policy.max_authenticated_s,
        "client.policy.ticket_wait_ms": policy.ticket_wait_ms,
        "client.policy.backoff_max_s": policy.backoff_max_s,
        "client.policy.pinned": policy.pinned,
        ntp_server: ntpServer,
        every_second_wake_full: everySecondWakeFull,
        wake_deadline_s: wakeDeadlineS === 0 ? NO_WAKE_DEADLINE : wakeDeadlineS,
    }
}

const widths = { flag: 1, choice: 1, u16: 2, u32: 4 } as const

function stored(entry: (typeof entries)[number], value: string | Buffer | number | boolean): Buffer {
    if (typeof value === "string") return Buffer.from(`${value}\0`)
    if (typeof value === "object") return value
    if (!(entry.kind in widths)) throw new TypeError(`${entry.member} is no number`)
    const bytes = Buffer.alloc(widths[entry.kind as keyof typeof widths])
    bytes.writeUIntLE(Number(value), 0, bytes.length)
    return bytes
}

/** The entries, whether they have room or not. */
export function contentsOf(provision: Provision): Buffer {
    const values = valuesOf(provision)
    const parts = entries.flatMap((entry) => {
        const value = values[entry.member]
        if (value === null || value === undefined) return []
        const bytes = stored(entry, value)
        const head = Buffer.alloc(4)
        head.writeUInt16LE(entry.number, 0)
        head.writeUInt16LE(Math.min(bytes.length, 0xffff), 2)
        return [head, bytes]
    })
    return Buffer.concat(parts)
}

/** One slot. Throws `provision-too-large`. */
export function slotOf(provision: Provision, sequence: number): Buffer {
    const contents = contentsOf(provision)
    if (contents.length > CONTENTS_MAX) {
        throw new WarmhelloError(
            "provision-too-large",
            `all of it takes ${contents.length} bytes, and a slot has room for ${CONTENTS_MAX}; ${largest(provision)}`,
        )
    }
    const slot = Buffer.alloc(PROVISION_SLOT_SIZE, 0xff)
    slot.fill(0, 0, PROVISION_HEADER_SIZE)
    slot.write("WHPV", 0, "latin1")
    slot.writeUInt8(VERSION, 4)
    slot.writeUInt32LE(sequence, 8)
    slot.writeUInt32LE(contents.length, 12)
    createHash("sha256").update(slot.subarray(0, DIGEST_AT)).update(contents).digest().copy(slot, DIGEST_AT)
    contents.copy(slot, PROVISION_HEADER_SIZE)
    return slot
}

function largest({ client }: Provision): string {
    const { ca, identity } = client
    const own = identity && `the certificate ${identity.certificate.length}, the key ${identity.key.length}`
    return [`the CA takes ${ca.length}`, own].filter((part) => part !== undefined).join(", ")
}

/** An image with these slots; what is missing is as erased. */
export function imageOf(slots: (Buffer | undefined)[]): Buffer {
    const image = Buffer.alloc(PROVISION_SIZE, 0xff)
    for (const [index, slot] of slots.entries()) slot?.copy(image, index * PROVISION_SLOT_SIZE)
    return image
}

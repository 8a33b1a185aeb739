// A setting of each kind (firmware/core/include/warmhello/client.def): in C, in TypeScript, and as bytes of an image.
import koffi from "koffi"
import type { Setting } from "./config.js"

export type TlsVersion = "1.2" | "1.3"
/** wh_protocol of outcome.h, from 1 on. */
const tlsVersions: TlsVersion[] = ["1.2", "1.3"]

/** wh_wifi_security of provision.h, in its order: the weakest protection of a network to join. */
export const wifiSecurities = ["open", "wpa2", "wpa3"] as const
export type WifiSecurity = (typeof wifiSecurities)[number]

/** wh_reuse of client.h, from 1 on; 0 is as the profile has it. */
export const reuses = ["when-not-renewed", "never"] as const
export type Reuse = (typeof reuses)[number]

/** wh_profile of client.h, in its order. */
export const profiles = ["balanced", "strict", "frugal"] as const
export type Profile = (typeof profiles)[number]

/** IPv4, each as in 192.0.2.1. */
export interface StaticAddress {
    address: string
    netmask: string
    gateway: string
    dns: string
}

interface Kind {
    /** The member's type, as koffi spells it. */
    type: string
    toC(value: unknown): unknown
    /** Undefined for what was not given. */
    fromC(value: unknown, size: number): unknown
    /** Of what `toC` has returned, unless that is null. */
    bytes(value: unknown): Buffer
}

/** UINT32_MAX */
const NONE = 2 ** 32 - 1

/** An empty file is a file: koffi makes NULL of a buffer without bytes. */
const notEmpty = (file: Buffer): Buffer => (file.length > 0 ? file : Buffer.alloc(1))

function copyOf(pointer: unknown, size: number): Buffer {
    return Buffer.from(koffi.decode(pointer, koffi.array("uint8_t", size, "Typed")) as Uint8Array)
}

const number = (type: string, width: number) => ({
    type,
    toC: (value = 0) => value,
    fromC: (value: number) => value || undefined,
    bytes(value: number) {
        const bytes = Buffer.alloc(width)
        bytes.writeUIntLE(value, 0, width)
        return bytes
    },
})

const flag = {
    type: "bool",
    toC: (value = false) => value,
    fromC: (value: boolean): boolean => value,
    bytes: (value: boolean) => Buffer.from([Number(value)]),
}

const bytes = { type: "const uint8_t *", bytes: (value: Buffer) => value }
const choice = { ...number("int", 1), type: "int" }
const u32 = number("uint32_t", 4)
const ADDRESS_SIZE = 4

/** Whether the member with the bytes has one with their number behind it. */
export const isSized = (kind: Setting["kind"]): boolean => kind === "file" || kind === "secret"

export const kinds: Record<Setting["kind"], Kind> = {
    text: {
        type: "const char *",
        toC: (value?: string) => value ?? null,
        fromC: (value: string | null) => value ?? undefined,
        bytes: (value: string) => Buffer.from(`${value}\0`),
    },
    file: {
        ...bytes,
        toC: (value?: Buffer) => (value === undefined ? null : notEmpty(value)),
        fromC: (value: unknown, size: number) => (value === null ? undefined : copyOf(value, size)),
    },
    secret: {
        ...bytes,
        toC: (value?: Buffer) => value ?? null,
        fromC: (value: unknown, size: number) => (value === null ? undefined : copyOf(value, size)),
    },
    address: {
        ...bytes,
        toC: (value?: StaticAddress) =>
            value === undefined
                ? null
                : Buffer.from(
                      [value.address, value.netmask, value.gateway, value.dns].flatMap((ip) =>
                          ip.split(".").map(Number),
                      ),
                  ),
        fromC(value: unknown): StaticAddress | undefined {
            if (value === null) return undefined
            const octets = copyOf(value, 4 * ADDRESS_SIZE)
            const part = (index: number) => octets.subarray(index * ADDRESS_SIZE, (index + 1) * ADDRESS_SIZE).join(".")
            return { address: part(0), netmask: part(1), gateway: part(2), dns: part(3) }
        },
    },
    flag,
    /** The member is false by default, and what is said of it true. */
    inverse: {
        ...flag,
        toC: (value = true) => !value,
        fromC: (value: boolean): boolean => !value,
        bytes: (value: boolean) => flag.bytes(!value),
    },
    version: {
        ...choice,
        toC: (value?: TlsVersion) => (value === undefined ? 0 : 1 + tlsVersions.indexOf(value)),
        fromC: (value: number) => tlsVersions[value - 1],
    },
    security: {
        ...choice,
        toC: (value: WifiSecurity = "open") => wifiSecurities.indexOf(value),
        fromC: (value: number) => wifiSecurities[value],
    },
    reuse: {
        ...choice,
        toC: (value?: Reuse) => (value === undefined ? 0 : 1 + reuses.indexOf(value)),
        fromC: (value: number) => reuses[value - 1],
    },
    profile: {
        ...choice,
        toC: (value: Profile = "balanced") => profiles.indexOf(value),
        fromC: (value: number) => (value === 0 ? undefined : profiles[value]),
    },
    u16: number("uint16_t", 2),
    u32,
    u32_or_none: {
        ...u32,
        toC: (value?: number) => (value === 0 ? NONE : (value ?? 0)),
        fromC: (value: number) => (value === NONE ? 0 : value || undefined),
    },
}

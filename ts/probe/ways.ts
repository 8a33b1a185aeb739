// The ways to resume, as Node's TLS is told to ask for each.
import { constants } from "node:crypto"
import type { SecureContextOptions } from "node:tls"
import type { Kind } from "../base/outcome.js"

export const ways = ["TLS1.3 psk", "TLS1.2 ticket", "TLS1.2 id"] as const
export type Way = (typeof ways)[number]

type Protocol = "TLS1.2" | "TLS1.3"

export const protocolOf = (way: Way): Protocol => (way === "TLS1.3 psk" ? "TLS1.3" : "TLS1.2")
export const kindOf = (way: Way): Kind => way.split(" ")[1] as Kind

/** OpenSSL's SSL_OP_ALLOW_NO_DHE_KEX, which Node has no name for. */
const ALLOW_NO_DHE_KEX = 0x400

export type Variant = "plain" | "psk_ke"

/** Those of a device, its first one with a key share. */
export const deviceGroups = ["x25519", "secp256r1", "secp384r1"] as const
const opensslGroups: Record<string, string> = { x25519: "X25519", secp256r1: "P-256", secp384r1: "P-384" }

const groupsFor = (names: readonly string[]): string => names.map((name) => opensslGroups[name] ?? name).join(":")

const tls13 = (variant: Variant): SecureContextOptions => ({
    minVersion: "TLSv1.3",
    ...(variant === "psk_ke" && { secureOptions: ALLOW_NO_DHE_KEX }),
})

const tls12 = (way: Way): SecureContextOptions => ({
    ...{ minVersion: "TLSv1.2", maxVersion: "TLSv1.2" },
    ...(way === "TLS1.2 id" && { secureOptions: constants.SSL_OP_NO_TICKET }),
})

export function tlsOptionsFor(
    way: Way,
    variant: Variant,
    groups: readonly string[] = deviceGroups,
): SecureContextOptions {
    return {
        ...(protocolOf(way) === "TLS1.3" ? tls13(variant) : tls12(way)),
        ecdhCurve: groupsFor(groups),
    }
}

// The ways to resume, as Node's TLS is told to ask for each.
import { constants } from "node:crypto"
import { createSecureContext, type SecureContextOptions } from "node:tls"
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

/** Those of a device in its order (suites.def of the firmware), by OpenSSL's names: a server that takes none of them is
 * of no use to one. */
const deviceCiphers = [
    ...["TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384"],
    ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
    ...["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
    ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
].join(":")

/** A device's, in its order. A server whose certificate is signed otherwise (Ed25519) is none for it, and one that stumbles
 * over others (Erlang/OTP 25 over those of SHA-224) is. */
const deviceSignatures = [
    ...["ECDSA+SHA384", "ECDSA+SHA256", "rsa_pss_rsae_sha512", "rsa_pss_pss_sha512"],
    ...["rsa_pss_rsae_sha384", "rsa_pss_pss_sha384", "rsa_pss_rsae_sha256", "rsa_pss_pss_sha256"],
    ...["RSA+SHA512", "RSA+SHA384", "RSA+SHA256"],
].join(":")

const groupsFor = (names: readonly string[]): string => names.map((name) => opensslGroups[name] ?? name).join(":")

/** A group that no server takes by default, where Node's OpenSSL has it (3.5 and newer). */
const RARE_GROUP = "MLKEM512"

function isKnownGroup(name: string): boolean {
    try {
        createSecureContext({ ecdhCurve: name })
        return true
    } catch {
        return false
    }
}

/** A server that may do without a new key exchange mostly makes one all the same, unless it takes no group of the
 * client's. */
const pskKeGroups = isKnownGroup(RARE_GROUP) ? [RARE_GROUP] : undefined

/** A refusal tells of it, too. */
export const tellsPskKe = pskKeGroups !== undefined

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
        ecdhCurve: groupsFor((variant === "psk_ke" ? pskKeGroups : undefined) ?? groups),
        ciphers: deviceCiphers,
        sigalgs: deviceSignatures,
    }
}

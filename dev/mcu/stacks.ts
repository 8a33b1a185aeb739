// The TLS stacks that run on the emulated microcontroller, each in two builds.
import { checkoutPath } from "../../ts/base/paths.js"
import type { McuBuild, McuStack } from "../../ts/energy/handshakes.js"
import { mcuImage } from "../../ts/mcu/remote-core.js"

export const stackImage = (stack: McuStack, build: McuBuild): string => {
    if (stack === "warmhello") return mcuImage("rv32", build)
    const name = stack.toLowerCase()
    return checkoutPath(`build/rv32/${name}-${build}/warmhello_${name}`)
}

/** Where the recordings of each are: they differ, since each sends bytes of its own. */
export const recordings: Record<McuStack, string> = {
    warmhello: "test/mcu/recordings",
    mbedTLS: "test/mcu/recordings/mbedtls",
    BearSSL: "test/mcu/recordings/bearssl",
    picotls: "test/mcu/recordings/picotls",
}

/** What a stack can speak: BearSSL knows no ticket, picotls no TLS 1.2, no certificate, and no answer to a HelloRetryRequest
 * that OpenSSL takes, so that its first group must be the server's. */
const caseNames: Partial<Record<McuStack, readonly string[]>> = {
    mbedTLS: ["tls12-id", "tls12-ticket", "tls12-ticket-rsa", "tls13-x25519", "tls13-p256", "tls13-x25519-p384"],
    BearSSL: ["tls12-id"],
    picotls: ["tls13-x25519"],
}

/** What only we speak: pre-shared keys of the device's own, and what a profile of ours is worth. */
const ownCases = ["tls12-external-psk", "tls13-external-psk", "tls13-psk-ke"]

export const speaks = (stack: McuStack, name: string): boolean =>
    caseNames[stack]?.includes(name) ?? (stack === "warmhello" || !ownCases.includes(name))

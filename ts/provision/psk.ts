// A fresh pre-shared key, and what its two sides are given: the device's provisioning file, and each server in its own
// words.
import { randomBytes } from "node:crypto"

/** As many as SHA-256, by which the key is used, has (RFC 9257 6 asks for 16 at least). */
const KEY_BYTES = 32

export interface NewPsk {
    /** The field `psk` of the provisioning file. */
    psk: { identity: string; key: string }
    servers: { server: string; line: string }[]
}

export function newPsk(identity: string): NewPsk {
    const key = randomBytes(KEY_BYTES).toString("hex")
    return {
        psk: { identity, key },
        servers: [
            { server: "mosquitto: a line of its psk_file", line: `${identity}:${key}` },
            { server: "GnuTLS: a line of its file for --pskpasswd", line: `${identity}:${key}` },
            { server: "OpenSSL s_server", line: `-psk_identity ${identity} -psk ${key}` },
        ],
    }
}

// The server's flight of TLS 1.3, which is encrypted, opened with the connection's own key as Node's TLS tells it
// (RFC 8446 5.2, 7.3): the certificates as they were sent are to be seen nowhere else.
import { createDecipheriv, createHmac } from "node:crypto"
import { type Message, splitMessages } from "./messages.js"
import type { Wire } from "./wire.js"

interface Suite {
    algorithm: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305"
    hash: "sha256" | "sha384"
    keyBytes: number
}

const suites = new Map<number, Suite>([
    [0x1301, { algorithm: "aes-128-gcm", hash: "sha256", keyBytes: 16 }],
    [0x1302, { algorithm: "aes-256-gcm", hash: "sha384", keyBytes: 32 }],
    [0x1303, { algorithm: "chacha20-poly1305", hash: "sha256", keyBytes: 32 }],
])

const HEADER_BYTES = 5
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HANDSHAKE = 22

/** HKDF-Expand-Label; no output here is longer than the hash. */
function expand(hash: Suite["hash"], secret: Buffer, label: string, size: number): Buffer {
    const name = Buffer.from(`tls13 ${label}`)
    const info = Buffer.concat([Buffer.from([size >> 8, size & 255, name.length]), name, Buffer.from([0, 1])])
    return createHmac(hash, secret).update(info).digest().subarray(0, size)
}

/** One record's contents and type; undefined where the key is not the record's. */
function open(suite: Suite, key: Buffer, iv: Buffer, number: number, record: Buffer) {
    const nonce = Buffer.from(iv)
    nonce.writeUInt32BE((nonce.readUInt32BE(NONCE_BYTES - 4) ^ number) >>> 0, NONCE_BYTES - 4)
    const options = { authTagLength: TAG_BYTES }
    const decipher = createDecipheriv(suite.algorithm as "aes-128-gcm", key, nonce, options)
    decipher.setAAD(record.subarray(0, HEADER_BYTES))
    decipher.setAuthTag(record.subarray(record.length - TAG_BYTES))
    try {
        const sealed = record.subarray(HEADER_BYTES, record.length - TAG_BYTES)
        const plain = Buffer.concat([decipher.update(sealed), decipher.final()])
        const end = plain.findLastIndex((byte) => byte !== 0)
        return { type: plain[end], contents: plain.subarray(0, Math.max(0, end)) }
    } catch {
        return undefined
    }
}

/** None where it was not TLS 1.3, or not a suite that is known here. */
export function decryptedMessages({ serverHello, encrypted }: Wire, keyLog: readonly string[]): Message[] {
    const suite = suites.get(serverHello?.cipher ?? 0)
    const line = keyLog.find((one) => one.startsWith("SERVER_HANDSHAKE_TRAFFIC_SECRET "))
    if (suite === undefined || line === undefined) return []
    const secret = Buffer.from(line.trim().split(" ")[2] ?? "", "hex")
    const key = expand(suite.hash, secret, "key", suite.keyBytes)
    const iv = expand(suite.hash, secret, "iv", NONCE_BYTES)
    const opened: Buffer[] = []
    for (const [number, record] of encrypted.entries()) {
        const one = open(suite, key, iv, number, record)
        if (one?.type !== HANDSHAKE) break
        opened.push(one.contents)
    }
    return splitMessages(Buffer.concat(opened)).messages
}

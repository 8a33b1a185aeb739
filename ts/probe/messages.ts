// Handshake messages that are read in the clear, or with a key of the connection's own (RFC 5246 7.4, RFC 8446 4).
import { Bytes } from "./bytes.js"

export const messageTypes = {
    clientHello: 1,
    serverHello: 2,
    newSessionTicket: 4,
    certificate: 11,
    certificateRequest: 13,
} as const

const extensionTypes = { extendedMasterSecret: 23, preSharedKey: 41, supportedVersions: 43, keyShare: 51 } as const

export interface Message {
    type: number
    body: Buffer
}

/** Takes whole messages off the front of what has arrived; the rest is for the next time. */
export function splitMessages(bytes: Buffer): { messages: Message[]; rest: Buffer } {
    const messages: Message[] = []
    let rest = bytes
    while (rest.length >= 4) {
        const size = 4 + rest.readUIntBE(1, 3)
        if (rest.length < size) break
        messages.push({ type: rest.readUInt8(0), body: rest.subarray(4, size) })
        rest = rest.subarray(size)
    }
    return { messages, rest }
}

function readExtensions(bytes: Bytes): Map<number, Buffer> {
    const found = new Map<number, Buffer>()
    if (bytes.left === 0) return found
    for (const all = bytes.reader(2); all.left > 0; ) found.set(all.number(2), all.vector(2))
    return found
}

export interface ClientHello {
    sessionId: Buffer
    offersPsk: boolean
}

export function readClientHello(body: Buffer): ClientHello {
    const bytes = new Bytes(body)
    bytes.take(2 + 32) // version, random
    const sessionId = bytes.vector(1)
    bytes.vector(2) // ciphers
    bytes.vector(1) // compression
    return { sessionId, offersPsk: readExtensions(bytes).has(extensionTypes.preSharedKey) }
}

/** RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest", which stands for the random value. */
const RETRY = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex")

/** Of those that a device has, and of those that a desktop may have beside them. */
const groups = new Map([
    [23, "secp256r1"],
    [24, "secp384r1"],
    [25, "secp521r1"],
    [29, "x25519"],
    [30, "x448"],
    [4588, "X25519MLKEM768"],
])

export interface ServerHello {
    isRetry: boolean
    protocol: "TLS1.2" | "TLS1.3"
    sessionId: Buffer
    cipher: number
    extendedMasterSecret: boolean
    selectsPsk: boolean
    /** Types, in order. */
    extensions: number[]
    /** Undefined without a key share, as in TLS 1.2 and with psk_ke. */
    group: string | undefined
}

export function readServerHello(body: Buffer): ServerHello {
    const bytes = new Bytes(body)
    bytes.take(2)
    const isRetry = bytes.take(32).equals(RETRY)
    const sessionId = bytes.vector(1)
    const cipher = bytes.number(2)
    bytes.take(1) // compression
    const extensions = readExtensions(bytes)
    const share = extensions.get(extensionTypes.keyShare)
    const group = share === undefined ? undefined : share.readUInt16BE(0)
    return {
        ...{ isRetry, sessionId, cipher, extensions: [...extensions.keys()] },
        protocol: extensions.has(extensionTypes.supportedVersions) ? "TLS1.3" : "TLS1.2",
        extendedMasterSecret: extensions.has(extensionTypes.extendedMasterSecret),
        selectsPsk: extensions.has(extensionTypes.preSharedKey),
        group: group === undefined ? undefined : (groups.get(group) ?? `0x${group.toString(16)}`),
    }
}

/** The certificates of a Certificate message, as DER and in the order in which they were sent. */
export function readCertificates(body: Buffer, protocol: ServerHello["protocol"]): Buffer[] {
    const bytes = new Bytes(body)
    if (protocol === "TLS1.3") bytes.vector(1) // context
    const found: Buffer[] = []
    for (const list = bytes.reader(3); list.left > 0; ) {
        found.push(list.vector(3))
        if (protocol === "TLS1.3") list.vector(2) // extensions
    }
    return found
}

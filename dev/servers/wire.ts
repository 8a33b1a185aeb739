// What a TLS connection shows to anyone who watches: records, and in clear the start of a handshake.

/** Content types of records, handshake types and extensions in IANA's TLS registries. */
export const HANDSHAKE_RECORD = 22
export const CHANGE_CIPHER_SPEC_RECORD = 20
export const DATA_RECORD = 23
const SERVER_HELLO = 2
const CERTIFICATE = 11
const PRE_SHARED_KEY = 41
const SUPPORTED_VERSIONS = 43

/** Its size. */
export const RECORD_HEADER = 5
const HANDSHAKE_HEADER = 4

export interface WireRecord {
    type: number
    /** Where it starts and where the next one does, in the stream of its direction. */
    start: number
    end: number
}

/** The whole records at the start of a stream. */
export function records(stream: Buffer): WireRecord[] {
    const found: WireRecord[] = []
    let start = 0
    while (start + RECORD_HEADER <= stream.length) {
        const end = start + RECORD_HEADER + stream.readUInt16BE(start + 3)
        if (end > stream.length) break
        found.push({ type: stream.readUInt8(start), start, end })
        start = end
    }
    return found
}

interface Message {
    type: number
    body: Buffer
}

function messages(stream: Buffer, among: WireRecord[]): Message[] {
    const bytes = Buffer.concat(among.map(({ start, end }) => stream.subarray(start + RECORD_HEADER, end)))
    const found: Message[] = []
    let start = 0
    while (start + HANDSHAKE_HEADER <= bytes.length) {
        const end = start + HANDSHAKE_HEADER + bytes.readUIntBE(start + 1, 3)
        found.push({ type: bytes.readUInt8(start), body: bytes.subarray(start + HANDSHAKE_HEADER, end) })
        start = end
    }
    return found
}

/** The extensions' types in a ServerHello (RFC 8446 4.1.3, and the same in RFC 5246). */
function extensions(serverHello: Buffer): number[] {
    const found: number[] = []
    let at = 2 + 32 // version, random
    at += 1 + serverHello.readUInt8(at) // session ID
    at += 2 + 1 + 2 // cipher suite, compression, length of the extensions
    while (at + 4 <= serverHello.length) {
        found.push(serverHello.readUInt16BE(at))
        at += 4 + serverHello.readUInt16BE(at + 2)
    }
    return found
}

/** Whether the server resumed, from what it sent in clear.
 *
 * TLS 1.3: its last ServerHello, which may follow a HelloRetryRequest, accepts a pre-shared key. TLS 1.2: it sends
 * no certificate before ChangeCipherSpec, which a server cannot leave out in a full handshake of ours. */
export function helloSaysResumed(toClient: Buffer): boolean {
    const all = records(toClient)
    const clear = messages(
        toClient,
        all.filter(({ type }, index) => type === HANDSHAKE_RECORD && !isAfterChange(all, index)),
    )
    const first = clear.find(({ type }) => type === SERVER_HELLO)
    if (first === undefined) throw new Error("the server sent no ServerHello")
    if (!extensions(first.body).includes(SUPPORTED_VERSIONS)) return !clear.some(({ type }) => type === CERTIFICATE)
    const inClear = messages(
        toClient,
        all.filter(({ type }) => type === HANDSHAKE_RECORD),
    )
    const last = inClear.findLast(({ type }) => type === SERVER_HELLO)
    return last !== undefined && extensions(last.body).includes(PRE_SHARED_KEY)
}

function isAfterChange(all: WireRecord[], index: number): boolean {
    return all.slice(0, index).some(({ type }) => type === CHANGE_CIPHER_SPEC_RECORD)
}

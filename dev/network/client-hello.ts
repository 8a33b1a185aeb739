// What a ClientHello shows to anyone on the way: whether it offers a session.

const HANDSHAKE_RECORD = 22
const RECORD_HEADER = 5
const HANDSHAKE_HEADER = 4
/** Extensions in IANA's registry. */
const SESSION_TICKET = 35
const PRE_SHARED_KEY = 41
const SUPPORTED_VERSIONS = 43

/** The size of the whole record at the start of a stream; undefined as long as it has not come. */
export function firstRecordSize(stream: Buffer): number | undefined {
    if (stream.length < RECORD_HEADER) return undefined
    const size = RECORD_HEADER + stream.readUInt16BE(3)
    return stream.length < size ? undefined : size
}

/** The extensions of a ClientHello, by type, with the size of each. */
function extensionSizes(body: Buffer, from: number): Map<number, number> {
    const sizes = new Map<number, number>()
    for (let at = from; at + 4 <= body.length; at += 4 + body.readUInt16BE(at + 2)) {
        sizes.set(body.readUInt16BE(at), body.readUInt16BE(at + 2))
    }
    return sizes
}

/** Whether the ClientHello in this record offers a session: a TLS 1.3 ticket, a TLS 1.2 ticket, or a session ID. False
 * for one that was damaged on the way and cannot be read. */
export function offersSession(record: Buffer): boolean {
    try {
        return record[0] === HANDSHAKE_RECORD && helloOffers(record)
    } catch (error) {
        if (error instanceof RangeError) return false
        throw error
    }
}

function helloOffers(record: Buffer): boolean {
    const body = record.subarray(RECORD_HEADER + HANDSHAKE_HEADER)
    let at = 2 + 32 // version, random
    const sessionIdSize = body.readUInt8(at)
    at += 1 + sessionIdSize
    at += 2 + body.readUInt16BE(at) // cipher suites
    at += 1 + body.readUInt8(at) + 2 // compressions, size of the extensions
    const sizes = extensionSizes(body, at)
    if (sizes.has(PRE_SHARED_KEY) || (sizes.get(SESSION_TICKET) ?? 0) > 0) return true
    // A client of TLS 1.3 may send an ID that means nothing (RFC 8446 4.1.2).
    return sessionIdSize > 0 && !sizes.has(SUPPORTED_VERSIONS)
}

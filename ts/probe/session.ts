// What a TLS session of Node's says about itself. It is OpenSSL's SSL_SESSION as DER (ssl/ssl_asn1.c there), in newer
// versions of Node behind the name of its peer.
import * as asn1js from "asn1js"

interface SessionFacts {
    /** Of TLS 1.2 by ID; 0 where the client made one up for its ticket. */
    sessionIdBytes: number
    ticketBytes: number
    /** What the server promises with a ticket; undefined where it promises nothing. */
    lifetimeS: number | undefined
    extendedMasterSecret: boolean
    /** 0: takes no early data. */
    maxEarlyData: number
}

export interface Session extends SessionFacts {
    /** As Node's TLS takes it again: a secret. */
    bytes: Buffer
    /** What the server knows it by. */
    name: Buffer
}

/** SSL_SESS_FLAG_EXTMS */
const EXTENDED_MASTER_SECRET = 1
/** Numbers of the optional fields. */
const fields = { lifetime: 9, ticket: 10, flags: 13, maxEarlyData: 15 } as const
/** Of the fields before them: version, protocol, cipher, session ID. */
const SESSION_ID = 3

const SEQUENCE = 0x30

/** Behind what Node has put in front of it. */
function derIn(bytes: Buffer): Buffer {
    if (bytes[0] === SEQUENCE) return bytes
    for (let at = bytes.indexOf(SEQUENCE); at >= 0; at = bytes.indexOf(SEQUENCE, at + 1)) {
        const der = bytes.subarray(at)
        // The length has two bytes: a session is longer than 255.
        if (der[1] === 0x82 && der.readUInt16BE(2) === der.length - 4) return der
    }
    throw new RangeError("Node's TLS has an unknown form of session")
}

function fieldOf(sequence: asn1js.Sequence, field: number): asn1js.BaseBlock | undefined {
    const tagged = sequence.valueBlock.value.find(
        ({ idBlock }) => idBlock.tagClass === 3 && idBlock.tagNumber === field,
    )
    return tagged instanceof asn1js.Constructed ? tagged.valueBlock.value[0] : undefined
}

const bytesOf = (block: asn1js.BaseBlock | undefined): Buffer =>
    block instanceof asn1js.OctetString ? Buffer.from(block.getValue()) : Buffer.alloc(0)

const numberOf = (block: asn1js.BaseBlock | undefined): number | undefined =>
    block instanceof asn1js.Integer ? Number(block.toBigInt()) : undefined

export function readSession(bytes: Buffer): Session {
    const { result } = asn1js.fromBER(derIn(bytes))
    if (!(result instanceof asn1js.Sequence)) throw new RangeError("Node's TLS has an unknown form of session")
    const id = bytesOf(result.valueBlock.value[SESSION_ID])
    const ticket = bytesOf(fieldOf(result, fields.ticket))
    const flags = numberOf(fieldOf(result, fields.flags)) ?? 0
    return {
        ...{ bytes, name: ticket.length > 0 ? ticket : id },
        sessionIdBytes: ticket.length > 0 ? 0 : id.length,
        ticketBytes: ticket.length,
        lifetimeS: numberOf(fieldOf(result, fields.lifetime)),
        extendedMasterSecret: (flags & EXTENDED_MASTER_SECRET) !== 0,
        maxEarlyData: numberOf(fieldOf(result, fields.maxEarlyData)) ?? 0,
    }
}

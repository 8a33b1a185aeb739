// Records that the proxy makes up.

export const types = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const

const TLS12 = 0x0303
const LENGTH_AT = 3

export function record(type: number, body: Uint8Array, version = TLS12): Buffer {
    const header = Buffer.alloc(5)
    header.writeUInt8(type)
    header.writeUInt16BE(version, 1)
    header.writeUInt16BE(body.length, LENGTH_AT)
    return Buffer.concat([header, body])
}

/** A handshake message in a record of its own. */
export function message(type: number, body: Uint8Array): Buffer {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(type * 2 ** 24 + body.length)
    return record(types.handshake, Buffer.concat([header, body]))
}

export const alert = (level: number, description: number): Buffer =>
    record(types.alert, Buffer.from([level, description]))

/** The same record, with another header. */
export function withLength(bytes: Buffer, length: number): Buffer {
    const changed = Buffer.from(bytes)
    changed.writeUInt16BE(length, LENGTH_AT)
    return changed
}

export function withVersion(bytes: Buffer, version: number): Buffer {
    const changed = Buffer.from(bytes)
    changed.writeUInt16BE(version, 1)
    return changed
}

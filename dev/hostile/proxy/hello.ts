// A ClientHello or ServerHello taken apart, changed, and put together again with lengths that are right.
import { RECORD_HEADER } from "../../servers/wire.js"
import { message } from "./records.js"

export interface Extension {
    type: number
    body: Buffer
}

interface Common {
    version: number
    random: Buffer
    sessionId: Buffer
    /** Undefined: it has no list at all. */
    extensions: Extension[] | undefined
}
export interface ClientHello extends Common {
    ciphers: number[]
    compressions: Buffer
}
export interface ServerHello extends Common {
    cipher: number
    compression: number
}

const HANDSHAKE_HEADER = 4
const [CLIENT_HELLO, SERVER_HELLO] = [1, 2]

class Reader {
    #at = 0
    constructor(readonly bytes: Buffer) {}

    get isAtEnd(): boolean {
        return this.#at >= this.bytes.length
    }
    number(size: number): number {
        this.#at += size
        return this.bytes.readUIntBE(this.#at - size, size)
    }
    take(size: number): Buffer {
        this.#at += size
        return this.bytes.subarray(this.#at - size, this.#at)
    }
    /** What has its length in front, in so many bytes. */
    vector(width: number): Buffer {
        return this.take(this.number(width))
    }
}

export function u16(...values: number[]): Buffer {
    const bytes = Buffer.alloc(2 * values.length)
    for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index)
    return bytes
}

function vector(width: number, body: Uint8Array): Buffer {
    const length = Buffer.alloc(width)
    length.writeUIntBE(body.length, 0, width)
    return Buffer.concat([length, body])
}

function readExtensions(reader: Reader): Extension[] | undefined {
    if (reader.isAtEnd) return undefined
    const list = new Reader(reader.vector(2))
    const found: Extension[] = []
    while (!list.isAtEnd) found.push({ type: list.number(2), body: list.vector(2) })
    return found
}

function writeExtensions(extensions: Extension[] | undefined): Buffer {
    if (extensions === undefined) return Buffer.alloc(0)
    return vector(2, Buffer.concat(extensions.map(({ type, body }) => Buffer.concat([u16(type), vector(2, body)]))))
}

const readerOf = (bytes: Buffer): Reader => new Reader(bytes.subarray(RECORD_HEADER + HANDSHAKE_HEADER))

/** The same hello with these changes, in a record of its own. */
export function withClientHello(bytes: Buffer, change: (hello: ClientHello) => Partial<ClientHello>): Buffer {
    const reader = readerOf(bytes)
    const [version, random, sessionId] = [reader.number(2), reader.take(32), reader.vector(1)]
    const list = new Reader(reader.vector(2))
    const ciphers: number[] = []
    while (!list.isAtEnd) ciphers.push(list.number(2))
    const compressions = reader.vector(1)
    const hello = { version, random, sessionId, ciphers, compressions, extensions: readExtensions(reader) }
    const made: ClientHello = { ...hello, ...change(hello) }
    return message(
        CLIENT_HELLO,
        Buffer.concat([
            ...[u16(made.version), made.random, vector(1, made.sessionId), vector(2, u16(...made.ciphers))],
            ...[vector(1, made.compressions), writeExtensions(made.extensions)],
        ]),
    )
}

export function withServerHello(bytes: Buffer, change: (hello: ServerHello) => Partial<ServerHello>): Buffer {
    const reader = readerOf(bytes)
    const [version, random, sessionId] = [reader.number(2), reader.take(32), reader.vector(1)]
    const [cipher, compression] = [reader.number(2), reader.number(1)]
    const hello = { version, random, sessionId, cipher, compression, extensions: readExtensions(reader) }
    const made: ServerHello = { ...hello, ...change(hello) }
    return message(
        SERVER_HELLO,
        Buffer.concat([
            ...[u16(made.version), made.random, vector(1, made.sessionId), u16(made.cipher)],
            ...[Buffer.from([made.compression]), writeExtensions(made.extensions)],
        ]),
    )
}

/** Without these extensions, with `made` at their end. */
export const changed = (
    { extensions = [] }: Pick<Common, "extensions">,
    without: readonly number[],
    ...made: Extension[]
): { extensions: Extension[] } => ({
    extensions: [...extensions.filter(({ type }) => !without.includes(type)), ...made],
})

/** IANA's numbers. */
export const extensionTypes = {
    serverName: 0,
    supportedGroups: 10,
    signatureAlgorithms: 13,
    alpn: 16,
    extendedMasterSecret: 23,
    sessionTicket: 35,
    preSharedKey: 41,
    earlyData: 42,
    supportedVersions: 43,
    cookie: 44,
    pskKeyExchangeModes: 45,
    keyShare: 51,
    renegotiationInfo: 0xff01,
} as const

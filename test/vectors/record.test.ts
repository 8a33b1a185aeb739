// docs/SPEC.md is enough to open a record: nothing here comes from the core, only Node's crypto.
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"

const tagSize = 16
const nonceSize = 24

/** Where the nonce begins: behind all that is authenticated. */
const headerSizeOf = (record: Buffer) => ((record[4] ?? 0) < 3 ? 120 : 136)

/** The values of a vector file, by name; a line that begins with a space goes on with the one before. */
function readVector(name: string): Map<string, string> {
    const text = readFileSync(join(import.meta.dirname, name), "utf8").replace(/\n +/g, "")
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
    return new Map(lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]))
}

function hex(vector: Map<string, string>, name: string): Buffer {
    const value = vector.get(name)
    if (value === undefined) throw new Error(`no ${name} in the vector`)
    return Buffer.from(value, "hex")
}

/** The two keys made of the device key. */
function deriveKeys(deviceKey: Buffer): { seal: Buffer; nonce: Buffer } {
    const counter = Buffer.alloc(4)
    const stream = createCipheriv("chacha20", deviceKey, Buffer.concat([counter, Buffer.from("warmhello  1")]))
    const keys = stream.update(Buffer.alloc(64))
    return { seal: keys.subarray(0, 32), nonce: keys.subarray(32) }
}

const quarterRounds = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
] as const

function rotate(x: number, bits: number): number {
    return (x << bits) | (x >>> (32 - bits))
}

/** Ten double rounds without the last addition; its first and last four words are a key. */
function hchacha20(key: Buffer, nonce: Buffer): Buffer {
    const state = Buffer.concat([Buffer.from("expand 32-byte k"), key, nonce])
    const at = (i: number) => state.readUInt32LE(4 * i)
    const put = (i: number, value: number) => state.writeUInt32LE(value >>> 0, 4 * i)
    const half = (a: number, b: number, d: number, bits: number) => {
        put(a, at(a) + at(b) - (at(a) + at(b) > 0xffffffff ? 0x100000000 : 0))
        put(d, rotate(at(d) ^ at(a), bits))
    }
    for (let round = 0; round < 10; round++) {
        for (const [a, b, c, d] of quarterRounds) {
            half(a, b, d, 16)
            half(c, d, b, 12)
            half(a, b, d, 8)
            half(c, d, b, 7)
        }
    }
    return Buffer.concat([state.subarray(0, 16), state.subarray(48)])
}

/** XChaCha20-Poly1305, by way of HChaCha20. Throws when the tag is wrong. */
function open(record: Buffer, sealKey: Buffer): Buffer {
    const headerSize = headerSizeOf(record)
    const body = headerSize + nonceSize
    const nonce = record.subarray(headerSize, body)
    const key = hchacha20(sealKey, nonce.subarray(0, 16))
    const short = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)])
    const cipher = createDecipheriv("chacha20-poly1305", key, short, { authTagLength: tagSize })
    const sealed = record.subarray(body, -tagSize)
    cipher.setAAD(record.subarray(0, headerSize), { plaintextLength: sealed.length })
    cipher.setAuthTag(record.subarray(-tagSize))
    const session = cipher.update(sealed)
    cipher.final()
    return session
}

/** What came with version 3. */
function checkLearned(value: (name: string) => number, record: Buffer): void {
    expect(record.readUInt32LE(120)).toBe(value("early-data-max"))
    const bytes = ["lacks", "group", "left", "level"].map(value)
    expect([...record.subarray(124, 128)]).toEqual(bytes)
    const words = ["full-ms", "resumed-ms", "ticket-ms", "interval-min"].map(value)
    expect([0, 1, 2, 3].map((i) => record.readUInt16LE(128 + 2 * i))).toEqual(words)
}

/** Flags and counts, which differ between versions. */
function checkVersion(vector: Map<string, string>, record: Buffer): void {
    const value = (name: string) => Number(vector.get(name))
    const flags = value("single-use") + 2 * value("early-data")
    if (vector.has("age-lost")) {
        expect(record[4]).toBe(1)
        expect(record[5]).toBe(flags + 4 * value("age-lost"))
        expect(record.readUInt16LE(14)).toBe(0)
        expect(record.readUInt32LE(28)).toBe(0)
    } else {
        const isThird = vector.has("without-exchange")
        expect(record[4]).toBe(isThird ? 3 : 2)
        expect(record[5]).toBe(flags + 8 * value("pinned") + (isThird ? 16 * value("without-exchange") : 0))
        if (isThird) checkLearned(value, record)
        expect([...record.subarray(14, 16)]).toEqual([value("losses"), value("breaks")])
        expect(record.readUInt16LE(28)).toBe(value("aged-min"))
        expect([...record.subarray(30, 32)]).toEqual([value("rest"), 0])
    }
}

const names = ["v1-tls12", "v1-tls13", "v2-tls12", "v2-tls13", "v3-tls12", "v3-tls13"].map(
    (name) => `record-${name}.txt`,
)

test.each(names)("%s opens by the specification alone", (name) => {
    const vector = readVector(name)
    const record = hex(vector, "record")
    const session = hex(vector, "session")
    const keys = deriveKeys(hex(vector, "device-key"))
    const headerSize = headerSizeOf(record)

    expect(record.subarray(0, 4).toString()).toBe("WHSR")
    checkVersion(vector, record)
    expect(record.readUInt32LE(8)).toBe(Number(vector.get("generation")))
    expect(record.readUInt16LE(12)).toBe(session.length)
    expect(record.readUInt32LE(24)).toBe(Number(vector.get("lifetime-s")))
    expect(record.readBigUInt64LE(48)).toBe(BigInt(vector.get("captured-elapsed-us") ?? -1))
    expect(record.subarray(88, 120)).toEqual(hex(vector, "binding"))

    const hash = createHmac("sha256", keys.nonce).update(record.subarray(0, headerSize)).update(session).digest()
    expect(record.subarray(headerSize, headerSize + nonceSize)).toEqual(hash.subarray(0, 24))
    expect(open(record, keys.seal)).toEqual(session)

    record[20] = (record[20] ?? 0) ^ 1
    expect(() => open(record, keys.seal)).toThrow()
})

// The file of a raw trace: docs/MEASURING.md gives every byte. All numbers are little-endian.
import { createHash } from "node:crypto"
import { z } from "zod"
import type { Acquisition, EndEvent, RawEvent } from "../raw.js"
import type { Gap, SampleChunk } from "../source.js"

export const FILE_MAGIC = "warmhello trace\n"
export const FORMAT_VERSION = 1
export const FILE_HEADER_BYTES = FILE_MAGIC.length + 4
const BLOCK_HEADER_BYTES = 16
const CHECKSUM_BYTES = 4
/** No writer makes one as long; a longer one is damage. */
const LONGEST_PAYLOAD = 1 << 26
const BLOCK_MARK = 0x4257 // "WB"

const blockTypes = { acquisition: 1, bytes: 2, samples: 3, gap: 4, log: 5, end: 6 } as const
const HAS_VOLTAGE = 1
const HAS_CHANNELS = 2
const HAS_DURATIONS = 4
const SAMPLES_HEADER_BYTES = 24

export interface Block {
    type: number
    atUs: number
    payload: Buffer
}

export function fileHeader(): Buffer {
    const header = Buffer.alloc(FILE_HEADER_BYTES)
    header.write(FILE_MAGIC, "latin1")
    header.writeUInt32LE(FORMAT_VERSION, FILE_MAGIC.length)
    return header
}

const checksum = (header: Buffer, payload: Buffer): Buffer =>
    createHash("sha256").update(header).update(payload).digest().subarray(0, CHECKSUM_BYTES)

export function encodeBlock({ type, atUs, payload }: Block): Buffer {
    const header = Buffer.alloc(BLOCK_HEADER_BYTES)
    header.writeUInt16LE(BLOCK_MARK, 0)
    header.writeUInt8(type, 2)
    header.writeUInt32LE(payload.length, 4)
    header.writeDoubleLE(atUs, 8)
    return Buffer.concat([header, payload, checksum(header, payload)])
}

export type ReadBlock = { block: Block; bytes: number } | "incomplete" | "damaged"

/** The block at `offset`, or what is wrong there. */
export function decodeBlock(buffer: Buffer, offset: number): ReadBlock {
    if (buffer.length - offset < BLOCK_HEADER_BYTES) return "incomplete"
    const header = buffer.subarray(offset, offset + BLOCK_HEADER_BYTES)
    const length = header.readUInt32LE(4)
    if (header.readUInt16LE(0) !== BLOCK_MARK || length > LONGEST_PAYLOAD) return "damaged"
    const bytes = BLOCK_HEADER_BYTES + length + CHECKSUM_BYTES
    if (buffer.length - offset < bytes) return "incomplete"
    const payload = buffer.subarray(offset + BLOCK_HEADER_BYTES, offset + BLOCK_HEADER_BYTES + length)
    const found = buffer.subarray(offset + bytes - CHECKSUM_BYTES, offset + bytes)
    if (!checksum(header, payload).equals(found)) return "damaged"
    return { block: { type: header.readUInt8(2), atUs: header.readDoubleLE(8), payload }, bytes }
}

const bytesOf = (array: Float32Array | Float64Array | Uint8Array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength)

function encodeSamples(chunk: SampleChunk): Buffer {
    const { currentUa, voltageMv, durationsUs, channels } = chunk
    const header = Buffer.alloc(SAMPLES_HEADER_BYTES)
    const flags =
        (voltageMv === null ? 0 : HAS_VOLTAGE) |
        (channels === null ? 0 : HAS_CHANNELS) |
        (durationsUs === null ? 0 : HAS_DURATIONS)
    header.writeUInt32LE(currentUa.length, 0)
    header.writeUInt8(flags, 4)
    header.writeDoubleLE(chunk.startUs, 8)
    header.writeDoubleLE(chunk.stepUs, 16)
    const columns = [currentUa, voltageMv, durationsUs, channels].filter((column) => column !== null)
    return Buffer.concat([header, ...columns.map(bytesOf)])
}

function decodeSamples(payload: Buffer): SampleChunk {
    const count = payload.readUInt32LE(0)
    const flags = payload.readUInt8(4)
    let offset = SAMPLES_HEADER_BYTES
    const take = (bytes: number): ArrayBuffer => {
        const slice = Uint8Array.from(payload.subarray(offset, offset + bytes))
        offset += bytes
        return slice.buffer
    }
    return {
        kind: "samples",
        startUs: payload.readDoubleLE(8),
        stepUs: payload.readDoubleLE(16),
        currentUa: new Float32Array(take(4 * count)),
        voltageMv: flags & HAS_VOLTAGE ? new Float32Array(take(4 * count)) : null,
        durationsUs: flags & HAS_DURATIONS ? new Float64Array(take(8 * count)) : null,
        channels: flags & HAS_CHANNELS ? new Uint8Array(take(count)) : null,
    }
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

export function toBlock(event: RawEvent): Block {
    switch (event.kind) {
        case "acquisition":
            return { type: blockTypes.acquisition, atUs: 0, payload: json(event.acquisition) }
        case "bytes":
            return { type: blockTypes.bytes, atUs: event.atUs, payload: Buffer.from(event.bytes) }
        case "samples":
            return { type: blockTypes.samples, atUs: event.startUs, payload: encodeSamples(event) }
        case "gap": {
            const { durationUs, samples, why } = event
            return { type: blockTypes.gap, atUs: event.startUs, payload: json({ durationUs, samples, why }) }
        }
        case "raw-log-line":
            return { type: blockTypes.log, atUs: event.atUs, payload: Buffer.from(event.text) }
        case "end":
            return {
                type: blockTypes.end,
                atUs: 0,
                payload: json({ why: event.why, detail: event.detail, doubts: event.doubts }),
            }
    }
}

const acquisitionSchema: z.ZodType<Acquisition> = z.object({
    meter: z.object({
        kind: z.enum(["ppk2", "power-profiler-file", "power-profiler-csv", "joulescope-csv", "jls", "csv"]),
        name: z.string(),
        sampleRateHz: z.number().positive(),
    }),
    supply: z.object({
        voltageMv: z.number().positive(),
        origin: z.enum(["measured", "set", "given", "assumed"]),
    }),
    metadata: z.string().nullable(),
    startedAt: z.iso.datetime(),
})
const gapSchema = z.object({
    durationUs: z.number().min(0),
    samples: z.int().min(0),
    why: z.enum(["lost", "damaged", "not-a-number", "time-jump", "unreadable", "break"]) satisfies z.ZodType<
        Gap["why"]
    >,
})
const endSchema = z.object({
    why: z.enum(["done", "interrupted", "unplugged", "truncated"]) satisfies z.ZodType<EndEvent["why"]>,
    detail: z.string(),
    doubts: z.array(z.object({ code: z.enum(["lines-unreadable", "times-coarse"]), message: z.string() })).optional(),
})

const parsed = (payload: Buffer): unknown => JSON.parse(payload.toString("utf8"))

/** Undefined for a type that a later version may have added. */
export function fromBlock({ type, atUs, payload }: Block): RawEvent | undefined {
    switch (type) {
        case blockTypes.acquisition:
            return { kind: "acquisition", acquisition: acquisitionSchema.parse(parsed(payload)) }
        case blockTypes.bytes:
            return { kind: "bytes", atUs, bytes: payload }
        case blockTypes.samples:
            return decodeSamples(payload)
        case blockTypes.gap:
            return { kind: "gap", startUs: atUs, ...gapSchema.parse(parsed(payload)) }
        case blockTypes.log:
            return { kind: "raw-log-line", atUs, text: payload.toString("utf8") }
        case blockTypes.end:
            return { kind: "end", ...endSchema.parse(parsed(payload)) }
        default:
            return undefined
    }
}

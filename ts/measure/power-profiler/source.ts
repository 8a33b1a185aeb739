// What Nordic's Power Profiler saves: .ppk2 since its version 4 (a zip of a session), .ppk before (BSON and
// samples, deflated). Nordic's own program reads and writes them so.
import { createReadStream } from "node:fs"
import type { Readable } from "node:stream"
import { buffer, text } from "node:stream/consumers"
import { createInflateRaw, inflateRawSync } from "node:zlib"
import { deserialize } from "bson"
import { type Entry, openPromise, type ZipFile } from "yauzl"
import { z } from "zod"
import { WarmhelloError } from "../../base/errors.js"
import { type Acquisition, type RawEvent, stoppedBy } from "../raw.js"
import { firstBytes, type Progress } from "../trace/reader.js"
import { eventsOf, FRAME_BYTES, type Frames, framesOfSession } from "./frames.js"

export interface PowerProfilerOptions {
    path: string
    supply: Acquisition["supply"]
    progress: Progress
    signal: AbortSignal
}

const sessionSchema = z.object({
    metadata: z.object({ samplesPerSecond: z.number().positive(), startSystemTime: z.number().optional() }),
})
const optionsSchema = z.object({
    options: z.object({ samplesPerSecond: z.number().positive(), timestamp: z.number().positive() }),
})
const PPK_START = 4096

const unreadable = (path: string, what: string, cause?: unknown) =>
    new WarmhelloError("ppk-file", `${path} ${what}`, { cause })

function acquisition(options: PowerProfilerOptions, sampleRateHz: number, startedMs: number): RawEvent {
    const meter = { kind: "power-profiler-file", name: options.path, sampleRateHz } as const
    const startedAt = new Date(startedMs).toISOString()
    return { kind: "acquisition", acquisition: { meter, supply: options.supply, metadata: null, startedAt } }
}

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
    const entries = new Map<string, Entry>()
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName.replace(/^.*\//, ""), entry)
    return entries
}

/** A session that Power Profiler saved as .ppk2. */
export async function* readPpk2File(options: PowerProfilerOptions): AsyncGenerator<RawEvent> {
    const { path } = options
    let zip: ZipFile
    try {
        zip = await openPromise(path, { lazyEntries: true, autoClose: false })
    } catch (cause) {
        throw unreadable(path, `is a zip that cannot be read: ${cause instanceof Error ? cause.message : cause}`, cause)
    }
    try {
        const entries = await entriesOf(zip)
        const [session, metadata] = [entries.get("session.raw"), entries.get("metadata.json")]
        if (session === undefined || metadata === undefined) {
            const names = [...entries.keys()].slice(0, 5).join(", ")
            throw unreadable(path, `is a zip without a session of Power Profiler; it holds ${names}`)
        }
        const { samplesPerSecond, startSystemTime } = parsedSession(
            path,
            await text(await zip.openReadStreamPromise(metadata)),
        )
        if (session.uncompressedSize < FRAME_BYTES) {
            throw new WarmhelloError("input-empty", `${path}: there is no sample in it`)
        }
        yield acquisition(options, samplesPerSecond, startSystemTime ?? Date.now())
        yield* readSession(await zip.openReadStreamPromise(session), 1e6 / samplesPerSecond, options)
    } finally {
        zip.close()
    }
}

function parsedSession(path: string, json: string): z.infer<typeof sessionSchema>["metadata"] {
    try {
        return sessionSchema.parse(JSON.parse(json)).metadata
    } catch (cause) {
        throw unreadable(path, "does not say how many samples a second it has", cause)
    }
}

async function* readSession(
    stream: Readable,
    stepUs: number,
    { path, progress, signal }: PowerProfilerOptions,
): AsyncGenerator<RawEvent> {
    let rest = Buffer.alloc(0)
    let done = 0
    for await (const piece of stream) {
        if (signal.aborted) return yield stoppedBy(signal)
        const bytes = Buffer.concat([rest, piece as Buffer])
        const frames = framesOfSession(bytes)
        yield* eventsOf(frames, done, stepUs)
        done += frames.count
        progress.doneBytes = done * FRAME_BYTES
        rest = bytes.subarray(frames.count * FRAME_BYTES)
    }
    if (rest.length === 0) yield { kind: "end", why: "done", detail: "" }
    else yield { kind: "end", why: "truncated", detail: `${path} ends in the middle of a sample` }
}

/** Whether a file begins as a .ppk: deflated, and a BSON document that names Power Profiler's own fields. */
export function isPpk(path: string): boolean {
    const start = firstBytes(path, PPK_START)
    try {
        const plain = inflateRawSync(start, { finishFlush: 2, maxOutputLength: 1 << 24 })
        return plain.length > 4 && plain.includes("samplesPerSecond\0")
    } catch {
        return false // no deflated data at all
    }
}

/** Documents and buffers that stand one behind the other, each behind its length. */
class PpkReader {
    #at = 0
    constructor(readonly bytes: Buffer) {}

    /** A BSON document's own length counts itself. */
    document(): Record<string, unknown> {
        const length = this.bytes.readUInt32LE(this.#at)
        const found = deserialize(this.bytes.subarray(this.#at, this.#at + length))
        this.#at += length
        return found
    }

    chunk(): Buffer {
        if (this.#at + 4 > this.bytes.length) return Buffer.alloc(0)
        const length = this.bytes.readUInt32LE(this.#at)
        const found = this.bytes.subarray(this.#at + 4, this.#at + 4 + length)
        this.#at += 4 + length
        return found
    }
}

/** A session that Power Profiler saved as .ppk, before its version 4. */
export async function* readPpkFile(options: PowerProfilerOptions): AsyncGenerator<RawEvent> {
    const { path, signal } = options
    const reader = new PpkReader(await buffer(createReadStream(path).pipe(createInflateRaw())))
    const { samplesPerSecond, timestamp } = readOptions(reader, path)
    const [currents, bits] = [reader.chunk(), reader.chunk()]
    const recorded = Math.trunc((timestamp * samplesPerSecond) / 1e6)
    const frames: Frames = {
        count: Math.min(currents.length >> 2, recorded),
        current: (index) => currents.readFloatLE(4 * index),
        pairs: bits.length === 0 ? null : (index) => (2 * index + 2 <= bits.length ? bits.readUInt16LE(2 * index) : 0),
    }
    if (frames.count === 0) throw new WarmhelloError("input-empty", `${path}: there is no sample in it`)
    yield acquisition(options, samplesPerSecond, Date.now())
    yield* eventsOf(frames, 0, 1e6 / samplesPerSecond)
    yield signal.aborted ? stoppedBy(signal) : { kind: "end", why: "done", detail: "" }
}

/** The first versions wrote the options as a document of their own, and the chart's state as a second one. */
function readOptions(reader: PpkReader, path: string): z.infer<typeof optionsSchema>["options"] {
    try {
        const first = reader.document()
        if (first.version !== undefined && first.version !== null) return optionsSchema.parse(first).options
        reader.document()
        return optionsSchema.parse({ options: first }).options
    } catch (cause) {
        throw unreadable(path, "is a .ppk whose options cannot be read", cause)
    }
}

// Reads a raw trace, of any length, block by block.
import { closeSync, openSync, readSync } from "node:fs"
import { WarmhelloError } from "../../base/errors.js"
import { unreadable } from "../../base/files.js"
import { type RawEvent, stoppedBy } from "../raw.js"
import { type Block, decodeBlock, FILE_HEADER_BYTES, FILE_MAGIC, FORMAT_VERSION, fromBlock } from "./format.js"

const READ_BYTES = 1 << 20

export interface Progress {
    doneBytes: number
}

type Place = { block: Block; end: number } | { problem: "incomplete" | "damaged"; at: number }

/** All blocks, and at the end what is wrong behind the last, if anything is. */
function* blocksOf(path: string, progress: Progress): Generator<Place> {
    const file = openToRead(path)
    try {
        checkHeader(file, path)
        let at = FILE_HEADER_BYTES
        let buffer = Buffer.alloc(0)
        let offset = 0
        for (;;) {
            const read = decodeBlock(buffer, offset)
            if (read === "damaged") return yield { problem: read, at }
            if (read === "incomplete") {
                const more = readAt(file, at + buffer.length - offset)
                if (more.length === 0) {
                    if (offset < buffer.length) yield { problem: "incomplete", at }
                    return
                }
                buffer = Buffer.concat([buffer.subarray(offset), more])
                offset = 0
                continue
            }
            offset += read.bytes
            at += read.bytes
            progress.doneBytes = at
            yield { block: read.block, end: at }
        }
    } finally {
        closeSync(file)
    }
}

/** The first bytes of a file: fewer than asked for where it has fewer. */
export function firstBytes(path: string, most: number): Buffer {
    const file = openToRead(path)
    try {
        const start = Buffer.alloc(most)
        return start.subarray(0, readSync(file, start, 0, most, 0))
    } finally {
        closeSync(file)
    }
}

function openToRead(path: string): number {
    try {
        return openSync(path, "r")
    } catch (cause) {
        throw unreadable(path, cause)
    }
}

function readAt(file: number, position: number): Buffer {
    const piece = Buffer.allocUnsafe(READ_BYTES)
    return piece.subarray(0, readSync(file, piece, 0, READ_BYTES, position))
}

function checkHeader(file: number, path: string): void {
    const header = Buffer.alloc(FILE_HEADER_BYTES)
    const length = readSync(file, header, 0, FILE_HEADER_BYTES, 0)
    if (length < FILE_HEADER_BYTES || header.toString("latin1", 0, FILE_MAGIC.length) !== FILE_MAGIC) {
        throw new WarmhelloError("trace-unreadable", `${path} is no raw trace`)
    }
    const version = header.readUInt32LE(FILE_MAGIC.length)
    if (version === FORMAT_VERSION) return
    const message = `${path} has version ${version} of the format; this warmhello reads ${FORMAT_VERSION}`
    throw new WarmhelloError("trace-unreadable", message)
}

/** Whether a file begins as a raw trace does. */
export const isTrace = (path: string): boolean => firstBytes(path, FILE_MAGIC.length).toString("latin1") === FILE_MAGIC

/** Up to where a trace is whole. */
export function soundLength(path: string): number {
    let length = FILE_HEADER_BYTES
    for (const place of blocksOf(path, { doneBytes: 0 })) if ("end" in place) length = place.end
    return length
}

function eventOf(block: Block, path: string): RawEvent | undefined {
    try {
        return fromBlock(block)
    } catch (cause) {
        throw new WarmhelloError("trace-unreadable", `${path}: a block cannot be read`, { cause })
    }
}

/** A trace as its meter delivered it. One that breaks off ends as `truncated`. */
export async function* readTrace(path: string, progress: Progress, signal: AbortSignal): AsyncGenerator<RawEvent> {
    let last: RawEvent["kind"] | undefined
    for (const place of blocksOf(path, progress)) {
        if (signal.aborted) {
            yield stoppedBy(signal)
            return
        }
        if ("problem" in place) {
            const what = place.problem === "damaged" ? "is damaged" : "breaks off"
            yield { kind: "end", why: "truncated", detail: `${path} ${what} at byte ${place.at}` }
            return
        }
        const event = eventOf(place.block, path)
        if (event !== undefined) yield event
        last = event?.kind
    }
    if (last !== "end") yield { kind: "end", why: "truncated", detail: `${path} has no closing block` }
}

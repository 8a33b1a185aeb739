// Writes a raw trace as it comes: after Ctrl-C, a pulled cable or a crash all blocks but the last are there.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs"
import { WarmhelloError } from "../../errors.js"
import type { RawEvent } from "../raw.js"
import { encodeBlock, FILE_HEADER_BYTES, fileHeader, toBlock } from "./format.js"
import { soundLength } from "./reader.js"

/** A PPK2's bytes come in small pieces: they are put together up to this. */
const GATHERED_BYTES = 1 << 16

export class TraceWriter {
    readonly #file: number
    readonly #path: string
    #gathered: Buffer[] = []
    #gatheredBytes = 0

    private constructor(file: number, path: string) {
        this.#file = file
        this.#path = path
    }

    /** A new file; what was there is overwritten. */
    static create(path: string): TraceWriter {
        const writer = new TraceWriter(open(path, "w"), path)
        writer.#put(fileHeader())
        return writer
    }

    /** Goes on with a trace; a block that a crash cut off is taken away. */
    static append(path: string): TraceWriter {
        const length = soundLength(path)
        const file = open(path, "r+")
        ftruncateSync(file, Math.max(length, FILE_HEADER_BYTES))
        closeSync(file)
        return new TraceWriter(open(path, "a"), path)
    }

    write(event: RawEvent): void {
        if (event.kind !== "bytes") {
            this.#flush()
            this.#put(encodeBlock(toBlock(event)))
            return
        }
        this.#gathered.push(encodeBlock(toBlock(event)))
        this.#gatheredBytes += event.bytes.length
        if (this.#gatheredBytes >= GATHERED_BYTES) this.#flush()
    }

    close(): void {
        try {
            this.#flush()
        } finally {
            closeSync(this.#file)
        }
    }

    #put(bytes: Buffer): void {
        try {
            for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at)
        } catch (cause) {
            throw unwritable(this.#path, cause)
        }
    }

    #flush(): void {
        if (this.#gathered.length === 0) return
        const bytes = Buffer.concat(this.#gathered)
        this.#gathered = []
        this.#gatheredBytes = 0
        this.#put(bytes)
    }
}

function unwritable(path: string, cause: unknown): WarmhelloError {
    return new WarmhelloError("file-unwritable", `cannot write ${path}: ${(cause as Error).message}`, { cause })
}

function open(path: string, flags: string): number {
    try {
        return openSync(path, flags)
    } catch (cause) {
        throw unwritable(path, cause)
    }
}

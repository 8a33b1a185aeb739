// Writes a raw trace as it comes: after Ctrl-C, a pulled cable or a crash all blocks but the last are there.
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs"
import { unwritable } from "../../base/files.js"
import type { RawEvent } from "../raw.js"
import { encodeBlock, FILE_HEADER_BYTES, fileHeader, toBlock } from "./format.js"
import { soundLength } from "./reader.js"

/** A PPK2's bytes come in small pieces: they are put together up to this. */
const GATHERED_BYTES = 1 << 16

export class TraceWriter {
    readonly #path: string
    /** Undefined as long as the source has delivered nothing. */
    #file: number | undefined
    #gathered: Buffer[] = []
    #gatheredBytes = 0

    private constructor(path: string, file: number | undefined) {
        this.#path = path
        this.#file = file
    }

    /** A new file, made with the first event; what was there is overwritten. */
    static create(path: string): TraceWriter {
        return new TraceWriter(path, undefined)
    }

    /** Goes on with a trace; a block that a crash cut off is taken away. */
    static append(path: string): TraceWriter {
        const length = soundLength(path)
        const file = open(path, "r+")
        ftruncateSync(file, Math.max(length, FILE_HEADER_BYTES))
        closeSync(file)
        return new TraceWriter(path, open(path, "a"))
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
            if (this.#file !== undefined) closeSync(this.#file)
        }
    }

    /** Made if it is not there yet. */
    #opened(): number {
        if (this.#file === undefined) {
            this.#file = open(this.#path, "w")
            this.#put(fileHeader())
        }
        return this.#file
    }

    #put(bytes: Buffer): void {
        const file = this.#opened()
        try {
            for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
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

function open(path: string, flags: string): number {
    try {
        return openSync(path, flags)
    } catch (cause) {
        throw unwritable(path, cause)
    }
}

// A CSV file, gzipped or not, or a pipe, as samples. Of any length: only a piece is in memory at a time.
import { spawn } from "node:child_process"
import { createReadStream } from "node:fs"
import type { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { WarmhelloError } from "../../base/errors.js"
import { statsOf, unreadable } from "../../base/files.js"
import { endWithUs } from "../../base/temporary.js"
import { type Acquisition, type RawEvent, stoppedBy } from "../raw.js"
import type { Progress } from "../trace/reader.js"
import { type CsvHeader, readHeader } from "./header.js"
import { RowReader } from "./rows.js"
import { SampleCollector } from "./samples.js"

const LF = 10
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const UTF16 = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])]
/** Longer than any first line; a file without an end of line in it is none of ours. */
const LONGEST_LINE = 4096

export interface CsvOptions {
    /** A path, or "-" for standard input. */
    path: string
    supply: Acquisition["supply"]
    progress: Progress
    signal: AbortSignal
}

/** A program reads the pipe, which can be ended: a read of our own from a silent pipe would even outlast the exit. */
function readPipe(path: string): Readable {
    const reader = spawn("cat", ["--", path], { stdio: ["ignore", "pipe", "inherit"] })
    endWithUs(reader)
    return reader.stdout.on("close", () => reader.kill())
}

function openStream({ path, progress }: CsvOptions): Readable {
    if (path === "-") return process.stdin
    const isPipe = statsOf(path).isFIFO()
    const file: Readable = isPipe ? readPipe(path) : createReadStream(path, { highWaterMark: 1 << 18 })
    file.on("data", (piece) => {
        progress.doneBytes += piece.length
    })
    if (!path.endsWith(".gz")) return file
    const unzipped = createGunzip()
    file.on("error", (error) => unzipped.destroy(error))
    return file.pipe(unzipped)
}

/** The stream in pieces of whole lines. A last line without its end is returned apart. */
async function* wholeLines(stream: Readable, cut: { rest: Buffer }, signal: AbortSignal): AsyncGenerator<Buffer> {
    const stop = () => stream.destroy()
    signal.addEventListener("abort", stop)
    try {
        for await (const piece of stream) {
            const bytes = cut.rest.length === 0 ? (piece as Buffer) : Buffer.concat([cut.rest, piece as Buffer])
            const end = bytes.lastIndexOf(LF) + 1
            cut.rest = bytes.subarray(end)
            if (cut.rest.length > LONGEST_LINE) break
            if (end > 0) yield bytes.subarray(0, end)
        }
    } catch (error) {
        if (!signal.aborted) throw error // a stream that was stopped says so
    } finally {
        signal.removeEventListener("abort", stop)
    }
}

function withoutBom(bytes: Buffer): Buffer {
    if (UTF16.some((bom) => bytes.subarray(0, 2).equals(bom))) {
        throw new WarmhelloError("csv-header", "the file is in UTF-16; it must be in UTF-8")
    }
    return bytes.subarray(0, BOM.length).equals(BOM) ? bytes.subarray(BOM.length) : bytes
}

function startAcquisition(
    { kind }: CsvHeader,
    options: CsvOptions,
    sampleRateHz: number,
    hasVoltage: boolean,
): RawEvent {
    const supply: Acquisition["supply"] = hasVoltage ? { ...options.supply, origin: "measured" } : options.supply
    const name = options.path === "-" ? "standard input" : options.path
    const startedAt = new Date().toISOString()
    return {
        kind: "acquisition",
        acquisition: { meter: { kind, name, sampleRateHz }, supply, metadata: null, startedAt },
    }
}

/** One that a program is still writing, or that was cut off, ends in the middle of a line. */
const endEvent = (rest: Buffer, name: string, signal: AbortSignal): RawEvent => {
    if (signal.aborted) return stoppedBy(signal)
    if (rest.length === 0) return { kind: "end", why: "done", detail: "" }
    return { kind: "end", why: "truncated", detail: `${name} ends in the middle of a line` }
}

function readableOrThrow(error: unknown, name: string): never {
    if (error instanceof WarmhelloError) throw new WarmhelloError(error.code, `${name}: ${error.message}`)
    throw unreadable(name, error)
}

export async function* readCsv(options: CsvOptions): AsyncGenerator<RawEvent> {
    const name = options.path === "-" ? "standard input" : options.path
    try {
        yield* readLines(options, name)
    } catch (error) {
        if (error === options.signal.reason) throw error // stopped before there was anything
        readableOrThrow(error, name)
    }
}

/** The rows so far: the first line makes the reader for all others. */
class CsvRows {
    #reader: { header: CsvHeader; rows: RowReader; samples: SampleCollector } | undefined
    #started = false
    /** What is wrong with a row: to be thrown once the rows before it are delivered. */
    problem: unknown
    readonly #options: CsvOptions

    constructor(options: CsvOptions) {
        this.#options = options
    }

    add(lines: Buffer): RawEvent[] {
        const rest = this.#reader === undefined ? this.#readHeader(lines) : lines
        const { rows, samples } = this.#made()
        rows.set(rest)
        try {
            while (rows.next()) samples.add(rows.row, rows.line)
        } catch (error) {
            this.problem = error
        }
        return this.#withSession(samples.take(this.problem !== undefined))
    }

    end(): RawEvent[] {
        const last = this.#made().samples.end()
        if (last.length === 0 && !this.#started) throw new WarmhelloError("input-empty", "there is no sample in it")
        return this.#withSession(last)
    }

    get hasSamples(): boolean {
        return this.#started
    }

    get hasHeader(): boolean {
        return this.#reader !== undefined
    }

    #made() {
        if (this.#reader === undefined) throw new WarmhelloError("input-empty", "there is nothing in it")
        return this.#reader
    }

    #readHeader(lines: Buffer): Buffer {
        const bytes = withoutBom(lines)
        const end = bytes.indexOf(LF)
        const header = readHeader(bytes.subarray(0, end).toString("utf8"))
        this.#reader = { header, rows: new RowReader(header), samples: new SampleCollector(header) }
        return bytes.subarray(end + 1)
    }

    /** The acquisition comes first, but only the first samples tell their rate. */
    #withSession(events: RawEvent[]): RawEvent[] {
        if (this.#started || events.length === 0) return events
        this.#started = true
        const { header, samples } = this.#made()
        return [startAcquisition(header, this.#options, samples.sampleRateHz, samples.hasVoltage), ...events]
    }
}

async function* readLines(options: CsvOptions, name: string): AsyncGenerator<RawEvent> {
    const cut = { rest: Buffer.alloc(0) }
    const rows = new CsvRows(options)
    for await (const lines of wholeLines(openStream(options), cut, options.signal)) {
        yield* rows.add(lines)
        if (rows.problem !== undefined) throw rows.problem
        if (options.signal.aborted) break
    }
    if (!rows.hasSamples) options.signal.throwIfAborted()
    if (!rows.hasHeader) throw emptyOrForeign(cut.rest)
    yield* rows.end()
    yield endEvent(cut.rest, name, options.signal)
}

function emptyOrForeign(start: Buffer): WarmhelloError {
    if (start.length === 0) return new WarmhelloError("input-empty", "there is nothing in it")
    return new WarmhelloError("csv-header", `its first line has no end within ${LONGEST_LINE} bytes`)
}

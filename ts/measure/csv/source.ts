// A CSV file, gzipped or not, or a pipe, as samples. Of any length: only a piece is in memory at a time.
import { spawn } from "node:child_process"
import { createReadStream } from "node:fs"
import { Readable } from "node:stream"
import { constants, createGunzip } from "node:zlib"
import { WarmhelloError } from "../../base/errors.js"
import { statsOf, unreadable } from "../../base/files.js"
import { endWithUs } from "../../base/temporary.js"
import { type Acquisition, type EndEvent, type RawEvent, type SourceDoubt, stoppedBy } from "../raw.js"
import type { Progress } from "../trace/reader.js"
import type { CsvHeader } from "./header.js"
import { LONGEST_PREAMBLE, readPreamble } from "./preamble.js"
import { RowReader } from "./rows.js"
import { SampleCollector } from "./samples.js"
import { RowTimes } from "./times.js"

const LF = 10
const CR = 13
const GZIP = Buffer.from([0x1f, 0x8b])
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
    return file
}

interface Cut {
    /** A last line without its end. */
    rest: Buffer
    /** A gzipped file breaks off, so that its last line is none. */
    zipBroken: boolean
}

/** The stream's bytes, unzipped if they are gzipped: what a file is called does not matter. */
async function* plainPieces(stream: Readable, cut: Cut): AsyncGenerator<Buffer> {
    const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    const first = await pieces.next()
    if (first.done) return
    const all = async function* () {
        yield first.value
        for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value
    }
    if (!first.value.subarray(0, GZIP.length).equals(GZIP)) return yield* all()
    const unzipped = createGunzip({ flush: constants.Z_SYNC_FLUSH })
    const zipped = Readable.from(all()).on("error", (error) => unzipped.destroy(error))
    zipped.pipe(unzipped)
    try {
        for await (const piece of unzipped) yield piece as Buffer
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "Z_BUF_ERROR") throw error
        cut.zipBroken = true
    }
}

/** Lines that end as on old Macintoshes end as everywhere else from here on. */
function setLineFeeds(piece: Buffer, ends: { areCr: boolean | undefined }): void {
    ends.areCr ??= piece.includes(CR) && !piece.includes(LF)
    if (ends.areCr) for (let at = piece.indexOf(CR); at >= 0; at = piece.indexOf(CR, at)) piece[at] = LF
}

/** The stream in pieces of whole lines. A last line without its end is returned apart. */
async function* wholeLines(stream: Readable, cut: Cut, signal: AbortSignal): AsyncGenerator<Buffer> {
    const stop = () => stream.destroy()
    signal.addEventListener("abort", stop)
    const ends: { areCr: boolean | undefined } = { areCr: undefined }
    try {
        for await (const piece of plainPieces(stream, cut)) {
            setLineFeeds(piece, ends)
            const bytes = cut.rest.length === 0 ? piece : Buffer.concat([cut.rest, piece])
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

interface Reader {
    header: CsvHeader
    rows: RowReader
    times: RowTimes
    samples: SampleCollector
}

/** So many lines that cannot be read are always borne with until the end ... */
const BORNE = 10
/** ... where they, and all through more than these, must be fewer than one in so many. */
const LEAST_ROWS_A_LINE = 20

/** The rows so far: the lines before them make the reader for them. */
class CsvRows {
    #reader: Reader | undefined
    #preamble: Buffer | undefined = Buffer.alloc(0)
    #started = false
    #goodRows = 0
    #badLines = 0
    #firstProblem: WarmhelloError | undefined
    /** What is wrong with the file: to be thrown once the rows before it are delivered. */
    problem: unknown
    readonly #options: CsvOptions

    constructor(options: CsvOptions) {
        this.#options = options
    }

    add(lines: Buffer, isAll = false): RawEvent[] {
        const rest = this.#reader === undefined ? this.#readPreamble(lines, isAll) : lines
        if (rest === undefined) return []
        const { rows, samples } = this.#made()
        rows.set(rest)
        while (this.problem === undefined && !this.#readGood()) {}
        return this.#withSession(samples.take(this.problem !== undefined))
    }

    end(): RawEvent[] {
        if (this.#preamble !== undefined) this.add(Buffer.alloc(0), true)
        if (this.#badLines * LEAST_ROWS_A_LINE > this.#goodRows) throw this.#firstProblem
        const { times, samples } = this.#made()
        times.end()
        const last = samples.end()
        if (last.length === 0 && !this.#started) throw new WarmhelloError("input-empty", "there is no sample in it")
        return this.#withSession(last)
    }

    get hasSamples(): boolean {
        return this.#started
    }

    get doubts(): SourceDoubt[] {
        const found: SourceDoubt[] = []
        const { mostOfOneTime } = this.#made().times
        if (this.#badLines > 0) {
            const lines = this.#badLines === 1 ? "1 line" : `${this.#badLines} lines`
            const message = `${lines} of ${this.#badLines + this.#goodRows} cannot be read: ${this.#firstProblem?.message}`
            found.push({ code: "lines-unreadable", message })
        }
        if (mostOfOneTime > 1) {
            found.push({ code: "times-coarse", message: `up to ${mostOfOneTime} rows have the same time` })
        }
        return found
    }

    /** Until there is no other row, which returns true, or until a line that cannot be read. */
    #readGood(): boolean {
        const { rows, times, samples } = this.#made()
        try {
            while (rows.next()) {
                times.add(rows.row, rows.line)
                this.#goodRows++
            }
            return true
        } catch (error) {
            if (!(error instanceof WarmhelloError)) throw error
            this.#firstProblem ??= error
            this.#badLines++
            rows.leaveRow()
            samples.markUnreadable()
            const tooMany = this.#badLines > BORNE && this.#badLines * LEAST_ROWS_A_LINE > this.#goodRows
            if (tooMany || error.code === "csv-decimal-comma") this.problem = this.#firstProblem
            return false
        }
    }

    #made(): Reader {
        if (this.#reader === undefined) throw new WarmhelloError("input-empty", "there is nothing in it")
        return this.#reader
    }

    /** The rows behind it; undefined while they have not come. */
    #readPreamble(lines: Buffer, isAll: boolean): Buffer | undefined {
        const before = this.#preamble ?? Buffer.alloc(0)
        const bytes = before.length === 0 ? withoutBom(lines) : Buffer.concat([before, lines])
        const found = readPreamble(bytes, isAll || bytes.length >= LONGEST_PREAMBLE)
        this.#preamble = found === undefined ? bytes : undefined
        if (found === undefined) return undefined
        const { header, decimalComma, headerLine } = found
        const samples = new SampleCollector(header)
        const rows = new RowReader(header, decimalComma, headerLine, this.#options.supply.voltageMv)
        this.#reader = { header, rows, samples, times: new RowTimes((row) => samples.add(row)) }
        return bytes.subarray(found.bytes)
    }

    /** The acquisition comes first, but only the first samples tell their rate. */
    #withSession(events: RawEvent[]): RawEvent[] {
        if (this.#started || events.length === 0) return events
        this.#started = true
        const { header, samples } = this.#made()
        return [startAcquisition(header, this.#options, samples.sampleRateHz, samples.hasVoltage), ...events]
    }
}

/** Whether a last line without its end is whole: it has what the line before it has. */
function isWholeRow(line: string, before: string): boolean {
    const shape = (text: string) =>
        text
            .trim()
            .split(/[,;\t]/)
            .map((field) => field.trim())
    const [mine, theirs] = [shape(line), shape(before)]
    const digits = (field: string | undefined) => field?.replace(/^[^.]*/, "").length
    const last = mine.at(-1)
    return mine.length === theirs.length && last !== "" && digits(last) === digits(theirs.at(-1))
}

async function* readLines(options: CsvOptions, name: string): AsyncGenerator<RawEvent> {
    const cut: Cut = { rest: Buffer.alloc(0), zipBroken: false }
    const rows = new CsvRows(options)
    let lastLine = ""
    let hasLines = false
    for await (const lines of wholeLines(openStream(options), cut, options.signal)) {
        yield* rows.add(lines)
        hasLines = true
        lastLine = lines.subarray(lines.lastIndexOf(LF, lines.length - 2) + 1).toString("latin1")
        if (rows.problem !== undefined) throw rows.problem
        if (options.signal.aborted) break
    }
    if (!rows.hasSamples) options.signal.throwIfAborted()
    if (!hasLines) throw emptyOrForeign(cut.rest)
    const rest = cut.rest.toString("latin1")
    const isRow = !options.signal.aborted && !cut.zipBroken && rest.trim() !== "" && isWholeRow(rest, lastLine)
    if (isRow) yield* rows.add(Buffer.concat([cut.rest, Buffer.of(LF)]))
    yield* rows.end()
    const end = endEvent(isRow ? "" : rest, cut, name, options.signal)
    yield rows.doubts.length === 0 ? end : { ...end, doubts: rows.doubts }
}

/** One that a program is still writing, or that was cut off, ends in the middle of a line. */
function endEvent(rest: string, { zipBroken }: Cut, name: string, signal: AbortSignal): EndEvent {
    if (signal.aborted) return stoppedBy(signal)
    if (zipBroken) return { kind: "end", why: "truncated", detail: `the gzipped ${name} breaks off` }
    if (rest.trim() === "") return { kind: "end", why: "done", detail: "" }
    return { kind: "end", why: "truncated", detail: `${name} ends in the middle of a line` }
}

function emptyOrForeign(start: Buffer): WarmhelloError {
    if (start.length === 0) return new WarmhelloError("input-empty", "there is nothing in it")
    return new WarmhelloError("csv-header", `its first line has no end within ${LONGEST_LINE} bytes`)
}

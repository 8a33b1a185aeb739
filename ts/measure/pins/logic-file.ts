// What a logic analyser recorded of the marker pins, as CSV: Saleae's Logic (a row for each change) and sigrok's
// (PulseView, sigrok-cli; a row for each sample or each change, with or without times).
import { createReadStream } from "node:fs"
import { WarmhelloError } from "../../base/errors.js"
import { unreadable } from "../../base/files.js"
import { Lines } from "../../base/lines.js"
import type { Phase } from "../../run/phases-and-causes.js"
import { phases } from "../../run/phases-and-causes.js"
import { phaseWords } from "../../run/wake-line.js"

/** The pins where they change: bit n is channel Dn. */
export interface LogicTrace {
    /** Rising, by the analyser's clock. */
    timesUs: number[]
    /** From each of these times to the next one. */
    levels: number[]
}

/** sigrok-cli writes what it learns too late between its comments: "META samplerate: 10000". */
const COMMENT = /^\s*([;#]|META )/
/** sigrok names the unit of its times in the column's title, and otherwise takes it from the rate. */
const timeUnits = new Map([
    ["seconds", 1e6],
    ["s", 1e6],
    ["milliseconds", 1e3],
    ["ms", 1e3],
    ["microseconds", 1],
    ["us", 1],
    ["µs", 1],
    ["nanoseconds", 1e-3],
    ["ns", 1e-3],
    ["picoseconds", 1e-6],
])
const rateUnits = new Map([
    ["hz", 1],
    ["khz", 1e3],
    ["mhz", 1e6],
    ["ghz", 1e9],
])

/** The unit of sigrok's times: the first power of a thousand in which the rate is no more than one a unit. */
const unitOfRate = (rateHz: number): number => 1e6 / 1000 ** Math.ceil(Math.log10(rateHz) / 3)

/** "D4", "Channel 4", "CH4", or the phase that the pin ends. */
function bitOf(name: string): number | undefined {
    const plain = name.trim().replaceAll('"', "").toLowerCase()
    const digit = /^(?:d|ch|channel)?[ _]?([0-7])$/.exec(plain)?.[1]
    if (digit !== undefined) return Number(digit)
    if (plain === "resumed") return 6
    const word = phaseWords.find((phase) => phase === plain)
    return word === undefined ? undefined : (phases[word as Phase].channel ?? undefined)
}

interface Columns {
    /** The first column is a time; otherwise the rows are samples. */
    timed: boolean
    usPerUnit: number
    /** Of each other column; none where it is no pin. */
    bits: (number | undefined)[]
}

const refuse = (path: string, message: string) => new WarmhelloError("pins-file", `${path}: ${message}`)

/** What the lines before the rows say. */
class Preamble {
    #channels: string[] = []
    #rateHz: number | undefined

    comment(line: string): void {
        const channels = /Channels \(\d+\/\d+\):(.*)/.exec(line)?.[1]
        if (channels !== undefined) this.#channels = channels.split(",")
        const [, rate, unit] = /samplerate:\s*([\d.]+)\s*([kMG]?Hz)?/i.exec(line) ?? []
        if (rate !== undefined) this.#rateHz = Number(rate) * (rateUnits.get(unit?.toLowerCase() ?? "hz") ?? 1)
    }

    columns(title: string[]): Columns {
        const [first = "", ...others] = title
        const unit = /^(?:time)?\s*[[(]?\s*([a-zµ]*?)\s*[\])]?$/i.exec(first.trim().replaceAll('"', ""))?.[1]
        const timed =
            /^(time|samples$)/i.test(first.trim()) || (unit !== undefined && timeUnits.has(unit.toLowerCase()))
        const names = timed ? others : title
        const bits = (names.every((name) => name.trim() === "logic") ? this.#channels : names).map(bitOf)
        const byRate = this.#rateHz === undefined ? undefined : unitOfRate(this.#rateHz)
        const usPerUnit = timed ? timeUnits.get(unit?.toLowerCase() ?? "") : undefined
        if (timed) return { timed, bits, usPerUnit: usPerUnit ?? byRate ?? 1e6 }
        return { timed, bits, usPerUnit: this.#rateHz === undefined ? Number.NaN : 1e6 / this.#rateHz }
    }
}

class LogicRows {
    readonly trace: LogicTrace = { timesUs: [], levels: [] }
    readonly #path: string
    readonly #preamble = new Preamble()
    #columns: Columns | undefined
    #line = 0
    #rows = 0

    constructor(path: string) {
        this.#path = path
    }

    add(line: string): void {
        this.#line++
        if (this.#columns === undefined && COMMENT.test(line)) this.#preamble.comment(line)
        else if (this.#columns === undefined) this.#columns = this.#readTitle(line)
        else this.#addRow(line, this.#columns)
    }

    /** A title is not left out by Saleae, nor by sigrok unless somebody says so. */
    #readTitle(line: string): Columns {
        const columns = this.#preamble.columns(line.split(","))
        const bits = columns.bits.filter((bit) => bit !== undefined)
        const start = JSON.stringify(line.slice(0, 60))
        if (bits.length === 0)
            throw refuse(this.#path, `its first line names no pin, such as D0 or Channel 0: ${start}`)
        if (new Set(bits).size < bits.length) throw refuse(this.#path, `its first line names a pin twice: ${start}`)
        if (Number.isNaN(columns.usPerUnit)) throw refuse(this.#path, `it has neither times nor a Samplerate: ${start}`)
        return columns
    }

    #addRow(line: string, { timed, usPerUnit, bits }: Columns): void {
        const fields = line.split(",")
        const timeUs = (timed ? Number(fields.shift()) : this.#rows) * usPerUnit
        this.#rows++
        const { timesUs, levels } = this.trace
        // "X" is Saleae's word for a gap: nobody drove the pin as far as we know.
        const isWhole = fields.length >= bits.length && fields.every((field) => /^\s*[01Xx]?\s*$/.test(field))
        if (!isWhole || !Number.isFinite(timeUs) || timeUs < (timesUs.at(-1) ?? timeUs)) {
            throw refuse(
                this.#path,
                `line ${this.#line} is no row of times and levels: ${JSON.stringify(line.slice(0, 60))}`,
            )
        }
        const level = bits.reduce<number>((sum, bit, index) => {
            return bit !== undefined && fields[index]?.trim() === "1" ? sum | (1 << bit) : sum
        }, 0)
        if (level === levels.at(-1)) return
        timesUs.push(timeUs)
        levels.push(level)
    }
}

/** `pins-file` for one that is no logic analyser's. Of any length: only changes are kept. */
export async function readLogicFile(path: string): Promise<LogicTrace> {
    const rows = new LogicRows(path)
    const lines = new Lines()
    const stream = createReadStream(path)
    try {
        for await (const piece of stream) for (const line of lines.take(piece as Buffer)) rows.add(line)
    } catch (error) {
        throw error instanceof WarmhelloError ? error : unreadable(path, error)
    }
    for (const line of lines.take(Buffer.from("\n"))) rows.add(line)
    const { timesUs } = rows.trace
    if (timesUs.length > 2 && timesUs.at(-1) === timesUs[0]) {
        throw refuse(
            path,
            "its times stand still: export it without the column of times (sigrok-cli: -O csv:time=false)",
        )
    }
    if (rows.trace.levels.length < 2) throw refuse(path, "no pin changes in it")
    return rows.trace
}

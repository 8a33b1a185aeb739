// What stands before the rows: comments, a line that names the separator, and the line that names the
// columns. And how the rows write their numbers and times, told by the rows themselves.
import { WarmhelloError } from "../../base/errors.js"
import { type Column, type CsvHeader, type HeaderHints, readHeader, type Separator } from "./header.js"
import { type DecimalComma, readClock } from "./rows.js"

/** The rows begin within so many bytes, or it is none of ours. */
export const LONGEST_PREAMBLE = 1 << 16
/** So many rows are looked at. */
const ROWS = 200

export interface Preamble {
    header: CsvHeader
    decimalComma: DecimalComma
    /** Of the line that names the columns. */
    headerLine: number
    /** How many bytes it ends after. */
    bytes: number
}

const NUMBER = /^[-+]?(\d+([.,]\d*)*|\.\d+)(e[-+]?\d+)?$/i
const unquoted = (field: string) => field.trim().replaceAll('"', "")
const isNumber = (field: string) => NUMBER.test(unquoted(field))
const isClock = (field: string) => !/^\d+$/.test(unquoted(field)) && !Number.isNaN(readClock(unquoted(field)))

/** Fields of a line; a separator in quotes is text. */
function fieldsOf(line: string, separator: string): string[] {
    if (!line.includes('"')) return line.split(separator)
    const fields = [""]
    let inQuotes = false
    for (const letter of line) {
        if (letter === '"') inQuotes = !inQuotes
        if (letter === separator && !inQuotes) fields.push("")
        else fields[fields.length - 1] += letter
    }
    return fields
}

/** A row of values: a number or a time first, and another number. */
function isRow(line: string): boolean {
    return ([",", ";", "\t"] as const).some((separator) => {
        const [first = "", ...others] = fieldsOf(line, separator)
        return (isNumber(first) || isClock(first)) && others.some(isNumber)
    })
}

const hasClock = (line: string) =>
    ([",", ";", "\t"] as const).some((separator) => fieldsOf(line, separator).some(isClock))

interface Line {
    text: string
    number: number
    end: number
}

function linesOf(bytes: Buffer): Line[] {
    const lines: Line[] = []
    for (let start = 0; start < bytes.length; ) {
        const found = bytes.indexOf(10, start)
        const end = found < 0 ? bytes.length : found + 1
        lines.push({ text: decoded(bytes.subarray(start, end)).trim(), number: lines.length + 1, end })
        start = end
    }
    return lines
}

/** Old programs write µ in Latin-1. */
function decoded(bytes: Buffer): string {
    const text = bytes.toString("utf8")
    return text.includes("\ufffd") ? bytes.toString("latin1") : text
}

/** Undefined as long as what there is may still be comments, and more may follow. */
export function readPreamble(bytes: Buffer, isAll: boolean): Preamble | undefined {
    const lines = linesOf(bytes)
    const firstRow = lines.findIndex(({ text }) => isRow(text))
    if (firstRow < 0 && !isAll && bytes.length < LONGEST_PREAMBLE) return undefined
    const before = (firstRow < 0 ? lines : lines.slice(0, firstRow)).filter(({ text }) => text !== "")
    const given = before.map(({ text }) => /^sep=([,;\t])$/i.exec(text)?.[1]).find((found) => found !== undefined)
    const candidates = before.filter(({ text }) => !/^sep=/i.test(text))
    const { line, header } = findHeader(candidates, lines[0], {
        separator: given as Separator | undefined,
        hasClock: firstRow >= 0 && hasClock(lines[firstRow]?.text ?? ""),
    })
    const rows = lines.filter(({ text, number }) => number > line.number && text !== "" && !text.startsWith("#"))
    return {
        ...dialectOf(
            header,
            rows.slice(0, ROWS).map(({ text }) => text),
        ),
        headerLine: line.number,
        bytes: line.end,
    }
}

/** The last line before the rows that names the columns; otherwise what is wrong with the last. */
function findHeader(candidates: Line[], first: Line | undefined, hints: HeaderHints) {
    const problems: unknown[] = []
    for (const line of candidates.toReversed()) {
        try {
            return { line, header: readHeader(line.text, hints) }
        } catch (error) {
            problems.push(error)
        }
    }
    if (problems.length === 0 && first !== undefined) return { line: first, header: readHeader(first.text, hints) }
    // A line that names columns, but no units, tells more than the comments beside it.
    throw problems.find(isAboutUnits) ?? problems[0] ?? new WarmhelloError("input-empty", "there is nothing in it")
}

const isAboutUnits = (error: unknown) => error instanceof WarmhelloError && error.code === "csv-units"

function dialectOf(header: CsvHeader, rows: string[]): Pick<Preamble, "header" | "decimalComma"> {
    const fields = rows.map((row) => fieldsOf(row, header.separator))
    const time = header.columns.findIndex(({ role }) => role === "time")
    const first = fields[0]?.[time]
    const columns = header.columns.map(
        (column, index): Column =>
            index === time && first !== undefined && isClock(first) ? { role: "clock" } : column,
    )
    return { header: { ...header, columns }, decimalComma: decimalCommaOf({ ...header, columns }, fields) }
}

function decimalCommaOf({ columns, separator }: CsvHeader, rows: string[][]): DecimalComma {
    const numeric = columns.flatMap((column, index) => ("factor" in column ? [index] : []))
    const found = numeric.map((index) => rows.map((row) => row[index]?.trim() ?? ""))
    if (!found.some(hasDecimalCommas)) return "never"
    return separator === "," ? "quoted" : "always"
}

/** Commas between thousands come behind one to three digits, before three, and not in every number. */
function hasDecimalCommas(fields: string[]): boolean {
    const plain = fields.map(unquoted)
    const withComma = plain.filter((field) => /^[-+]?\d+,\d+(e[-+]?\d+)?$/i.test(field))
    if (withComma.length === 0 || plain.some((field) => field.includes("."))) return false
    return withComma.length === plain.length || withComma.some((field) => !/^[-+]?[1-9]\d{0,2},\d{3}$/.test(field))
}

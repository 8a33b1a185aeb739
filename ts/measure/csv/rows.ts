// The rows of a CSV file of numbers. A library's reader makes strings of every field, which takes 10 to 40
// times as long as this (docs/MEASURING.md has the figures); an hour of a PPK2 is 360 million rows.
import { WarmhelloError } from "../../base/errors.js"
import type { CsvHeader } from "./header.js"

const LF = 10
const HASH = 35
const CR = 13
const SPACE = 32
const QUOTE = 34
const PLUS = 43
const COMMA = 44
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const ONE = 49
const UPPER_X = 88
const LOWER_E = 101

const powers = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)

/** How dates and times of day are written; a zone counts, since summer time may end in a recording. */
const CLOCK =
    /^\s*(?:(\d{4})[-/.]?(\d\d)[-/.]?(\d\d)[T ,_]?\s*)?(\d\d):?(\d\d):?(\d\d)(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?\s*$/i

/** In us, since 1970 where there is a date and since midnight where there is none; NaN if it is no time. */
export function readClock(text: string): number {
    const found = CLOCK.exec(text)
    if (found === null) return Number.NaN
    const [, year = "1970", month = "1", day = "1", hour, minute, second, fraction = "0", zone = "Z"] = found
    const seconds = Date.UTC(+year, +month - 1, +day, +(hour ?? 0), +(minute ?? 0), +(second ?? 0)) / 1000
    const [sign, zoneHours, zoneMinutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone)?.slice(1) ?? ["+", "0", "0"]
    const zoneSeconds = (sign === "-" ? -1 : 1) * (+(zoneHours ?? 0) * 3600 + +(zoneMinutes ?? 0) * 60)
    return (seconds - zoneSeconds) * 1e6 + Number(`0.${fraction}`) * 1e6
}

const isSpace = (byte: number) => byte === SPACE || byte === CR || byte === QUOTE
const isDigit = (byte: number) => byte >= ZERO && byte <= NINE

/** What a row holds. The same object for each row. */
export interface Row {
    timeUs: number
    currentUa: number
    voltageMv: number
    channels: number
}

const roles = {
    ...{ skip: 0, time: 1, current: 2, voltage: 3, channels: 4, channel: 5 },
    ...{ power: 6, clock: 7, "channels-d7-first": 8 },
} as const

/** How numbers are written: a comma for the point everywhere, or in quotes only. */
export type DecimalComma = "never" | "always" | "quoted"

export class RowReader {
    readonly #roles: Uint8Array
    readonly #factors: Float64Array
    readonly #separator: number
    readonly #point: number
    readonly #quotedPoint: number
    /** Of a power in uW, where no column tells the voltage. */
    readonly #supplyMv: number
    readonly row: Row = { timeUs: 0, currentUa: 0, voltageMv: 0, channels: 0 }
    readonly #hasPower: boolean
    readonly #hasVoltage: boolean
    #bytes: Uint8Array = new Uint8Array(0)
    #at = 0
    /** It was begun, and has not been read to its end. */
    #inRow = false
    /** Of the row just read, the first of the file being 1. */
    line: number

    constructor({ columns, separator }: CsvHeader, decimalComma: DecimalComma, headerLine: number, supplyMv: number) {
        this.#roles = Uint8Array.from(columns, ({ role }) => roles[role])
        this.#factors = Float64Array.from(columns, (column) => {
            if ("factor" in column) return column.factor
            return "bit" in column ? column.bit : 1
        })
        this.#separator = separator.charCodeAt(0)
        this.#point = decimalComma === "always" ? COMMA : POINT
        this.#quotedPoint = decimalComma === "never" ? POINT : COMMA
        this.line = headerLine
        this.#supplyMv = supplyMv
        this.#hasPower = columns.some(({ role }) => role === "power")
        this.#hasVoltage = columns.some(({ role }) => role === "voltage")
    }

    /** The bytes to read rows from. They must end with an end of line. */
    set(bytes: Uint8Array): void {
        this.#bytes = bytes
        this.#at = 0
    }

    /** Fills `row`; false when there is no other. Empty lines and comments are passed over. */
    next(): boolean {
        const bytes = this.#bytes
        for (;;) {
            while (this.#at < bytes.length && (bytes[this.#at] === LF || bytes[this.#at] === CR)) {
                if (bytes[this.#at] === LF) this.line++
                this.#at++
            }
            if (bytes[this.#at] !== HASH) break
            this.line++
            this.#skipLine()
        }
        if (this.#at >= bytes.length) return false
        this.line++
        this.#inRow = true
        this.#readFields()
        this.#inRow = false
        if (this.#hasPower) this.#divide()
        return true
    }

    /** Leaves the rest of a line that cannot be read, if there is any. */
    leaveRow(): void {
        if (this.#inRow) this.#skipLine()
        this.#inRow = false
    }

    #skipLine(): void {
        const end = this.#bytes.indexOf(LF, this.#at)
        this.#at = end < 0 ? this.#bytes.length : end + 1
    }

    /** A power over its voltage is a current. */
    #divide(): void {
        const { row } = this
        row.currentUa = (1000 * row.currentUa) / (this.#hasVoltage ? row.voltageMv : this.#supplyMv)
    }

    #readFields(): void {
        const { row } = this
        row.channels = 0
        const last = this.#roles.length - 1
        for (let column = 0; column <= last; column++) {
            const factor = this.#factors[column] as number
            switch (this.#roles[column]) {
                case roles.time:
                    row.timeUs = this.#number() * factor
                    break
                case roles.current:
                case roles.power:
                    row.currentUa = this.#number() * factor
                    break
                case roles.voltage:
                    row.voltageMv = this.#number() * factor
                    break
                case roles.channels:
                    row.channels = this.#bits()
                    break
                case roles.channel:
                    if (this.#bit()) row.channels |= 1 << factor
                    break
                case roles.clock:
                    row.timeUs = this.#clock()
                    break
                case roles["channels-d7-first"]:
                    row.channels = reversed(this.#bits())
                    break
                default:
                    this.#skipField()
            }
            this.#endField(column === last)
        }
    }

    /** Behind a field stands a separator, or the end of the line. */
    #endField(isLast: boolean): void {
        const bytes = this.#bytes
        while (isSpace(bytes[this.#at] as number)) this.#at++
        const byte = bytes[this.#at]
        if (isLast && byte === LF) {
            this.#at++
            return
        }
        if (!isLast && byte === this.#separator) {
            this.#at++
            return
        }
        if (isLast && byte === this.#separator) {
            if (this.#endsAfterSeparators()) return
            if (byte === COMMA && this.#hasTwiceTheFields()) {
                throw new WarmhelloError(
                    "csv-decimal-comma",
                    `line ${this.line} has twice the fields of the first line`,
                )
            }
        }
        if (byte === COMMA && this.#separator !== COMMA) throw this.#commaProblem()
        throw new WarmhelloError("csv-row", `line ${this.line} ${this.#wrong(byte)}`)
    }

    /** A spreadsheet ends each row with separators that stand before nothing. */
    #endsAfterSeparators(): boolean {
        let at = this.#at
        while (this.#bytes[at] === this.#separator || isSpace(this.#bytes[at] as number)) at++
        if (this.#bytes[at] !== LF) return false
        this.#at = at + 1
        return true
    }

    #commaProblem(): WarmhelloError {
        const end = this.#bytes.indexOf(LF, this.#at)
        const rest = Buffer.from(this.#bytes.subarray(this.#at, Math.min(end, this.#at + 20))).toString("latin1")
        const what =
            /^,\d{3}([,.]|\d*$)/.test(rest) && rest.includes(".") ? "commas between thousands" : "a decimal comma"
        return new WarmhelloError("csv-decimal-comma", `line ${this.line} has numbers with ${what}`)
    }

    #wrong(byte: number | undefined): string {
        if (byte === this.#separator) return "has more fields than the first line"
        return byte === LF ? "has fewer fields than the first line" : this.#notANumber()
    }

    #notANumber(): string {
        const end = this.#bytes.indexOf(LF, this.#at)
        const text = Buffer.from(this.#bytes.subarray(this.#at, Math.min(end, this.#at + 20))).toString()
        return `has ${JSON.stringify(text)} where a number should be`
    }

    #hasTwiceTheFields(): boolean {
        const start = this.#bytes.lastIndexOf(LF, this.#at - 1) + 1
        const end = this.#bytes.indexOf(LF, this.#at)
        let fields = 1
        for (let at = start; at < end; at++) if (this.#bytes[at] === this.#separator) fields++
        return fields >= 2 * this.#roles.length - 1
    }

    /** NaN for an empty field and for the word; anything else that is no number is met by #endField. */
    #number(): number {
        const bytes = this.#bytes
        let at = this.#at
        while (isSpace(bytes[at] as number)) at++
        const comesQuoted = at > this.#at && bytes[at - 1] === QUOTE
        const decimalPoint = comesQuoted ? this.#quotedPoint : this.#point
        const sign = bytes[at] as number
        if (sign === MINUS || sign === PLUS) at++
        let mantissa = 0
        let scale = 0
        const start = at
        let byte = bytes[at] as number
        while (isDigit(byte)) {
            mantissa = mantissa * 10 + (byte - ZERO)
            byte = bytes[++at] as number
        }
        if (byte === decimalPoint) {
            byte = bytes[++at] as number
            const point = at
            while (isDigit(byte)) {
                mantissa = mantissa * 10 + (byte - ZERO)
                byte = bytes[++at] as number
            }
            scale = at - point
        }
        this.#at = at
        if (at === start) return this.#word()
        const value = sign === MINUS ? -mantissa : mantissa
        if ((byte | 0x20) === LOWER_E) return value * 10 ** (this.#exponent() - scale)
        return scale < powers.length ? value / (powers[scale] as number) : value / 10 ** scale
    }

    #exponent(): number {
        const bytes = this.#bytes
        let at = this.#at + 1
        const sign = bytes[at]
        if (sign === MINUS || sign === PLUS) at++
        let exponent = 0
        while (isDigit(bytes[at] as number)) exponent = exponent * 10 + ((bytes[at++] as number) - ZERO)
        this.#at = at
        return sign === MINUS ? -exponent : exponent
    }

    /** "nan", "-nan", "inf", or nothing at all. */
    #word(): number {
        const text = Buffer.from(this.#bytes.subarray(this.#at, this.#at + 8)).toString("latin1")
        const word = /^(nan|inf(inity)?|null|-)/i.exec(text)?.[0]
        this.#at += word?.length ?? 0
        return Number.NaN
    }

    /** D0 is the first character. Power Profiler writes X where a channel was both, - where it is not known. */
    #bits(): number {
        let channels = 0
        for (let bit = 0; bit < 8; bit++) {
            while (isSpace(this.#bytes[this.#at] as number)) this.#at++
            const byte = this.#bytes[this.#at] as number
            if (byte === LF || byte === this.#separator) break
            if (byte === ONE || byte === UPPER_X) channels |= 1 << bit
            this.#at++
        }
        return channels
    }

    #bit(): boolean {
        while (isSpace(this.#bytes[this.#at] as number)) this.#at++
        const byte = this.#bytes[this.#at] as number
        if (byte === LF || byte === this.#separator) return false
        this.#at++
        return byte === ONE || byte === UPPER_X
    }

    /** To the end of the field; a separator in quotes is text. */
    #skipField(): void {
        let inQuotes = false
        for (;;) {
            const byte = this.#bytes[this.#at]
            if (byte === QUOTE) inQuotes = !inQuotes
            if (byte === LF || byte === undefined || (byte === this.#separator && !inQuotes)) return
            this.#at++
        }
    }

    #clock(): number {
        const start = this.#at
        this.#skipField()
        return readClock(Buffer.from(this.#bytes.subarray(start, this.#at)).toString("latin1").replaceAll('"', ""))
    }
}

/** D7 first instead of D0. */
function reversed(channels: number): number {
    let result = 0
    for (let bit = 0; bit < 8; bit++) if (channels & (1 << bit)) result |= 0x80 >> bit
    return result
}

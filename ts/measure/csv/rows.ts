// The rows of a CSV file of numbers. A library's reader makes strings of every field, which takes 10 to 40
// times as long as this (docs/MEASURING.md has the figures); an hour of a PPK2 is 360 million rows.
import { WarmhelloError } from "../../base/errors.js"
import type { CsvHeader } from "./header.js"

const LF = 10
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

const isSpace = (byte: number) => byte === SPACE || byte === CR || byte === QUOTE
const isDigit = (byte: number) => byte >= ZERO && byte <= NINE

/** What a row holds. The same object for each row. */
export interface Row {
    timeUs: number
    currentUa: number
    voltageMv: number
    channels: number
}

const roles = { skip: 0, time: 1, current: 2, voltage: 3, channels: 4, channel: 5 } as const

export class RowReader {
    readonly #roles: Uint8Array
    readonly #factors: Float64Array
    readonly #separator: number
    readonly #decimalComma: boolean
    readonly row: Row = { timeUs: 0, currentUa: 0, voltageMv: 0, channels: 0 }
    #bytes: Uint8Array = new Uint8Array(0)
    #at = 0
    /** Of the row just read, the header's being 1. */
    line = 1

    constructor({ columns, separator }: CsvHeader) {
        this.#roles = Uint8Array.from(columns, ({ role }) => roles[role])
        this.#factors = Float64Array.from(columns, (column) => {
            if ("factor" in column) return column.factor
            return "bit" in column ? column.bit : 1
        })
        this.#separator = separator.charCodeAt(0)
        this.#decimalComma = this.#separator !== COMMA
    }

    /** The bytes to read rows from. They must end with an end of line. */
    set(bytes: Uint8Array): void {
        this.#bytes = bytes
        this.#at = 0
    }

    /** Fills `row`; false when there is no other. Empty lines are passed over. */
    next(): boolean {
        const bytes = this.#bytes
        while (this.#at < bytes.length && (bytes[this.#at] === LF || bytes[this.#at] === CR)) {
            if (bytes[this.#at] === LF) this.line++
            this.#at++
        }
        if (this.#at >= bytes.length) return false
        this.line++
        this.#readFields()
        return true
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
        if (byte === COMMA && this.#decimalComma) {
            throw new WarmhelloError("csv-decimal-comma", `line ${this.line} has numbers with a decimal comma`)
        }
        if (isLast && byte === this.#separator && !this.#decimalComma && this.#hasTwiceTheFields()) {
            throw new WarmhelloError("csv-decimal-comma", `line ${this.line} has twice the fields of the first line`)
        }
        throw new WarmhelloError("csv-row", `line ${this.line} ${this.#wrong(byte)}`)
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
        if (byte === POINT) {
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

    #skipField(): void {
        for (;;) {
            const byte = this.#bytes[this.#at]
            if (byte === this.#separator || byte === LF || byte === undefined) return
            this.#at++
        }
    }
}

// The wakes in a board's log, as bytes come in.
import { StringDecoder } from "node:string_decoder"
import { WarmhelloError } from "../base/errors.js"
import { parseWakeLine, type WakeLine } from "../run/wake-line.js"

export type LogEvent =
    | { kind: "wake"; wake: WakeLine }
    /** A wake's line that was cut or comes from other firmware. */
    | { kind: "unreadable"; message: string }
    | { kind: "text"; text: string }

/** A line longer than any of ours: something that is no text. */
const LONGEST_LINE = 8192

function eventOf(line: string): LogEvent {
    try {
        const wake = parseWakeLine(line)
        return wake === undefined ? { kind: "text", text: line } : { kind: "wake", wake }
    } catch (error) {
        if (error instanceof WarmhelloError) return { kind: "unreadable", message: error.message }
        throw error
    }
}

export class SerialLog {
    readonly #decoder = new StringDecoder("utf8")
    #rest = ""

    /** What the lines are that end in these bytes. */
    take(bytes: Uint8Array): LogEvent[] {
        this.#rest += this.#decoder.write(Buffer.from(bytes))
        const lines = this.#rest.split(/\r?\n/)
        this.#rest = (lines.pop() ?? "").slice(-LONGEST_LINE)
        return lines
            .map((line) => line.replace(/\r$/, ""))
            .filter((line) => line.trim() !== "")
            .map(eventOf)
    }
}

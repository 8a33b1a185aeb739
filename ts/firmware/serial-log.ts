// The wakes in a board's log, as bytes come in.
import { WarmhelloError } from "../base/errors.js"
import { Lines, LONGEST_LOG_LINE } from "../base/lines.js"
import { parseWakeLine, type WakeLine } from "../run/wake-line.js"

export type LogEvent =
    | { kind: "wake"; wake: WakeLine }
    /** A wake's line that was cut or comes from other firmware. */
    | { kind: "unreadable"; message: string }
    | { kind: "text"; text: string }

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
    readonly #lines = new Lines(LONGEST_LOG_LINE)

    /** What the lines are that end in these bytes. */
    take(bytes: Uint8Array): LogEvent[] {
        return this.#lines.take(bytes).map(eventOf)
    }
}

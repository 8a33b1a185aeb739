// Reports out of files and pipes: lines of JSON, a board's log, or a file of wakes that a command of ours has written.
import { createReadStream } from "node:fs"
import { basename } from "node:path"
import { WarmhelloError } from "../base/errors.js"
import { unreadable } from "../base/files.js"
import { jsonOf } from "../base/json.js"
import { Lines } from "../base/lines.js"
import { parseWakeLine, type WakeLine } from "../run/wake-line.js"
import type { Intake } from "./intake.js"

const STANDARD_INPUT = "-"
/** A file that is one JSON value, over many lines, is no longer than this; a run with its samples has some megabytes. */
const MOST_WHOLE = 64 << 20

const nameOf = (path: string): string =>
    path === STANDARD_INPUT ? "input" : basename(path).replace(/\.[a-z0-9]+$/i, "")

/** A value that began in a line and goes on in the next ones, as JSON for people does. */
class Whole {
    #text = ""

    /** The value once it is whole. */
    take(line: string): unknown {
        if (this.#text === "" && !/^\s*[[{]\s*$/.test(line)) return undefined
        this.#text += `${line}\n`
        if (!/^[}\]]\s*$/.test(line) && this.#text.length < MOST_WHOLE) return undefined
        const value = jsonOf(this.#text) ?? null // what is no JSON is no report either
        this.#text = ""
        return value
    }

    get isOpen(): boolean {
        return this.#text !== ""
    }
}

/** Reads to the end, or until the signal. Reports without a device's name get the file's. Throws `file-unreadable`. */
export async function readReports(path: string, intake: Intake, signal: AbortSignal): Promise<void> {
    const place = { device: undefined, server: undefined }
    const about = { device: nameOf(path) }
    const stream = path === STANDARD_INPUT ? process.stdin : createReadStream(path)
    const end = () => stream.destroy()
    signal.addEventListener("abort", end, { once: true })
    const lines = new Lines(1 << 20)
    const whole = new Whole()
    const take = (value: unknown) => intake.json(withName(value, about), place, true, () => {})
    try {
        for await (const bytes of stream as AsyncIterable<Buffer>) {
            for (const line of lines.take(bytes)) takeLine(line, whole, take, intake)
            await intake.store.room()
        }
        for (const line of lines.take(Buffer.from("\n"))) takeLine(line, whole, take, intake)
        if (whole.isOpen) intake.refuse("not-an-outcome")
    } catch (error) {
        if (!signal.aborted) throw unreadable(path, error)
    } finally {
        signal.removeEventListener("abort", end)
    }
}

const withName = (value: unknown, about: object): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value) ? { ...about, ...value } : value

/** A log has lines about other things, which are none of our business; a line of JSON that is no report is counted. */
function takeLine(line: string, whole: Whole, take: (value: unknown) => void, intake: Intake): void {
    const wake = wakeIn(line)
    if (wake === "unreadable") intake.refuse("not-an-outcome")
    else if (wake !== undefined) take(wake)
    else takeJson(line, whole, take)
}

function wakeIn(line: string): WakeLine | "unreadable" | undefined {
    try {
        return parseWakeLine(line)
    } catch (error) {
        if (error instanceof WarmhelloError) return "unreadable"
        throw error
    }
}

function takeJson(line: string, whole: Whole, take: (value: unknown) => void): void {
    const value = whole.take(line)
    if (value !== undefined) take(value)
    else if (!whole.isOpen && line.trimStart().startsWith("{")) take(jsonOf(line))
}

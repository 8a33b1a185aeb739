// Where a command's output goes. With --json - nothing but JSON is on standard output, so what is
// for people goes to standard error.
import pc from "picocolors"
import type { WarmhelloError } from "../base/errors.js"
import { checkWritable, writeWhole } from "../base/files.js"

export class Output {
    readonly #jsonTarget: string | undefined
    readonly #stream: NodeJS.WriteStream

    /** No run for nothing: throws `file-unwritable` if the JSON could not be written. */
    constructor(jsonTarget: string | undefined) {
        this.#jsonTarget = jsonTarget
        this.#stream = jsonTarget === "-" ? process.stderr : process.stdout
        if (jsonTarget !== undefined && jsonTarget !== "-") checkWritable(jsonTarget)
    }

    /** Columns to print in; without a terminal, or in one that tells no width, there is no limit. */
    get columns(): number {
        return (this.#stream.isTTY && this.#stream.columns) || Number.POSITIVE_INFINITY
    }

    get isTerminal(): boolean {
        return this.#stream.isTTY
    }

    /** As it is, for what moves. */
    raw(text: string): void {
        this.#stream.write(text)
    }

    line(text = ""): void {
        this.#stream.write(`${text}\n`)
    }

    json(value: unknown): void {
        if (this.#jsonTarget === undefined) return
        const text = `${JSON.stringify(value, null, 2)}\n`
        if (this.#jsonTarget === "-") {
            process.stdout.write(text)
            return
        }
        writeWhole(this.#jsonTarget, text)
    }
}

/** One clear message and what to do about it. */
export function reportError(error: WarmhelloError): void {
    process.stderr.write(`${pc.red("error:")} ${error.message}\n`)
    if (error.hint !== "") process.stderr.write(`${error.hint}\n`)
}

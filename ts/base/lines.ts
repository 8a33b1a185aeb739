import { StringDecoder } from "node:string_decoder"

/** In characters, for what a board prints: longer than any line of ours. */
export const LONGEST_LOG_LINE = 8192

/** Text in lines, out of bytes that come in pieces. */
export class Lines {
    readonly #decoder = new StringDecoder("utf8")
    readonly #longest: number
    #rest = ""

    /** Of a line that is longer than `longest` only the end is kept: it is no text. */
    constructor(longest = Number.POSITIVE_INFINITY) {
        this.#longest = longest
    }

    /** The lines that end in these bytes, without their ends; those with nothing in them are left out. */
    take(bytes: Uint8Array): string[] {
        const lines = (this.#rest + this.#decoder.write(Buffer.from(bytes))).split("\n")
        this.#rest = (lines.pop() ?? "").slice(-this.#longest)
        return lines.map((line) => line.replace(/\r+$/, "")).filter((line) => line.trim() !== "")
    }
}

// Moves the clock of a server's process along with skipped sleeps, by a library of ours that is preloaded into it
// (firmware/port/host/src/shifted_clock.c).
import { closeSync, openSync, readFileSync, writeSync } from "node:fs"
import { basename, delimiter, dirname } from "node:path"
import { TemporaryFolder } from "../base/temporary.js"
import { nativeFile } from "../core/native-files.js"

const FILE_VARIABLE = "WARMHELLO_CLOCK_FILE"

/** Milliseconds as the library reads them. */
function bytesOf(shiftMs: number): Uint8Array {
    return new Uint8Array(BigInt64Array.of(BigInt(Math.round(shiftMs))).buffer)
}

/** How far this process's own clock is from the machine's. A process that has the library preloaded is not alone there:
 * its children would see the machine's clock, moved by what they are told. */
function ownShiftMs(): number {
    const file = process.env[FILE_VARIABLE]
    if (file === undefined) return 0
    const bytes = Uint8Array.from(readFileSync(file))
    return Number(new BigInt64Array(bytes.buffer)[0])
}

/** A clock ahead of this process's by all sleeps that were skipped. Only the wall clock jumps; timers run on. */
export class TimeSkip implements Disposable {
    readonly #ownShiftMs = ownShiftMs()
    readonly #folder = new TemporaryFolder("time")
    readonly #path: string
    readonly #file: number
    #skippedMs = 0

    constructor() {
        this.#path = this.#folder.write("shift", bytesOf(this.#ownShiftMs))
        this.#file = openSync(this.#path, "r+")
    }

    /** Environment for a process that shall live on this clock. The loader splits LD_PRELOAD at blanks, but not the path
     * in which it looks for a library that is named without its folder. */
    get environment(): NodeJS.ProcessEnv {
        const library = nativeFile("libshifted_clock.so")
        const folders = [dirname(library), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter)
        return { LD_PRELOAD: basename(library), LD_LIBRARY_PATH: folders, [FILE_VARIABLE]: this.#path }
    }

    /** How far it is ahead. */
    get skippedMs(): number {
        return this.#skippedMs
    }

    skip(durationMs: number): void {
        this.#skippedMs += durationMs
        // In place, since who lives on this clock has the file mapped.
        writeSync(this.#file, bytesOf(this.#ownShiftMs + this.#skippedMs), 0, undefined, 0)
    }

    [Symbol.dispose](): void {
        closeSync(this.#file)
        this.#folder[Symbol.dispose]()
    }
}

// Moves the clock of a server's process along with skipped sleeps, by libfaketime.
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { WarmhelloError } from "../errors.js"
import { TemporaryFolder } from "../temporary.js"

const LIBRARY = "faketime/libfaketimeMT.so.1"

function findLibrary(): string {
    const folders = existsSync("/usr/lib") ? readdirSync("/usr/lib") : []
    const found = folders.map((folder) => join("/usr/lib", folder, LIBRARY)).find((path) => existsSync(path))
    if (found === undefined) {
        throw new WarmhelloError(
            "no-time-skip",
            "libfaketime, which lets a server's clock skip along with a sleep, is missing",
        )
    }
    return found
}

/** A clock ahead of the real one by all sleeps that were skipped. Only the wall clock jumps; timers run on. */
export class TimeSkip implements Disposable {
    readonly #library = findLibrary()
    readonly #folder = new TemporaryFolder("time")
    #file = ""
    #skippedMs = 0

    constructor() {
        this.#write()
    }

    /** Environment for a process that shall live on this clock. */
    get environment(): Record<string, string> {
        return {
            LD_PRELOAD: this.#library,
            FAKETIME_TIMESTAMP_FILE: this.#file,
            FAKETIME_NO_CACHE: "1",
            FAKETIME_DONT_FAKE_MONOTONIC: "1",
        }
    }

    /** How far it is ahead. */
    get skippedMs(): number {
        return this.#skippedMs
    }

    skip(durationMs: number): void {
        this.#skippedMs += durationMs
        this.#write()
    }

    #write(): void {
        this.#file = this.#folder.write("offset", `+${(this.#skippedMs / 1000).toFixed(3)}\n`)
    }

    [Symbol.dispose](): void {
        this.#folder[Symbol.dispose]()
    }
}

// Moves the clock of a server's process along with skipped sleeps, by libfaketime.
import { execFileSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { WarmhelloError } from "../base/errors.js"
import { TemporaryFolder } from "../base/temporary.js"

const LIBRARY = "faketime/libfaketimeMT.so.1"

/** Where libfaketime is, which shows another time of day to a process. */
export function findLibrary(): string {
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

/** How far this process's own clock is from the machine's. A process under libfaketime is not alone there: its children
 * would see the machine's clock, moved by what they are told. */
function ownShiftMs(): number {
    const { LD_PRELOAD, ...environment } = process.env
    if (!LD_PRELOAD?.includes("faketime")) return 0
    const machineMs = Number(execFileSync("date", ["+%s%3N"], { env: environment, encoding: "utf8" }))
    return Math.round((Date.now() - machineMs) / 1000) * 1000
}

/** A clock ahead of the real one by all sleeps that were skipped. Only the wall clock jumps; timers run on. */
export class TimeSkip implements Disposable {
    readonly #library = findLibrary()
    readonly #ownShiftMs = ownShiftMs()
    readonly #folder = new TemporaryFolder("time")
    #file = ""
    #skippedMs = 0

    constructor() {
        this.#write()
    }

    /** Environment for a process that shall live on this clock. */
    get environment(): NodeJS.ProcessEnv {
        return {
            LD_PRELOAD: this.#library,
            FAKETIME: undefined, // it would come before the file
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
        const shiftS = (this.#ownShiftMs + this.#skippedMs) / 1000
        this.#file = this.#folder.write(
            "offset",
            `${shiftS < 0 ? "" : "+"}${shiftS.toFixed(3)}
`,
        )
    }

    [Symbol.dispose](): void {
        this.#folder[Symbol.dispose]()
    }
}

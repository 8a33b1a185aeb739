// What must not outlive this process: its temporary folders, and the processes that it has started. A dispose ends them,
// and so does the end of the process by a signal (cli/main.ts turns those into an ordinary end).
import type { ChildProcess } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { WarmhelloError } from "./errors.js"

/** Has `work` done when this process ends, unless what is returned is called before. */
export function atExit(work: () => void): () => void {
    process.once("exit", work)
    return () => void process.off("exit", work)
}

/** Lets a process end with this one, which does not wait for it. */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): void {
    const isOver = atExit(() => child.kill(signal))
    child.once("close", isOver)
    child.once("error", isOver)
}

/** TMPDIR may name a folder from here, and a child may be elsewhere. */
const temporary = () => resolve(tmpdir())

/** This process's environment, for a child in another folder. */
export const environmentElsewhere = (): NodeJS.ProcessEnv => ({ ...process.env, TMPDIR: temporary() })

/** Throws `temporary-unwritable` where there is none, or no room in it. */
export class TemporaryFolder implements Disposable {
    readonly path: string
    readonly #isOver: () => void

    /** `wipe` is done before the folder is removed. */
    constructor(name: string, wipe: () => void = () => {}) {
        this.path = inTemporary(() => mkdtempSync(join(temporary(), `warmhello-${name}-`)))
        this.#isOver = atExit(() => this.#remove())
        this.#wipe = wipe
    }

    readonly #wipe: () => void

    file(name: string): string {
        return join(this.path, name)
    }

    /** Writes a file into it, and gives its path. */
    write(name: string, contents: string | Uint8Array): string {
        const path = this.file(name)
        inTemporary(() => writeFileSync(path, contents, { mode: 0o600 }))
        return path
    }

    [Symbol.dispose](): void {
        this.#isOver()
        this.#remove()
    }

    #remove(): void {
        this.#wipe()
        rmSync(this.path, { recursive: true, force: true })
    }
}

function inTemporary<T>(work: () => T): T {
    try {
        return work()
    } catch (cause) {
        const message = `cannot write to the folder for temporary files, ${tmpdir()}: ${(cause as Error).message}`
        throw new WarmhelloError("temporary-unwritable", message, { cause })
    }
}

// A program in the background whose output is read line by line.
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { existsSync, globSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { createInterface } from "node:readline"

// Debian has servers in folders that only root's PATH names.
const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"]

/** Where a program is, also a server, by its name or its path. */
export const pathOf = (program: string): string | undefined =>
    (isAbsolute(program) ? [program] : folders.map((folder) => join(folder, program))).find((path) => existsSync(path))

export function findProgram(name: string): string {
    const found = pathOf(name)
    if (found === undefined) throw new Error(`${name} is missing; npm run setup -- --tests installs it`)
    return found
}

const INSTALL = "npm run setup -- --interop"

/** Why a server is not here; undefined where its program is, and the file beside it that it needs. */
export function missingProgram(name: string, needs?: string): string | undefined {
    if (pathOf(name) === undefined) return `there is no ${name} (${INSTALL})`
    return needs === undefined || globSync(needs).length > 0 ? undefined : `there is no ${needs} (${INSTALL})`
}

/** What a program tells of its version on either output: what the pattern's group matches. */
export function versionOf(program: string, args: string[], pattern: RegExp): Promise<string> {
    return new Promise((told, failed) => {
        execFile(findProgram(program), args, { encoding: "utf8" }, (_, stdout, stderr) => {
            const [, version] = pattern.exec(stdout + stderr) ?? []
            if (version !== undefined) told(version)
            else failed(new Error(`${program} ${args.join(" ")} tells no version: ${stdout}${stderr}`))
        })
    })
}

/** A server is up in far less, also on a busy machine. */
const PATIENCE_MS = 10_000

interface Waiting {
    /** Looks through all lines so far, and answers whether it found what it waits for. */
    look: (lines: readonly string[]) => boolean
    failed: (error: Error) => void
}

export class Program implements Disposable {
    readonly #process: ChildProcess
    readonly #name: string
    readonly #ended: Promise<void>
    readonly #lines: string[] = []
    #waiting: Waiting[] = []
    #hasEnded = false

    /** Its input has no end for a program that would take that for an order; else it has none. */
    constructor(
        program: string,
        args: string[],
        environment: Record<string, string>,
        folder: string,
        input: "endless" | "none" = "none",
    ) {
        this.#name = program
        // On Linux the kernel ends it with this process, also when nobody gets to dispose of it.
        const setpriv = pathOf("setpriv")
        const command = setpriv === undefined ? [] : [setpriv, "--pdeathsig", "KILL"]
        const [first = program, ...rest] = [...command, program, ...args]
        this.#process = spawn(first, rest, {
            cwd: folder,
            env: { ...process.env, ...environment },
            stdio: [input === "endless" ? "pipe" : "ignore", "pipe", "pipe"],
            detached: true, // leads a group, which its workers are in
        })
        for (const stream of [this.#process.stdout, this.#process.stderr]) {
            if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#printed(line))
        }
        this.#ended = new Promise((ended) => {
            this.#process.once("close", () => ended()) // its output is complete
            this.#process.once("error", () => ended())
        })
        void this.#ended.then(() => {
            this.#hasEnded = true
            this.#fail("has ended")
        })
    }

    get processId(): number | undefined {
        return this.#process.pid
    }

    /** Waits until `find` finds something among the lines that it has printed. Throws them if it ends first, or if
     * that takes long. `what` is for the message. */
    async find<T>(what: string, find: (lines: readonly string[]) => T | undefined): Promise<T> {
        let timer: NodeJS.Timeout | undefined
        const done = new Promise<T>((found, failed) => {
            const look = (lines: readonly string[]): boolean => {
                const result = find(lines)
                if (result !== undefined) found(result)
                return result !== undefined
            }
            if (look(this.#lines)) return
            this.#waiting.push({ look, failed })
            if (this.#hasEnded) this.#fail("has ended")
            timer = setTimeout(() => this.#fail(`does not print ${what}`), PATIENCE_MS)
        })
        return done.finally(() => clearTimeout(timer))
    }

    /** Waits for a line. */
    line(pattern: RegExp): Promise<string> {
        return this.find(String(pattern), (lines) => lines.find((line) => pattern.test(line)))
    }

    async stop(): Promise<void> {
        this.#kill()
        await this.#ended
    }

    /** It and its workers, by the group that it leads. */
    #kill(): void {
        const { pid } = this.#process
        if (pid === undefined || this.#hasEnded) return
        try {
            process.kill(-pid, "SIGKILL")
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error // all have just ended
        }
    }

    #printed(line: string): void {
        this.#lines.push(line)
        this.#waiting = this.#waiting.filter((waiting) => !waiting.look(this.#lines))
    }

    #fail(what: string): void {
        const error = new Error(`${this.#name} ${what}:\n${this.#lines.slice(-30).join("\n")}`)
        for (const waiting of this.#waiting.splice(0)) waiting.failed(error)
    }

    [Symbol.dispose](): void {
        this.#kill()
    }
}

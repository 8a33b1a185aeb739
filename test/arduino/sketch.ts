// A sketch with WarmClients (sketch.cpp), under AddressSanitizer and UndefinedBehaviorSanitizer: told what to do, line by
// line.
import { type ChildProcessByStdio, spawn } from "node:child_process"
import { createInterface, type Interface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { checkoutPath } from "#warmhello/base/paths.js"
import { TemporaryFolder } from "#warmhello/base/temporary.js"

/** Of arduino-esp32. */
export const versions = [3, 2] as const
export type Version = (typeof versions)[number]

export class Sketch implements AsyncDisposable {
    readonly #folder = new TemporaryFolder("sketch")
    readonly #program: ChildProcessByStdio<Writable, Readable, Readable>
    readonly #lines: AsyncIterator<string>
    readonly #reader: Interface
    readonly #ended: Promise<number | null>
    #stderr = ""

    constructor(version: Version) {
        this.#program = spawn(checkoutPath(`build/asan/arduino/arduino_sketch_${version}`), [], {
            stdio: ["pipe", "pipe", "pipe"],
            timeout: 50_000,
            killSignal: "SIGKILL",
        })
        this.#program.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text))
        this.#reader = createInterface({ input: this.#program.stdout })
        this.#lines = this.#reader[Symbol.asyncIterator]()
        this.#ended = new Promise((done) => this.#program.on("close", done))
    }

    /** A file for it, and its path. */
    file(name: string, contents: string | Buffer): string {
        return this.#folder.write(name, contents)
    }

    /** Does it, and answers what came of it. */
    async do(...words: (string | number)[]): Promise<string> {
        this.#program.stdin.write(`${words.join(" ")}\n`)
        const { done, value } = await this.#lines.next()
        if (done === true) throw new Error(`the sketch has ended at ${words.join(" ")}:\n${this.#stderr}`)
        return value
    }

    /** What `do` says, as a number. */
    async ask(...words: (string | number)[]): Promise<number> {
        return Number(await this.do(...words))
    }

    /** The client's outcome. */
    async outcome(client: string): Promise<Record<string, unknown>> {
        return JSON.parse(await this.do("outcome", client))
    }

    /** What it has logged. */
    get log(): string {
        return this.#stderr
    }

    /** Ends it as the power would, but for what the sanitizers find. */
    async end(): Promise<void> {
        this.#program.stdin.end()
        const code = await this.#ended
        if (code !== 0) throw new Error(`the sketch ended with ${code}:\n${this.#stderr}`)
    }

    async [Symbol.asyncDispose](): Promise<void> {
        this.#program.kill("SIGKILL")
        await this.#ended
        this.#reader.close()
        this.#folder[Symbol.dispose]()
    }
}

// The file of `--state`, while a probe runs.
import pc from "picocolors"
import { WarmhelloError } from "../base/errors.js"
import type { ProbeRecord } from "../probe/record.js"
import { readState, type WantedState, writeState } from "../probe/state.js"
import type { Output } from "./output.js"

/** Keeps what is known, and where that fails goes on without: hours of waiting are worth more than a full disk. */
export class StateFile {
    readonly #path: string
    readonly #output: Output
    #isBegun = false
    #isFailing = false

    constructor(path: string, output: Output) {
        this.#path = path
        this.#output = output
    }

    /** Undefined at the beginning. Throws as readState does. */
    read(wanted: WantedState): ProbeRecord | undefined {
        const record = readState(this.#path, wanted)
        this.#isBegun = record !== undefined
        return record
    }

    /** Throws `file-unwritable` at the beginning, when nothing is lost yet. */
    keep(record: ProbeRecord): void {
        try {
            writeState(this.#path, record)
            this.#isBegun = true
            this.#isFailing = false
        } catch (error) {
            if (!this.#isBegun || !(error instanceof WarmhelloError)) throw error
            if (!this.#isFailing) this.#output.line(pc.yellow(`${error.message}: the probe goes on without.`))
            this.#isFailing = true
        }
    }

    /** What to do after an interruption. */
    get outlook(): string {
        if (this.#isFailing) return `${this.#path} lacks what became known last.`
        return this.#isBegun ? `The same command goes on from ${this.#path}.` : `Nothing is in ${this.#path} yet.`
    }
}

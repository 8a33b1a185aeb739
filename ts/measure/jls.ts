// Joulescope's .jls files, through its own reader in a Python beside this program.
import { spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { unreadable } from "../base/files.js"
import { checkoutPath } from "../base/paths.js"
import { type Acquisition, type RawEvent, stoppedBy } from "./raw.js"
import { type SampleChunk, splitAtNaN } from "./source.js"
import type { Progress } from "./trace/reader.js"

const NO_PYJLS = 3
const SEVERAL_INSTRUMENTS = 5
const FLOAT_BYTES = 4
const UA_PER_A = 1e6
const MV_PER_V = 1e3

const headerSchema = z.object({
    sampleRateHz: z.number().positive(),
    samples: z.int(),
    voltage: z.boolean(),
    inputs: z.boolean(),
})

export interface JlsOptions {
    path: string
    /** The instrument's name, where there are several. */
    instrument: string | undefined
    supply: Acquisition["supply"]
    progress: Progress
    signal: AbortSignal
}

/** A child's output, taken by length. */
class ByteReader {
    readonly #pieces: AsyncIterator<Buffer>
    #buffer = Buffer.alloc(0)

    constructor(stream: AsyncIterable<Buffer>) {
        this.#pieces = stream[Symbol.asyncIterator]()
    }

    /** Undefined when the output has ended before. */
    async take(length: number): Promise<Buffer | undefined> {
        while (this.#buffer.length < length) if (!(await this.#more())) return undefined
        const taken = this.#buffer.subarray(0, length)
        this.#buffer = this.#buffer.subarray(length)
        return taken
    }

    async line(): Promise<string | undefined> {
        while (!this.#buffer.includes(10)) if (!(await this.#more())) return undefined
        return (await this.take(this.#buffer.indexOf(10) + 1))?.toString("utf8")
    }

    async #more(): Promise<boolean> {
        const next = await this.#pieces.next()
        if (next.done) return false
        this.#buffer = Buffer.concat([this.#buffer, next.value])
        return true
    }
}

function floats(bytes: Buffer, factor: number): Float32Array {
    const values = new Float32Array(Uint8Array.from(bytes).buffer)
    for (let index = 0; index < values.length; index++) values[index] = (values[index] as number) * factor
    return values
}

/** The reader's last line is its reason; what its library says before that is for its authors. */
function failure(code: number | null, text: string, path: string): WarmhelloError {
    const stderr = text.trim().split("\n").at(-1) ?? ""
    if (code === NO_PYJLS) return new WarmhelloError("jls-needs-pyjls", `${path} needs Joulescope's reader: ${stderr}`)
    if (code === SEVERAL_INSTRUMENTS) return new WarmhelloError("jls-instrument", `${path}: ${stderr}`)
    return new WarmhelloError("jls-unreadable", `${path}: ${stderr || `the reader ended with ${code}`}`)
}

export async function* readJls({ path, instrument, supply, progress, signal }: JlsOptions): AsyncGenerator<RawEvent> {
    try {
        accessSync(path, constants.R_OK)
    } catch (cause) {
        throw unreadable(path, cause)
    }
    const python = process.env.WARMHELLO_PYTHON ?? "python3"
    const child = spawn(
        python,
        [checkoutPath("ts/measure/jls.py"), path, ...(instrument === undefined ? [] : [instrument])],
        {
            stdio: ["ignore", "pipe", "pipe"],
            signal,
        },
    )
    let stderr = ""
    child.stderr.on("data", (text) => {
        stderr += text
    })
    const ended = new Promise<number | null>((done) => {
        child.on("error", (error) => {
            stderr += error.message
            done(signal.aborted ? 0 : NO_PYJLS)
        })
        child.on("close", done)
    })
    try {
        yield* readOutput(new ByteReader(child.stdout), { path, supply, progress })
        const code = await ended
        if (signal.aborted) yield stoppedBy(signal)
        else if (code === 0) yield { kind: "end", why: "done", detail: "" }
        else throw failure(code, stderr, path)
    } finally {
        child.kill()
    }
}

async function* readOutput(
    bytes: ByteReader,
    { path, supply, progress }: Omit<JlsOptions, "signal" | "instrument">,
): AsyncGenerator<RawEvent> {
    const line = await bytes.line()
    if (line === undefined) return
    const { sampleRateHz, samples, voltage, inputs } = headerSchema.parse(JSON.parse(line))
    const meter = { kind: "jls", name: path, sampleRateHz } as const
    const used: Acquisition["supply"] = voltage ? { ...supply, origin: "measured" } : supply
    const startedAt = new Date().toISOString()
    yield { kind: "acquisition", acquisition: { meter, supply: used, metadata: null, startedAt } }
    const stepUs = 1e6 / sampleRateHz
    for (let done = 0; done < samples; ) {
        const block = await takeBlock(bytes, { voltage, inputs })
        if (block === undefined) return
        yield* splitAtNaN({ kind: "samples", startUs: done * stepUs, stepUs, durationsUs: null, ...block })
        done += block.currentUa.length
        progress.doneBytes = done
    }
}

type Block = Pick<SampleChunk, "currentUa" | "voltageMv" | "channels">

/** Undefined when the output has ended before its end. */
async function takeBlock(bytes: ByteReader, has: { voltage: boolean; inputs: boolean }): Promise<Block | undefined> {
    const count = (await bytes.take(4))?.readUInt32LE(0)
    if (count === undefined) return undefined
    const current = await bytes.take(FLOAT_BYTES * count)
    const volts = has.voltage ? await bytes.take(FLOAT_BYTES * count) : null
    const levels = has.inputs ? await bytes.take(count) : null
    if (current === undefined || volts === undefined || levels === undefined) return undefined
    return {
        currentUa: floats(current, UA_PER_A),
        voltageMv: volts === null ? null : floats(volts, MV_PER_V),
        channels: levels === null ? null : Uint8Array.from(levels),
    }
}

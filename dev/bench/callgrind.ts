// Runs one client program under callgrind and puts together what both of them tell.
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { WarmhelloError } from "../../ts/base/errors.js"
import type { Kind } from "../../ts/base/outcome.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { BUILTIN_HOST } from "../../ts/sim/builtin-server.js"
import { readSections, type Section } from "./call-costs.js"
import type { Stack } from "./stacks.js"

const bytes = z.int().nonnegative()

/** A program's lines: one for its set-up, one for each connection. */
const setUpSchema = z.object({
    section: z.literal("set-up"),
    version: z.string(),
    build: z.string(),
    heapPeakBytes: bytes,
    stackPeakBytes: bytes,
})
const connectionSchema = z.object({
    section: z.string(),
    result: z.enum(["full", "resumed"]),
    clientPort: z.int(),
    cipher: z.string(),
    group: z.string(),
    bytesTx: bytes,
    bytesRx: bytes,
    flights: z.int(),
    heapBeforeBytes: bytes,
    heapPeakBytes: bytes,
    stackPeakBytes: bytes,
    callerBytes: bytes,
})
const lineSchema = z.union([setUpSchema, connectionSchema])

type SetUp = z.infer<typeof setUpSchema> & { instructions: number }
/** A warm-up is not counted. */
export type Connection = z.infer<typeof connectionSchema> & { instructions: number | null }

export interface CallgrindRun {
    setUp: SetUp
    connections: Connection[]
}

export interface CallgrindOptions {
    stack: Stack
    kind: Kind
    port: number
    caFile: string
    /** Counted connections of each sort; one more warms up. */
    repeats: number
    /** An empty folder for callgrind's files. */
    folder: string
    signal?: AbortSignal | undefined
}

/** The path of a program of the bench. */
export function benchProgram(name: string): string {
    const path = checkoutPath(join("build/bench/bench", name))
    if (!existsSync(path)) throw new WarmhelloError("bench-not-ready", `a program of the bench is not built: ${name}`)
    return path
}

/** Runs a program to its end and gives what it printed. A failure is told under `name`. */
export function execute(name: string, program: string, args: string[], signal?: AbortSignal): Promise<string> {
    const options = { maxBuffer: 1 << 26, ...(signal === undefined ? {} : { signal }) }
    return new Promise((resolve, reject) => {
        execFile(program, args, options, (error, stdout, stderr) => {
            if (error === null) return resolve(stdout)
            if (error.code === "ENOENT") {
                return reject(new WarmhelloError("bench-not-ready", `${program} is not installed`))
            }
            if (error.name === "AbortError") return reject(error)
            const why = stderr.trim() || error.message
            reject(new WarmhelloError("bench-failed", `${name}: ${why}`))
        })
    })
}

/** Throws unless the program refuses a server that is not called `host`: no figure without the check of its name. */
export async function checkRefusal(
    options: Pick<CallgrindOptions, "stack" | "kind" | "port" | "caFile">,
    host: string,
) {
    const { stack, kind, port, caFile } = options
    const program = benchProgram(stack.program)
    const accepted = await execute(stack.program, program, [kind, host, String(port), caFile, "0"]).then(
        () => true,
        () => false,
    )
    if (accepted) throw new WarmhelloError("bench-failed", `${stack.name} does not check the server's certificate`)
}

/** Runs a program that prints lines of JSON, and counts the instructions of its sections. */
export async function countSections<T>(
    [name, ...args]: [string, ...string[]],
    line: z.ZodType<T>,
    { folder, signal, flags = [] }: { folder: string; signal?: AbortSignal | undefined; flags?: string[] },
): Promise<{ lines: T[]; sections: Map<string, Section> }> {
    const own = ["-q", "--tool=callgrind", "--instr-atstart=no", `--callgrind-out-file=${join(folder, "callgrind")}`]
    const output = await execute(name, "valgrind", [...own, ...flags, benchProgram(name), ...args], signal)
    const lines = output
        .trim()
        .split("\n")
        .map((text) => line.parse(JSON.parse(text)))
    return { lines, sections: readSections(folder) }
}

/** One process: set-up, a warm-up of both sorts, then the counted connections, full and resumed in turn. */
export async function runUnderCallgrind(options: CallgrindOptions): Promise<CallgrindRun> {
    const { stack, kind, port, caFile, repeats, folder, signal } = options
    const args = [kind, BUILTIN_HOST, String(port), caFile, String(repeats)]
    const { lines, sections } = await countSections([stack.program, ...args], lineSchema, { folder, signal })
    const connections: Connection[] = []
    let setUp: SetUp | undefined
    for (const line of lines) {
        const instructions = sections.get(line.section)?.instructions ?? null
        if ("result" in line) connections.push({ ...line, instructions })
        else setUp = { ...line, instructions: instructions ?? 0 }
    }
    if (setUp === undefined || connections.filter((one) => one.instructions !== null).length !== 2 * repeats) {
        throw new WarmhelloError("bench-failed", `${stack.program}: callgrind has not counted every section`)
    }
    return { setUp, connections }
}

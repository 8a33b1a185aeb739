// How a command of ours starts, and how it ends.
import { type Command, CommanderError } from "commander"
import { exitCodes, WarmhelloError } from "../base/errors.js"
import { unwritable } from "../base/files.js"
import { interruptCode, interrupted } from "./interrupt.js"
import { reportError } from "./output.js"

const isOfTheSystem = (error: Error): boolean => (error as NodeJS.ErrnoException).syscall !== undefined

/** What nobody has foreseen: this machine refuses something, or there is a mistake in this program. */
function unforeseen(error: unknown): WarmhelloError {
    if (error instanceof Error && isOfTheSystem(error)) return new WarmhelloError("machine-failed", error.message)
    return new WarmhelloError("bug", error instanceof Error ? `${error.stack}` : String(error))
}

/** What went wrong first, and not what then could not be ended because of it. By its name: older Nodes have no class. */
function firstOf(error: unknown): unknown {
    const suppressing = error instanceof Error && error.name === "SuppressedError"
    return suppressing ? firstOf((error as SuppressedError).suppressed) : error
}

function exitCodeFor(thrown: unknown): number {
    const error = firstOf(thrown)
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage.code
    if (error instanceof Error && error.name === "AbortError") return interruptCode()
    const known = error instanceof WarmhelloError ? error : unforeseen(error)
    reportError(known)
    return known.exitCode
}

/** Whoever reads on the other side of a pipe may have enough, such as head; a disk may be full. */
function endWith(stream: NodeJS.WriteStream, name: string): void {
    stream.on("error", (error: NodeJS.ErrnoException) => {
        if (stream === process.stderr) process.exit(exitCodes.cutoff.code) // nobody to tell
        const closed = new WarmhelloError("output-closed", "standard output was closed before the end")
        process.exit(exitCodeFor(error.code === "EPIPE" ? closed : unwritable(name, error)))
    })
}

/** Runs what the command line asks for, and leaves its exit code to this process. */
export async function run(program: (signal: AbortSignal) => Command): Promise<void> {
    endWith(process.stdout, "standard output")
    endWith(process.stderr, "standard error")
    process.on("uncaughtException", (error) => process.exit(exitCodeFor(error)))
    try {
        await program(interrupted).parseAsync()
    } catch (error) {
        process.exitCode = exitCodeFor(error)
    }
}

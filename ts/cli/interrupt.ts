// Ctrl-C, a closed terminal and `kill` end most commands at once; one that has something to keep asks for the time to
// keep it.
import { exitCodes } from "../base/errors.js"

const codes = {
    SIGINT: exitCodes.interrupted.code,
    SIGTERM: exitCodes.terminated.code,
    SIGHUP: exitCodes.hangup.code,
} as const

let held = false
let code: number | undefined

/** From here on a signal only aborts. A second one ends the process all the same. */
export function holdInterrupt(): void {
    held = true
}

/** The exit code of a command that was told to end. */
export const interruptCode = (): number => code ?? codes.SIGINT

const interrupt = new AbortController()

/** Aborts with the first signal of the system that tells this process to end, once those are listened for. */
export const interrupted: AbortSignal = interrupt.signal

/** Makes the end by a signal an ordinary exit, so that temporary folders and other processes go along. Not for a command
 * that leaves nothing behind and computes without a pause: it would not see the signal before it is done. */
export function listenForInterrupts(): void {
    for (const [signal, itsCode] of Object.entries(codes)) {
        process.on(signal, () => {
            const isFirst = code === undefined
            code = itsCode
            interrupt.abort()
            if (!held || !isFirst) process.exit(itsCode)
        })
    }
}

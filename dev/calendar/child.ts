// A program on another day: in a process of its own.
import { spawn } from "node:child_process"
import { checkoutPath } from "../../ts/base/paths.js"
import { TimeSkip } from "../../ts/sim/time-skip.js"

export interface Ended {
    /** Null when a signal has ended it. */
    code: number | null
    stdout: string
    stderr: string
}

const TIMEOUT_MS = 120_000

function environmentOn(clock: TimeSkip): NodeJS.ProcessEnv {
    return {
        ...process.env,
        NO_COLOR: "1",
        ...clock.environment,
        // AddressSanitizer wants to come first, which a preloaded library does. Nothing of it is missed: the clock's
        // functions call AddressSanitizer's.
        ASAN_OPTIONS: "verify_asan_link_order=0",
    }
}

export function runOn(clockMs: number, command: string[], signal: AbortSignal): Promise<Ended> {
    const [program = "", ...args] = command
    const limit = AbortSignal.timeout(TIMEOUT_MS)
    const clock = new TimeSkip()
    clock.skip(clockMs - Date.now())
    return new Promise<Ended>((done, failed) => {
        const child = spawn(program, args, {
            cwd: checkoutPath("."),
            env: environmentOn(clock),
            stdio: ["ignore", "pipe", "pipe"],
            killSignal: "SIGKILL",
            signal: AbortSignal.any([signal, limit]),
        })
        const output = { stdout: "", stderr: "" }
        for (const name of ["stdout", "stderr"] as const) {
            child[name].setEncoding("utf8").on("data", (text) => (output[name] += text))
        }
        child.on("error", (error) =>
            failed(limit.aborted ? new Error(`${program} took longer than ${TIMEOUT_MS / 1000} s`) : error),
        )
        child.on("close", (code) => done({ code, ...output }))
    }).finally(() => clock[Symbol.dispose]())
}

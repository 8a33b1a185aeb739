// A program on another day: in a process of its own, under libfaketime.
import { spawn } from "node:child_process"
import { checkoutPath } from "../../ts/base/paths.js"
import { findLibrary } from "../../ts/sim/time-skip.js"

export interface Ended {
    /** Null when a signal has ended it. */
    code: number | null
    stdout: string
    stderr: string
}

const TIMEOUT_MS = 120_000

function environmentOn(clockMs: number): NodeJS.ProcessEnv {
    const shiftS = Math.round((clockMs - Date.now()) / 1000)
    return {
        ...process.env,
        NO_COLOR: "1",
        LD_PRELOAD: findLibrary(),
        FAKETIME: `${shiftS < 0 ? "" : "+"}${shiftS}`,
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
        NO_FAKE_STAT: "1",
        // Programs with it want to come first, which libfaketime does.
        ASAN_OPTIONS: "verify_asan_link_order=0",
    }
}

export function runOn(clockMs: number, command: string[], signal: AbortSignal): Promise<Ended> {
    const [program = "", ...args] = command
    const limit = AbortSignal.timeout(TIMEOUT_MS)
    return new Promise((done, failed) => {
        const child = spawn(program, args, {
            cwd: checkoutPath("."),
            env: environmentOn(clockMs),
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
    })
}

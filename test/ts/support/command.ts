// Runs the command `warmhello` as a user does, in a process of its own.
import { type ChildProcess, spawn } from "node:child_process"
import { checkoutPath } from "#warmhello/base/paths.js"

const MAIN = checkoutPath("build/ts/cli/main.js")
/** The workshop's. */
const DEV_MAIN = checkoutPath("build/dev/main.js")

export interface CommandResult {
    code: number | null
    stdout: string
    stderr: string
}

export interface RunningCommand {
    process: ChildProcess
    /** Resolves as soon as the text has appeared on standard output or standard error. */
    shows(text: string): Promise<void>
    ended: Promise<CommandResult>
}

/** `input` is what comes through a pipe; without it there is nothing to read. */
export function startCommand(
    args: string[],
    environment: Record<string, string> = {},
    input?: Uint8Array,
    cwd = checkoutPath("."),
    main = MAIN,
): RunningCommand {
    const child = spawn(process.execPath, [main, ...args], {
        cwd,
        env: { ...process.env, NO_COLOR: "1", ...environment },
        stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    })
    child.stdin?.end(input)
    const kill = () => void child.kill("SIGKILL") // a test that ran out of time leaves no process behind
    process.once("exit", kill)
    child.on("close", () => process.off("exit", kill))
    const output = { stdout: "", stderr: "" }
    let grown = () => {}
    for (const name of ["stdout", "stderr"] as const) {
        child[name]?.setEncoding("utf8").on("data", (text) => {
            output[name] += text
            grown()
        })
    }
    const ended = new Promise<CommandResult>((done, failed) => {
        child.on("error", failed)
        child.on("close", (code) => done({ code, ...output }))
    })
    const shows = (text: string) =>
        new Promise<void>((found, missed) => {
            grown = () => {
                if (output.stdout.includes(text) || output.stderr.includes(text)) found()
            }
            grown()
            ended.then(() => missed(new Error(`the command ended without showing "${text}"`)), missed)
        })
    return { process: child, shows, ended }
}

/** A command of the workshop, which only those run who work on warmhello itself. */
export const startDevCommand = (args: string[], environment: Record<string, string> = {}): RunningCommand =>
    startCommand(args, environment, undefined, checkoutPath("."), DEV_MAIN)

/** The same to its end. */
export const dev = (...args: string[]): Promise<CommandResult> => startDevCommand(args).ended

/** Runs the command to its end. */
export function warmhello(...args: string[]): Promise<CommandResult> {
    return startCommand(args).ended
}

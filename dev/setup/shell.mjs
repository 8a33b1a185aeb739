// @ts-check
// What the scripts here share: the checkout's folder, and running a command in it.
import { spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { adviceFor, SetupError } from "./problem.mjs"

export const root = join(fileURLToPath(import.meta.url), "../../..") // as an old Node understands it, too

/** @param {string} program */
export const inPath = (program) =>
    (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, program)))

/**
 * Runs a command in the checkout with its output shown. True if it succeeded.
 * @param {string[]} command
 * @param {Record<string, string>} [environment] on top of this process's own
 */
export function run(command, environment = {}) {
    const [program = "", ...args] = command
    const done = spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...environment } })
    if (done.error !== undefined) process.stderr.write(`${done.error.message}\n`)
    return done.status === 0
}

/**
 * The tests of vitest in these files. True if they passed.
 * @param {string[]} args @param {Record<string, string>} [environment] @param {string} [node] another one than this
 */
export const vitest = (args, environment = {}, node = process.execPath) =>
    run([node, "node_modules/vitest/vitest.mjs", "run", "--config", "test/vitest.config.ts", ...args], environment)

/**
 * Runs a command that says much when all is well: its output is shown only if it fails.
 * @param {string[]} command
 */
export function runQuietly(command) {
    const [program = "", ...args] = command
    const done = spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 })
    const ok = done.error === undefined && done.status === 0
    if (!ok) process.stderr.write(`${done.error?.message ?? `${done.stdout}${done.stderr}`}\n`)
    return ok
}

/**
 * A step of set-up: says nothing if the command succeeds, and else throws a SetupError with the end of its output.
 * @param {string[]} command @param {{cwd?: string, env?: Record<string, string>}} [options]
 */
export async function perform(command, { cwd = root, env = {} } = {}) {
    const [program = "", ...args] = command
    const child = spawn(program, args, {
        cwd,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text))
    // Who is interrupted in a terminal is so together with the child, and npm tidies up for a while before it ends.
    let interrupted = false
    const wait = () => (interrupted = true)
    process.on("SIGINT", wait)
    /** @type {number | null} */
    const code = await new Promise((done) => {
        child.on("error", () => done(null))
        child.on("close", done)
    })
    process.off("SIGINT", wait)
    if (interrupted) process.kill(process.pid, "SIGINT")
    if (code === 0) return
    const end = output.trimEnd().split("\n").slice(-40).join("\n")
    const missing = !inPath(program) && !existsSync(program) ? ` There is no ${program} in PATH.` : ""
    throw new SetupError(`this command failed: ${command.join(" ")}.${missing}${adviceFor(end)}`, end)
}

/**
 * The output of a command that must succeed.
 * @param {string[]} command
 */
export function outputOf(command) {
    const [program = "", ...args] = command
    return spawnSync(program, args, { cwd: root, encoding: "utf8" }).stdout
}

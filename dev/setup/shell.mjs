// @ts-check
// What the scripts here share: the checkout's folder, and running a command in it for all to see.
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = join(fileURLToPath(import.meta.url), "../../..") // as an old Node understands it, too

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
 * The same for a command that says much when all is well: its output is shown only if it fails.
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
 * The output of a command that must succeed.
 * @param {string[]} command
 */
export function outputOf(command) {
    const [program = "", ...args] = command
    return spawnSync(program, args, { cwd: root, encoding: "utf8" }).stdout
}

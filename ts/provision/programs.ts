// Espressif's own programs, run as programs: esptool for flash, espefuse for eFuses.
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { WarmhelloError } from "../base/errors.js"
import { findInPath } from "../base/find-program.js"
import { TemporaryFolder } from "../base/temporary.js"

/** The program of esptool 5 or, as it was called before, of esptool 4. */
export function findProgram(name: "esptool" | "espefuse"): string {
    const found = findInPath(name, `${name}.py`)
    if (found !== undefined) return found
    throw new WarmhelloError("esptool-missing", `${name} is not in PATH`)
}

export interface Ran {
    ok: boolean
    stdout: string
    /** All that it said, for people. */
    words: string
}

/** Runs it to its end. `input` reaches it through a pipe, which it can open as /dev/stdin; Node's own is a socket. */
export function runProgram(program: string, args: string[], input?: Buffer): Ran {
    const done =
        input === undefined
            ? spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })
            : spawnSync("sh", ["-c", 'cat | "$@"', "sh", program, ...args], { encoding: "utf8", input })
    const words = [done.error?.message, done.stdout, done.stderr].filter((text) => text).join("\n")
    return { ok: done.error === undefined && done.status === 0, stdout: done.stdout ?? "", words }
}

/** A folder for what an image holds, for as long as a program needs it. Its files are written over before they go. */
export class SecretFolder extends TemporaryFolder {
    constructor() {
        super("secret", () => {
            for (const name of readdirSync(this.path)) {
                const file = this.file(name)
                writeFileSync(file, randomBytes(readFileSync(file).length))
            }
        })
    }
}

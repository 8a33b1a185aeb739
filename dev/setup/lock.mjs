// @ts-check
// Two set-ups at work in one folder would spoil each other's builds: the second one waits. The lock is the kernel's, on
// a file, so that it ends with its holder however that ends; what the file holds is only for people.
import { spawnSync } from "node:child_process"
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs"

const PAUSE_MS = 200
const asleep = new Int32Array(new SharedArrayBuffer(4))

/** @param {string} text */
const say = (text) => process.stderr.write(`set-up: ${text}\n`)

/** @param {number} ms */
export const pause = (ms) => void Atomics.wait(asleep, 0, 0, ms)

/**
 * Locks what is open: util-linux's program locks the descriptor that it shares with this process, which so holds the
 * lock when the program has ended. Node itself has no such call.
 * @param {number} file @returns {"mine" | "held" | "impossible"}
 */
function tryLock(file) {
    const done = spawnSync("flock", ["-n", "3"], { stdio: ["ignore", "ignore", "ignore", file] })
    if (done.status === 0) return "mine"
    return done.status === 1 ? "held" : "impossible"
}

/** Who has written itself into the file. @param {string} path */
function holder(path) {
    const number = readFileSync(path, "utf8").trim()
    return /^\d+$/.test(number) ? ` (process ${number})` : ""
}

/** @param {number} file @param {string} path */
function waitForLock(file, path) {
    for (let told = false; ; told = true) {
        const state = tryLock(file)
        if (state === "mine") return
        if (state === "impossible") {
            // Without util-linux, or on a file system without locks.
            return say(`${path} cannot be locked here: let only one set-up run at a time.`)
        }
        if (!told) say(`waiting for another set-up of this checkout${holder(path)} to end ...`)
        pause(PAUSE_MS)
    }
}

/**
 * Works alone in this checkout. Throws an error of the system if the file cannot be made.
 * @param {string} path @param {() => void} work
 */
export function alone(path, work) {
    const file = openSync(path, "a+")
    try {
        waitForLock(file, path)
        ftruncateSync(file)
        writeSync(file, String(process.pid))
        work()
    } finally {
        closeSync(file)
    }
}

// One process at a time in a folder, by the system's own lock on a file in it. The kernel lets go of it with the process,
// however that ends, so nothing is left behind; and it is one lock for all who have mounted the folder, in containers as
// well, each of which has a process 1.
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs"
import { hostname } from "node:os"
import koffi from "koffi"

/** flock(2), the same numbers on Linux, macOS and the BSDs. */
const LOCK_EX = 2
const LOCK_NB = 4

type Flock = (descriptor: number, operation: number) => number
let flock: Flock | undefined

const theFlock = (): Flock => (flock ??= koffi.load(null).func("int flock(int descriptor, int operation)") as Flock)

/** True once it is ours; false where another process has it. Throws what the file system says. */
function lock(descriptor: number): boolean {
    if (process.platform === "win32") return true // which has no such lock: nothing keeps a second process out there
    if (theFlock()(descriptor, LOCK_EX | LOCK_NB) === 0) return true
    const number = koffi.errno()
    if (number === koffi.os.errno.EAGAIN) return false
    throw new Error(`this file system has no locks (flock: errno ${number})`)
}

/** Takes the lock of `path`, a file that is made where there is none and stays. Returns what lets go of it; or who has it,
 * as far as that is known. Throws what the file system says. */
export function lockFile(path: string): (() => void) | string {
    const file = openSync(path, "a+", 0o600)
    try {
        if (lock(file)) {
            ftruncateSync(file)
            writeSync(file, `process ${process.pid} on ${hostname()}`)
            return () => closeSync(file)
        }
        const owner = readFileSync(path, "utf8") || "another process"
        closeSync(file)
        return owner
    } catch (error) {
        closeSync(file)
        throw error
    }
}

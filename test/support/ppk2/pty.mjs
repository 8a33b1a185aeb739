// @ts-check
// A pseudo-terminal: one end is a serial port to any program, the other end is ours.
import { ReadStream } from "node:tty"
import koffi from "koffi"

const O_RDWR = 2
const O_NOCTTY = 0x100

const libc = koffi.load(null)
const openMaster = libc.func("int posix_openpt(int flags)")
const grant = libc.func("int grantpt(int file)")
const unlock = libc.func("int unlockpt(int file)")
const nameOf = libc.func("const char *ptsname(int file)")

/** @returns {{path: string, stream: ReadStream}} */
export function openPty() {
    const file = openMaster(O_RDWR | O_NOCTTY)
    if (file < 0 || grant(file) < 0 || unlock(file) < 0) throw new Error("there is no pseudo-terminal to be had")
    const path = nameOf(file)
    const stream = new ReadStream(file)
    stream.setRawMode(true)
    stream.on("error", () => {}) // its other end was closed
    return { path, stream }
}

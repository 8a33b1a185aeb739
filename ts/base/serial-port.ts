// A serial port, opened, with what can be wrong with it in our own words.
import { access, constants } from "node:fs/promises"
import { SerialPort } from "serialport"
import { type ErrorCode, WarmhelloError } from "./errors.js"

const codes: [RegExp, ErrorCode, string][] = [
    [/permission|access denied|EACCES/i, "port-denied", "you may not open it"],
    [/lock|busy|EBUSY|temporarily unavailable/i, "port-busy", "it is in use"],
    [/no such file|cannot find|ENOENT|ENXIO|No such device/i, "no-port", "there is no such port"],
]

export function portError(path: string, cause: Error): WarmhelloError {
    const known = codes.find(([pattern]) => pattern.test(cause.message))
    if (known === undefined) return new WarmhelloError("no-port", `${path}: ${cause.message}`, { cause })
    const [, code, what] = known
    return new WarmhelloError(code, `${path}: ${what}`, { cause })
}

/** Throws `no-port` or `port-denied` before a build that takes minutes would end in it. */
export async function checkPort(path: string): Promise<void> {
    if (process.platform === "win32") return // COM3 is no file
    try {
        await access(path, constants.R_OK | constants.W_OK)
    } catch (cause) {
        throw portError(path, cause as Error)
    }
}

/** Opens it; throws `no-port`, `port-denied` or `port-busy`. */
export function openPort(path: string, baudRate: number): Promise<SerialPort> {
    return new Promise((opened, failed) => {
        const port = new SerialPort({ path, baudRate, autoOpen: false, highWaterMark: 1 << 20 })
        port.open((error) => (error === null ? opened(port) : failed(portError(path, error))))
    })
}

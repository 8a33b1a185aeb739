// Follows a board's serial port, across the sleeps in which a board's own USB is away.
import { setTimeout as delay } from "node:timers/promises"
import type { SerialPort } from "serialport"
import { WarmhelloError } from "../base/errors.js"
import { openPort } from "../base/serial-port.js"
import { type LogEvent, SerialLog } from "./serial-log.js"

export interface MonitorOptions {
    path: string
    baudRate: number
    /** How long the port may be away once it was there. */
    awayMs: number
    onEvent: (event: LogEvent) => void
    onPort: (state: "open" | "away" | "back") => void
    signal: AbortSignal
}

/** The firmware's console: boards/sdkconfig.common, and monitor_speed of platformio.ini. */
export const CONSOLE_BAUD = 921_600

const RETRY_MS = 100

/** Resolves when the port goes away or the signal comes. */
function follow(port: SerialPort, onEvent: (event: LogEvent) => void, signal: AbortSignal): Promise<void> {
    const log = new SerialLog()
    return new Promise((ended) => {
        port.on("data", (bytes: Buffer) => {
            for (const event of log.take(bytes)) onEvent(event)
        })
        port.on("close", () => ended())
        port.on("error", () => port.isOpen && port.close())
        signal.addEventListener("abort", () => (port.isOpen ? port.close() : ended()), { once: true })
        if (signal.aborted || !port.isOpen) ended()
    })
}

async function reopen({ path, baudRate, awayMs, signal }: MonitorOptions): Promise<SerialPort | undefined> {
    const deadlineMs = performance.now() + awayMs
    while (!signal.aborted) {
        try {
            return await openPort(path, baudRate)
        } catch (error) {
            if (performance.now() < deadlineMs) await delay(RETRY_MS)
            else throw new WarmhelloError("port-lost", `${path} went away and did not come back`, { cause: error })
        }
    }
    return undefined
}

/** Follows until the signal comes. Throws `no-port`, `port-denied`, `port-busy`, or `port-lost`. */
export async function monitor(options: MonitorOptions): Promise<void> {
    let port: SerialPort | undefined = await openPort(options.path, options.baudRate)
    options.onPort("open")
    while (port !== undefined) {
        await follow(port, options.onEvent, options.signal)
        if (options.signal.aborted) return
        options.onPort("away")
        port = await reopen(options)
        if (port !== undefined) options.onPort("back")
    }
}

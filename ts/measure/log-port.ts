// The device's own serial log: its lines, and when the end of each arrived.
import { Lines, LONGEST_LOG_LINE } from "../base/lines.js"
import { openPort } from "../base/serial-port.js"
import { closeSerial } from "./serial.js"

export interface LogPort {
    close(): Promise<void>
}

/** A line is dated by its end: it is printed at once, and takes a while to arrive. */
export async function openLogPort(
    path: string,
    baudRate: number,
    take: (text: string, atMs: number) => void,
): Promise<LogPort> {
    const port = await openPort(path, baudRate)
    const lines = new Lines(LONGEST_LOG_LINE)
    port.on("data", (bytes: Buffer) => {
        const atMs = performance.now()
        for (const line of lines.take(bytes)) take(line.trimEnd(), atMs)
    })
    // A device that loses its USB with its power comes back with the next wake; the PPK2 tells the end.
    port.on("error", () => {})
    return { close: () => closeSerial(port) }
}

// The device's own serial log: its lines, and when the end of each arrived.
import { openPort } from "../base/serial-port.js"
import { closeSerial } from "./serial.js"

export interface LogPort {
    close(): Promise<void>
}

const LONGEST_LINE = 8192

/** A line is dated by its end: it is printed at once, and takes a while to arrive. */
export async function openLogPort(
    path: string,
    baudRate: number,
    take: (text: string, atMs: number) => void,
): Promise<LogPort> {
    const port = await openPort(path, baudRate)
    let text = ""
    port.on("data", (bytes: Buffer) => {
        const atMs = performance.now()
        text += bytes.toString("utf8")
        const lines = text.split("\n")
        text = (lines.pop() ?? "").slice(-LONGEST_LINE)
        for (const line of lines) if (line.trim() !== "") take(line.trimEnd(), atMs)
    })
    // A device that loses its USB with its power comes back with the next wake; the PPK2 tells the end.
    port.on("error", () => {})
    return { close: () => closeSerial(port) }
}

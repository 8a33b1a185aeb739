// Serial ports by name: found, opened, closed.
import { SerialPort } from "serialport"
import { WarmhelloError } from "../errors.js"
import { USB_PRODUCT, USB_VENDOR } from "./ppk2/protocol.js"

const because: [RegExp, string][] = [
    [/no such file|cannot find|ENOENT/i, "there is no such port"],
    [/permission|access denied|EACCES/i, "this user may not use it (on Debian: join the group dialout)"],
    [/lock|busy|EBUSY|temporarily unavailable/i, "another program has it open"],
]

function reasonFor(message: string): string {
    return because.find(([pattern]) => pattern.test(message))?.[1] ?? message
}

export async function openSerial(path: string, baudRate: number): Promise<SerialPort> {
    const port = new SerialPort({ path, baudRate, autoOpen: false, highWaterMark: 1 << 20 })
    await new Promise<void>((opened, failed) => {
        port.open((error) => {
            if (!error) return opened()
            const message = `cannot open ${path}: ${reasonFor(error.message)}`
            failed(new WarmhelloError("port-unusable", message, { cause: error }))
        })
    })
    return port
}

export async function closeSerial(port: SerialPort): Promise<void> {
    if (!port.isOpen) return
    await new Promise<void>((closed) => port.close(() => closed()))
}

/** Waits until the bytes are on their way. */
export async function writeSerial(port: SerialPort, bytes: Uint8Array): Promise<void> {
    await new Promise<void>((written, failed) => {
        port.write(Buffer.from(bytes), (error) => (error ? failed(error) : written()))
    })
}

/** The port of the one PPK2 that is plugged in. It has two; measurements come from the first. */
export async function findPpk2(): Promise<string> {
    let ports: Awaited<ReturnType<typeof SerialPort.list>>
    try {
        ports = await SerialPort.list()
    } catch (cause) {
        const message = `the serial ports cannot be listed: ${(cause as Error).message}`
        throw new WarmhelloError("no-meter", message, { cause })
    }
    const found = ports.filter(
        ({ vendorId, productId }) => vendorId?.toLowerCase() === USB_VENDOR && productId?.toLowerCase() === USB_PRODUCT,
    )
    const serials = new Set(found.map(({ serialNumber }) => serialNumber))
    const [first] = found.map(({ path }) => path).toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
    if (first === undefined) throw new WarmhelloError("no-meter", "no PPK2 is plugged in")
    if (serials.size > 1) {
        throw new WarmhelloError("no-meter", `${serials.size} PPK2s are plugged in: ${[...found.map((p) => p.path)]}`)
    }
    return first
}

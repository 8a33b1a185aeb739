// Serial ports: found, written, closed.
import { SerialPort } from "serialport"
import { WarmhelloError } from "../base/errors.js"
import { USB_PRODUCT, USB_VENDOR } from "./ppk2/protocol.js"

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

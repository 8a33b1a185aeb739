// A PPK2 on its serial port: asked who it is, set up, started, stopped.
import type { SerialPort } from "serialport"
import { WarmhelloError } from "../../base/errors.js"
import { openPort } from "../../base/serial-port.js"
import { closeSerial, writeSerial } from "../serial.js"
import { METADATA_END, parseMetadata } from "./calibration.js"
import {
    askMetadata,
    BAUD_RATE,
    checkVoltage,
    type MeterMode,
    setMode,
    setVoltage,
    startMeasuring,
    stopMeasuring,
    switchDevice,
} from "./protocol.js"

/** A PPK2 that still measures for a program that crashed is quiet this long after being stopped. */
const QUIET_MS = 100
const LONGEST_NOISE_MS = 2000
const ANSWER_MS = 2000

export interface Ppk2Settings {
    mode: MeterMode
    /** Set at the output in source mode, believed in ampere mode. */
    voltageMv: number
}

export class Ppk2Port {
    readonly #port: SerialPort
    readonly path: string

    private constructor(port: SerialPort, path: string) {
        this.#port = port
        this.path = path
    }

    static async open(path: string): Promise<Ppk2Port> {
        return new Ppk2Port(await openPort(path, BAUD_RATE), path)
    }

    /** Stops what may still run and asks for the calibration: a text that parseMetadata() takes. */
    async readMetadata(): Promise<string> {
        await writeSerial(this.#port, stopMeasuring())
        await this.#untilQuiet()
        await writeSerial(this.#port, askMetadata())
        const text = await this.#answer()
        parseMetadata(text)
        return text
    }

    async start({ mode, voltageMv }: Ppk2Settings): Promise<void> {
        checkVoltage(voltageMv)
        await writeSerial(this.#port, setMode(mode))
        await writeSerial(this.#port, setVoltage(voltageMv))
        await writeSerial(this.#port, switchDevice(true))
        await writeSerial(this.#port, startMeasuring())
    }

    /** Calls `take` with each piece until the port closes; then `gone`. */
    listen(take: (bytes: Buffer) => void, gone: () => void): void {
        this.#port.on("data", take)
        this.#port.on("close", gone)
        this.#port.on("error", gone)
    }

    /** Leaves the device under power, so that it goes on sleeping. */
    async close(): Promise<void> {
        if (!this.#port.isOpen) return
        await writeSerial(this.#port, stopMeasuring()).catch(() => {})
        await closeSerial(this.#port)
    }

    #collect(until: (text: string) => boolean, quietMs: number, longestMs: number): Promise<string> {
        return new Promise((done, failed) => {
            let text = ""
            const settle = () => {
                clearTimeout(quiet)
                clearTimeout(longest)
                this.#port.off("data", take)
                this.#port.off("close", closed)
            }
            const finish = () => {
                settle()
                done(text)
            }
            const closed = () => {
                settle()
                failed(new WarmhelloError("ppk2-unplugged", `${this.path} is gone`))
            }
            const take = (bytes: Buffer) => {
                text += bytes.toString("latin1")
                quiet.refresh()
                if (until(text)) finish()
            }
            const quiet = setTimeout(finish, quietMs)
            const longest = setTimeout(finish, longestMs)
            this.#port.on("data", take)
            this.#port.once("close", closed)
        })
    }

    async #untilQuiet(): Promise<void> {
        await this.#collect(() => false, QUIET_MS, LONGEST_NOISE_MS)
    }

    async #answer(): Promise<string> {
        const isWhole = (text: string) => /^END\s*$/m.test(text)
        const text = await this.#collect(isWhole, ANSWER_MS, 2 * ANSWER_MS)
        if (isWhole(text)) return text.slice(0, text.lastIndexOf(METADATA_END))
        if (text === "") throw new WarmhelloError("not-a-ppk2", `${this.path} does not answer as a PPK2`)
        if (/^r0: /im.test(text)) {
            throw new WarmhelloError(
                "ppk2-no-metadata",
                `${this.path}: the calibration breaks off after ${text.length} bytes`,
            )
        }
        const start = JSON.stringify(text.slice(0, 40))
        throw new WarmhelloError("not-a-ppk2", `${this.path} answers ${start}, which no PPK2 does`)
    }
}

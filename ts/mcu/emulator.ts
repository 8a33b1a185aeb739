// An emulated microcontroller: qemu with our firmware, its flash in a file.
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { WarmhelloError } from "../base/errors.js"
import { unwritable } from "../base/files.js"
import { atExit, TemporaryFolder } from "../base/temporary.js"
import { type Operation, operations } from "./operations.js"
import { type Reply, Wire } from "./wire.js"

const QEMU = "qemu-system-riscv32"
/** What qemu's flash chip holds. The file is sparse. */
const FLASH_CHIP_SIZE = 32 * 1024 * 1024

export interface EmulatorOptions {
    /** The firmware image. */
    image: string
    /** The file behind the flash chip; made if missing. */
    flash: string | undefined
    key: Buffer
    flashSectors: number
    eraseIntervalS: number
    /** For runs that can be repeated to the bit; 0 for true randomness and a running clock. That counts instructions, and
     * goes on with this machine's while the device waits for a request. */
    seed: number
    /** More arguments for qemu. */
    more?: string[]
}

/** Bytes of a request. */
export class Request {
    readonly #parts: Buffer[] = []

    constructor(operation: Operation) {
        this.u8(operations[operation])
    }

    u8(value: number | boolean): this {
        return this.bytes(Buffer.from([Number(value)]))
    }

    u16(value: number): this {
        return this.#number(2, (part) => part.writeUInt16LE(value))
    }

    u32(value: number): this {
        return this.#number(4, (part) => part.writeUInt32LE(value))
    }

    i32(value: number): this {
        return this.#number(4, (part) => part.writeInt32LE(value))
    }

    i64(value: number): this {
        return this.#number(8, (part) => part.writeBigInt64LE(BigInt(Math.round(value))))
    }

    #number(size: number, write: (part: Buffer) => void): this {
        const part = Buffer.alloc(size)
        write(part)
        return this.bytes(part)
    }

    bytes(part: Uint8Array): this {
        this.#parts.push(Buffer.from(part))
        return this
    }

    /** Its length in front. */
    counted(part: Uint8Array): this {
        return this.u32(part.length).bytes(part)
    }

    get wire(): Buffer {
        return Buffer.concat(this.#parts)
    }
}

function flashFile(folder: string, wanted: string | undefined): string {
    const path = wanted ?? join(folder, "flash.bin")
    if (existsSync(path)) return path
    try {
        writeFileSync(path, "")
        truncateSync(path, FLASH_CHIP_SIZE)
    } catch (cause) {
        throw unwritable(path, cause)
    }
    return path
}

/** Of main.c: the device has stopped in a write to flash, as `stopInFlash` told it to. */
const STOPPED = -1000

/** The emulator was killed then. */
export class PowerCut extends Error {}

export class Emulator implements Disposable {
    readonly #options: EmulatorOptions
    readonly #folder: TemporaryFolder
    readonly #wire: Wire
    readonly #isOver: () => void
    #qemu: ChildProcess | undefined

    /** Powers it up. Throws `emulator-missing` or `emulator-failed`. */
    constructor(options: EmulatorOptions) {
        this.#options = options
        this.#folder = new TemporaryFolder("mcu")
        this.#wire = Wire.open(this.#folder.path)
        this.#isOver = atExit(() => this.#end())
        try {
            this.powerUp()
        } catch (error) {
            this[Symbol.dispose]()
            throw error
        }
    }

    get #pid(): number {
        return this.#qemu?.pid ?? -1
    }

    powerUp(): void {
        const { image, seed } = this.#options
        if (!existsSync(image)) {
            throw new WarmhelloError("emulator-missing", "the firmware for the emulated microcontroller is not built")
        }
        const log = openSync(this.#folder.file("console.log"), "a")
        const args = [
            ...["-machine", "virt", "-bios", "none", "-m", "16M", "-display", "none", "-monitor", "none"],
            ...["-serial", "stdio", "-icount", "shift=0", "-seed", String(seed || Date.now() % 2 ** 31)],
            ...["-rtc", "base=2000-01-01T00:00:00,clock=vm", "-global", "virtio-mmio.force-legacy=false"],
            ...["-object", "rng-random,id=random,filename=/dev/urandom"],
            ...["-device", "virtio-rng-device,rng=random"],
            ...["-chardev", `pipe,id=wire,path=${this.#folder.file("wire")}`],
            ...["-device", "virtio-serial-device,max_ports=1", "-device", "virtconsole,chardev=wire"],
            ...["-drive", `if=pflash,index=1,format=raw,file=${flashFile(this.#folder.path, this.#options.flash)}`],
            ...["-device", `loader,file=${image}`, ...(this.#options.more ?? [])],
        ]
        this.#qemu = spawn(QEMU, args, { stdio: ["ignore", log, log] })
        closeSync(log)
        this.#qemu.on("error", () => {})
        if (this.#qemu.pid === undefined) {
            throw new WarmhelloError("emulator-missing", `${QEMU} is not installed`)
        }
        this.#begin()
    }

    /** The supply fails, in the middle of whatever was going on: flash stays, all else is gone. */
    losePower(): void {
        this.#qemu?.kill("SIGKILL")
        this.#qemu = undefined
        this.#wire.drain()
    }

    /** Deep sleep: a reset after which RTC RAM is as it was and the clocks have gone on. */
    sleep(ms: number): void {
        this.#wire.tell(this.#pid, new Request("sleep").i64(ms * 1000).wire)
        this.#begin()
    }

    /** Calls so far, since the first power-up. */
    calls = 0

    call(request: Request): Reply {
        this.calls++
        const reply = this.#wire.call(this.#pid, request.wire)
        if (reply.result !== STOPPED) return reply
        this.losePower()
        throw new PowerCut("the supply was cut in the middle of a write to flash")
    }

    /** What it printed, for messages. */
    get console(): string {
        return readFileSync(this.#folder.file("console.log"), "utf8")
    }

    [Symbol.dispose](): void {
        this.#isOver()
        this.#end()
        this.#folder[Symbol.dispose]()
    }

    /** Also when the process ends without a dispose, as by Ctrl-C. */
    #end(): void {
        this.losePower()
        this.#wire[Symbol.dispose]()
    }

    /** Waits until it is awake, and tells it what a board knows. */
    #begin(): void {
        this.#wire.reply(this.#pid)
        const { seed, flashSectors, eraseIntervalS, key } = this.#options
        const { result } = this.call(new Request("start").u32(seed).u32(flashSectors).u32(eraseIntervalS).bytes(key))
        if (result !== 0) {
            throw new WarmhelloError("emulator-failed", `the firmware could not start: ${result}. ${this.console}`)
        }
    }
}

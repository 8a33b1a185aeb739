// The wire to the emulated microcontroller (firmware/port/rv32/src/wire.h), without a single promise: the core's
// calls return when they are done, wherever the core runs.
import { execFileSync } from "node:child_process"
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from "node:fs"
import { join } from "node:path"
import { WarmhelloError } from "../base/errors.js"

/** No call takes longer, whatever the machine is doing. */
const PATIENCE_MS = 60_000
const HEADER_SIZE = 12

export interface Reply {
    result: number
    /** That the call took on the microcontroller. */
    instructions: number
    bytes: Buffer
}

const clock = new Int32Array(new SharedArrayBuffer(4))

function pause(ms: number): void {
    Atomics.wait(clock, 0, 0, ms)
}

/** A process that has ended and that nobody has waited for yet is a zombie. */
function isRunning(pid: number): boolean {
    try {
        return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
    } catch {
        return false
    }
}

export class Wire implements Disposable {
    readonly #toDevice: number
    readonly #fromDevice: number

    private constructor(toDevice: number, fromDevice: number) {
        this.#toDevice = toDevice
        this.#fromDevice = fromDevice
    }

    /** Makes the two pipes in which a chardev of kind "pipe" with this path ends. */
    static open(folder: string): Wire {
        const paths = [join(folder, "wire.in"), join(folder, "wire.out")]
        execFileSync("mkfifo", paths)
        // Both ways, so that neither open waits for the other side.
        const [toDevice = -1, fromDevice = -1] = paths.map((path) =>
            openSync(path, constants.O_RDWR | constants.O_NONBLOCK),
        )
        return new Wire(toDevice, fromDevice)
    }

    /** Sends a request and waits for its reply. */
    call(pid: number, request: Buffer): Reply {
        this.tell(pid, request)
        return this.reply(pid)
    }

    /** Sends a request that nothing answers. */
    tell(pid: number, request: Buffer): void {
        const header = Buffer.alloc(4)
        header.writeUInt32LE(request.length)
        this.#write(pid, Buffer.concat([header, request]))
    }

    reply(pid: number): Reply {
        const size = this.#read(pid, 4).readUInt32LE()
        const frame = this.#read(pid, size)
        return {
            result: frame.readInt32LE(0),
            instructions: Number(frame.readBigUInt64LE(4)),
            bytes: frame.subarray(HEADER_SIZE),
        }
    }

    /** Throws away what nobody has read. */
    drain(): void {
        const rest = Buffer.alloc(65536)
        while (this.#try(() => readSync(this.#fromDevice, rest)) !== undefined) {}
    }

    [Symbol.dispose](): void {
        closeSync(this.#toDevice)
        closeSync(this.#fromDevice)
    }

    #try(move: () => number): number | undefined {
        try {
            return move()
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined
            throw error
        }
    }

    /** Repeats until all of `size` bytes are moved. */
    #all(pid: number, size: number, move: (done: number) => number): void {
        const deadline = performance.now() + PATIENCE_MS
        for (let done = 0, idle = 0; done < size; ) {
            const moved = this.#try(() => move(done))
            if (moved !== undefined) {
                done += moved
                idle = 0
                continue
            }
            if (++idle > 20) pause(idle > 200 ? 1 : 0.1)
            if (idle % 100 === 0 && !isRunning(pid)) {
                throw new WarmhelloError("emulator-failed", "the emulated microcontroller has ended by itself")
            }
            if (performance.now() > deadline) {
                throw new WarmhelloError("emulator-failed", "the emulated microcontroller does not answer")
            }
        }
    }

    #write(pid: number, bytes: Buffer): void {
        this.#all(pid, bytes.length, (done) => writeSync(this.#toDevice, bytes, done))
    }

    #read(pid: number, size: number): Buffer {
        const bytes = Buffer.alloc(size)
        this.#all(pid, size, (done) => readSync(this.#fromDevice, bytes, done, size - done, null))
        return bytes
    }
}

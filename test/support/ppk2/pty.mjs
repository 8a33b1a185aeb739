// @ts-check
// A pseudo-terminal: one end is a serial port to any program, the other end is ours. Nothing here waits: the
// program at the other end may be this very process.
import { closeSync, readSync, writeSync } from "node:fs"
import koffi from "koffi"

const O_RDWR = 2
const O_NOCTTY = 0x100
const O_NONBLOCK = 0x800
/** A program that we start must not hold our end open: it could never see the cable pulled. */
const O_CLOEXEC = 0x80000
const TERMIOS_BYTES = 64
const POLL_MS = 1

const libc = koffi.load(null)
const openMaster = libc.func("int posix_openpt(int flags)")
const grant = libc.func("int grantpt(int file)")
const unlock = libc.func("int unlockpt(int file)")
const nameOf = libc.func("const char *ptsname(int file)")
const getSettings = libc.func("int tcgetattr(int file, _Inout_ uint8_t *settings)")
const makeRaw = libc.func("void cfmakeraw(_Inout_ uint8_t *settings)")
const setSettings = libc.func("int tcsetattr(int file, int when, _In_ uint8_t *settings)")

export class Pty {
    /** @type {{bytes: Buffer, done: () => void}[]} */
    #waiting = []
    #open = true

    /** @param {(bytes: Buffer) => void} receive */
    constructor(receive) {
        this.file = openMaster(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        if (this.file < 0 || grant(this.file) < 0 || unlock(this.file) < 0)
            throw new Error("no pseudo-terminal to be had")
        /** @type {string} */
        this.path = nameOf(this.file)
        this.#makeRaw()
        this.receive = receive
        this.timer = setInterval(() => this.#poll(), POLL_MS)
    }

    /** No echo, no line ends. */
    #makeRaw() {
        const settings = Buffer.alloc(TERMIOS_BYTES)
        getSettings(this.file, settings)
        makeRaw(settings)
        setSettings(this.file, 0, settings)
    }

    /** @param {Uint8Array | string} data @param {() => void} [done] */
    send(data, done = () => {}) {
        this.#waiting.push({ bytes: typeof data === "string" ? Buffer.from(data) : Buffer.from(data), done })
        this.#write()
    }

    #poll() {
        const piece = Buffer.alloc(1024)
        const length = this.#attempt(() => readSync(this.file, piece, 0, piece.length, null))
        if (length > 0) this.receive(piece.subarray(0, length))
        this.#write()
    }

    #write() {
        for (;;) {
            const [first] = this.#waiting
            if (first === undefined || !this.#open) return
            const written = this.#attempt(() => writeSync(this.file, first.bytes))
            if (written === 0) return
            first.bytes = first.bytes.subarray(written)
            if (first.bytes.length > 0) continue
            this.#waiting.shift()
            first.done()
        }
    }

    /** 0 when the other end is not ready, or not open. @param {() => number} work */
    #attempt(work) {
        if (!this.#open) return 0
        try {
            return work()
        } catch {
            return 0
        }
    }

    close() {
        if (!this.#open) return
        this.#open = false
        clearInterval(this.timer)
        closeSync(this.file)
    }
}

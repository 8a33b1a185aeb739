// @ts-check
// TEST DOUBLE: a PPK2 that is none. It speaks the real protocol on a real pseudo-terminal, at 100,000 samples a
// second or as fast as they are taken, and what it measures is a script.
import { Pty } from "./pty.mjs"
import { metadataText } from "./readings.mjs"
import { SampleStream } from "./stream.mjs"

/** @typedef {import("./script.mjs").Step} Step */

/**
 * @typedef {object} FakeOptions
 * @property {Step[]} steps
 * @property {number} [vddMv] what readings are made for
 * @property {boolean} [realTime] 100,000 samples a second; otherwise as fast as they are taken
 * @property {import("./stream.mjs").Faults} [faults]
 * @property {number} [unplugAfter] samples, then the cable is pulled
 * @property {number} [silentAfter] samples, then none comes any more
 * @property {"whole" | "none" | "cut" | "incomplete"} [metadata]
 * @property {string} [otherDevice] is no PPK2 but answers this to anything
 * @property {boolean} [stillMeasuring] a program crashed and left it measuring
 */

const TICK_MS = 5
const SAMPLES_PER_MS = 100
const PIECE = 4096

const LENGTHS = new Map([
    [0x06, 1],
    [0x07, 1],
    [0x0c, 2],
    [0x0d, 3],
    [0x11, 2],
    [0x19, 1],
])

export class FakePpk2 {
    /** @type {number[][]} what it was told, in order */
    commands = []
    /** @type {NodeJS.Timeout | undefined} */
    #timer
    #measuring = false
    #startedMs = 0
    #writing = false

    /** @param {FakeOptions} options */
    constructor(options) {
        this.options = options
        this.stream = new SampleStream(options.steps, options.vddMv ?? 3300, options.faults)
        this.finished = new Promise((done) => {
            this.finish = done
        })
        /** @type {number[]} */
        this.received = []
        this.pty = new Pty((bytes) => {
            this.received.push(...bytes)
            this.#obey()
        })
        this.log = new Pty(() => {})
        if (options.stillMeasuring) this.#start()
    }

    get path() {
        return this.pty.path
    }

    get logPath() {
        return this.log.path
    }

    #obey() {
        const { otherDevice } = this.options
        if (otherDevice !== undefined) {
            if (this.received.splice(0).length > 0 && otherDevice !== "") this.pty.send(otherDevice)
            return
        }
        for (;;) {
            const length = LENGTHS.get(this.received[0] ?? -1) ?? 1
            if (this.received.length < length || this.received.length === 0) return
            this.#do(this.received.splice(0, length))
        }
    }

    /** @param {number[]} command */
    #do(command) {
        this.commands.push(command)
        if (command[0] === 0x06) this.#start()
        if (command[0] === 0x07) this.#stop()
        if (command[0] === 0x19) this.#tell()
    }

    #tell() {
        const text = metadataText()
        const { metadata = "whole" } = this.options
        if (metadata === "none") return
        if (metadata === "cut") this.pty.send(text.slice(0, 120))
        else if (metadata === "incomplete")
            this.pty.send(text.replace(/^(GS2|I4): .*\n/gm, "").replace(/^R3: .*$/m, "R3: -nan"))
        else this.pty.send(text)
    }

    #start() {
        this.#measuring = true
        this.#startedMs = performance.now() - this.stream.position / SAMPLES_PER_MS
        this.#timer ??= setInterval(() => this.#send(), this.options.realTime ? TICK_MS : 1)
    }

    #stop() {
        this.#measuring = false
        clearInterval(this.#timer)
        this.#timer = undefined
    }

    #due() {
        if (!this.options.realTime) return PIECE
        return Math.floor((performance.now() - this.#startedMs) * SAMPLES_PER_MS) - this.stream.position
    }

    #send() {
        if (!this.#measuring || this.#writing) return
        if (this.stream.position >= (this.options.silentAfter ?? Number.POSITIVE_INFINITY)) return
        const { unplugAfter = Number.POSITIVE_INFINITY } = this.options
        const count = Math.min(this.#due(), unplugAfter - this.stream.position)
        if (unplugAfter <= this.stream.position) this.close()
        else if (count > 0) {
            const bytes = this.stream.next(count, ({ logLine }) => {
                if (logLine !== undefined) this.log.send(`${logLine}\r\n`)
            })
            this.#writing = true
            this.pty.send(bytes, () => {
                this.#writing = false
                if (!this.options.realTime) setImmediate(() => this.#send())
            })
        }
        if (this.stream.done) this.finish?.(undefined)
    }

    /** Pulls the cable. */
    close() {
        this.#stop()
        this.pty.close()
        this.log.close()
        this.finish?.(undefined)
    }
}

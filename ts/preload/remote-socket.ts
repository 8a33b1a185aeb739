// The VM's connection when the firmware's side is a process of its own (firmware.ts). The VM's side sends a line of JSON
// that says what it wants, and then plaintext. It gets lines of JSON, so that no error can be taken for plaintext, and an
// end that nobody told of is an error.
import { EventEmitter } from "node:events"
import net from "node:net"
import { Lines } from "../base/lines.js"

/** What the VM's side sends first. */
export interface Wanted {
    host: string
    port: number
}

/** What it gets, a line each: `data` is in base64, and nothing follows `ended` and `error`. */
export type Told = { opened: true } | { data: string } | { ended: true } | { error: string }

interface RemoteSocketEvents {
    open: []
    data: [Buffer]
    end: []
    error: [Error]
}

const NEWLINE = 10

/** Splits the first line off a stream, and hands on what follows it. */
export function onFirstLine(socket: net.Socket, found: (line: string) => void, rest: (bytes: Buffer) => void): void {
    let head: Buffer | undefined = Buffer.alloc(0)
    socket.on("data", (bytes) => {
        if (head === undefined) {
            rest(bytes)
            return
        }
        head = Buffer.concat([head, bytes])
        const end = head.indexOf(NEWLINE)
        if (end < 0) return
        const [line, more] = [head.subarray(0, end).toString(), head.subarray(end + 1)]
        head = undefined
        found(line)
        if (more.length > 0) rest(more)
    })
}

export class RemoteSocket extends EventEmitter<RemoteSocketEvents> {
    readonly #socket: net.Socket
    #ended = false

    /** `path` is the socket that the firmware's side listens on. */
    constructor(path: string, wanted: Wanted) {
        super()
        this.#socket = net.connect(path)
        this.#socket.write(`${JSON.stringify(wanted)}\n`)
        const lines = new Lines()
        this.#socket.on("data", (bytes) => {
            for (const line of lines.take(bytes)) this.#heard(line)
        })
        this.#socket.on("end", () => this.#fail(new Error("the firmware's side has gone")))
        this.#socket.on("error", (error) => this.#fail(error))
    }

    /** What the VM writes in one turn arrives as one piece. */
    write(bytes: Buffer): boolean {
        if (this.#socket.writableCorked === 0) {
            this.#socket.cork()
            queueMicrotask(() => this.#socket.uncork())
        }
        this.#socket.write(bytes)
        return true
    }

    close(): void {
        this.#ended = true
        this.#socket.end()
    }

    #heard(line: string): void {
        let told: Told
        try {
            told = JSON.parse(line)
        } catch {
            this.#fail(new Error("WARMHELLO_SIM names a socket of something else than the firmware's side"))
            return
        }
        this.#told(told)
    }

    #told(told: Told): void {
        if (this.#ended) return
        if ("opened" in told) {
            this.emit("open")
        } else if ("data" in told) {
            this.emit("data", Buffer.from(told.data, "base64"))
        } else if ("error" in told) {
            this.#fail(new Error(told.error))
        } else {
            this.#ended = true
            this.emit("end")
        }
    }

    #fail(error: Error): void {
        if (this.#ended) return
        this.#ended = true
        this.emit("error", error)
    }
}

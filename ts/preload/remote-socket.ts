// The VM's connection when the firmware's side is a process of its own (firmware.ts): a line of JSON each
// way, and then plaintext.
import { EventEmitter } from "node:events"
import net from "node:net"

/** What the VM's side sends first, and what it gets first. */
export interface Wanted {
    host: string
    port: number
}
export type Opened = { opened: true } | { error: string }

interface RemoteSocketEvents {
    open: []
    data: [Buffer]
    end: []
    error: [Error]
}

/** Splits the first line off a stream, and hands on what follows it. */
export function onFirstLine(socket: net.Socket, found: (line: string) => void, rest: (bytes: Buffer) => void): void {
    let head: Buffer | undefined = Buffer.alloc(0)
    socket.on("data", (bytes) => {
        if (head === undefined) {
            rest(bytes)
            return
        }
        head = Buffer.concat([head, bytes])
        const end = head.indexOf("\n")
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
        const opened = (line: string) => {
            const answer: Opened = JSON.parse(line)
            if ("error" in answer) this.#fail(new Error(answer.error))
            else this.emit("open")
        }
        onFirstLine(this.#socket, opened, (bytes) => this.emit("data", bytes))
        this.#socket.on("end", () => this.#end())
        this.#socket.on("error", (error) => this.#fail(error))
    }

    write(bytes: Buffer): boolean {
        return this.#socket.write(bytes) || true
    }

    close(): void {
        this.#ended = true
        this.#socket.end()
    }

    #end(): void {
        if (this.#ended) return
        this.#ended = true
        this.emit("end")
    }

    #fail(error: Error): void {
        if (this.#ended) return
        this.#ended = true
        this.emit("error", error)
    }
}

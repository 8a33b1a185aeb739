// What the virtual machine takes for a TLS socket of Node's: the events and methods that it uses.
import { EventEmitter } from "node:events"
import { WarmhelloError } from "../base/errors.js"
import type { TlsSocket } from "../core/tls-socket.js"
import { RemoteSocket } from "./remote-socket.js"

interface VmSocketEvents {
    /** The TLS handshake is done, not TCP's alone as in Node: the VM takes it for "open". */
    connect: []
    data: [Buffer]
    error: [Error]
    close: [boolean]
}

export class VmSocket extends EventEmitter<VmSocketEvents> {
    /** Undefined while the core is being loaded. */
    #socket: TlsSocket | RemoteSocket | undefined
    #early: Buffer[] = []
    #ended = false

    constructor(peer: { host: string; port: number }) {
        super()
        void this.#open(peer)
    }

    write(bytes: Uint8Array): boolean {
        if (this.#socket === undefined) this.#early.push(Buffer.from(bytes))
        else this.#socket.write(Buffer.from(bytes))
        return true
    }

    end(): void {
        this.#ended = true
        this.#socket?.close()
    }

    async #open(peer: { host: string; port: number }): Promise<void> {
        const firmware = process.env.WARMHELLO_SIM
        if (firmware !== undefined) {
            this.#attach(new RemoteSocket(firmware, peer))
            return
        }
        const { connectVm, reportError } = await import("./core.js")
        if (this.#ended) return
        try {
            this.#attach(connectVm(peer))
        } catch (error) {
            if (!(error instanceof WarmhelloError)) throw error
            reportError(error)
            this.emit("error", error)
        }
    }

    #attach(socket: TlsSocket | RemoteSocket): void {
        this.#socket = socket
        socket.on("open", () => this.emit("connect"))
        socket.on("data", (bytes) => this.emit("data", bytes))
        socket.on("end", () => this.emit("close", false))
        socket.on("error", (error) => this.emit("error", error))
        for (const bytes of this.#early.splice(0)) socket.write(bytes)
    }
}

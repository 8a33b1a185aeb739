// The simulated device's network: what the VM's socket calls do. It stands where the firmware has
// its own socket adapter.
import { once } from "node:events"
import type { WarmhelloError } from "../base/errors.js"
import type { Client } from "../core/client.js"
import { type ConnectObserver, TlsSocket } from "../core/tls-socket.js"
import type { Vm, VmSockets } from "./vm.js"

export interface NetworkOptions {
    /** Where every TLS connection goes, whatever host the app names. */
    host: string
    port: number
    connectTimeoutMs: number
    /** The client for the next connect. It must last until all is closed. */
    client: () => Client
    observer?: ConnectObserver | undefined
}

/** One TLS connection of the app. */
export interface Connect {
    socket: TlsSocket
    opened: boolean
    error: WarmhelloError | undefined
    /** Plaintext that the app was given. */
    receivedBytes: number
}

export class Sockets implements VmSockets {
    readonly #options: NetworkOptions
    #vm: Vm | undefined
    #current: TlsSocket | undefined
    readonly connects: Connect[] = []
    /** Those that are not closed yet. */
    readonly #live = new Set<TlsSocket>()

    constructor(options: NetworkOptions) {
        this.#options = options
    }

    /** True while the app has a TLS connection open. */
    get isOpen(): boolean {
        const last = this.connects.at(-1)
        return last?.opened === true && last.socket === this.#current
    }

    /** The VM to tell about events; it can only be made after its sockets. */
    attach(vm: Vm): void {
        this.#vm = vm
    }

    open(host: string, port: number, tls: boolean): void {
        this.close()
        this.#current = tls ? this.#openTls() : this.#openPlain(host, port)
    }

    /** The VM throws on any negative answer, so everything is buffered. */
    write(bytes: Buffer): number {
        return this.#current?.write(bytes) ? 0 : -1
    }

    close(): void {
        this.#current?.close()
        this.#current = undefined
    }

    /** Closes what is open and waits until all is closed. Afterwards the client may go. */
    async end(): Promise<void> {
        this.close()
        await Promise.all([...this.#live].map((socket) => once(socket, "closed")))
    }

    #openTls(): TlsSocket {
        const socket = new TlsSocket(this.#options.client(), this.#options)
        const connect: Connect = { socket, opened: false, error: undefined, receivedBytes: 0 }
        this.connects.push(connect)
        socket.on("open", () => (connect.opened = true))
        socket.on("data", (bytes) => (connect.receivedBytes += bytes.length))
        socket.on("error", (error) => (connect.error = error))
        // What the app wrote before the handshake, and closed, is lost with it.
        socket.on("closed", () => (connect.error ??= socket.failure))
        return this.#connect(socket)
    }

    #openPlain(host: string, port: number): TlsSocket {
        return this.#connect(new TlsSocket(undefined, { ...this.#options, host, port, observer: undefined }))
    }

    #connect(socket: TlsSocket): TlsSocket {
        this.#live.add(socket)
        socket.once("closed", () => this.#live.delete(socket))
        socket.on("open", () => this.#tell(socket, "open"))
        socket.on("data", (bytes) => this.#tell(socket, "message", bytes))
        socket.on("end", () => this.#tell(socket, "close"))
        socket.on("error", (error) => this.#tell(socket, "error", Buffer.from(error.message)))
        socket.connect()
        return socket
    }

    #tell(socket: TlsSocket, event: "open" | "message" | "close" | "error", data?: Buffer): void {
        if (socket === this.#current) this.#vm?.socketEvent(event, data)
        if (event === "close" || event === "error") this.#current = socket === this.#current ? undefined : this.#current
    }
}

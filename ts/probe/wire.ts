// The bytes below TLS: counted, and read as far as they are in the clear. Node's TLS runs over this stream as over a
// socket.

import type net from "node:net"
import { Duplex } from "node:stream"
import {
    type ClientHello,
    type Message,
    messageTypes,
    readClientHello,
    readServerHello,
    type ServerHello,
    splitMessages,
} from "./messages.js"

const recordTypes = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const
const HEADER_BYTES = 5

type Direction = "sent" | "received"

/** Records of one direction. */
class Records {
    #rest: Buffer = Buffer.alloc(0)
    #handshake: Buffer = Buffer.alloc(0)
    /** Everything behind a ChangeCipherSpec is encrypted, but not in TLS 1.3, which sends one for the sake of boxes on the
     * way before what may still be in the clear. */
    #isEncrypted = false
    isTls13 = false
    /** Those that TLS 1.3 encrypts, for whoever has the key. */
    readonly encrypted: Buffer[] = []

    #record(record: Buffer): Message[] {
        const type = record.readUInt8(0)
        if (type === recordTypes.applicationData) this.encrypted.push(record)
        if (type === recordTypes.changeCipherSpec && !this.isTls13) this.#isEncrypted = true
        if (type !== recordTypes.handshake || this.#isEncrypted) return []
        const { messages, rest } = splitMessages(Buffer.concat([this.#handshake, record.subarray(HEADER_BYTES)]))
        this.#handshake = rest
        return messages
    }

    /** Each message before what follows it, as that may depend on it. */
    *take(bytes: Buffer): Generator<Message> {
        this.#rest = Buffer.concat([this.#rest, bytes])
        while (this.#rest.length >= HEADER_BYTES) {
            const size = HEADER_BYTES + this.#rest.readUInt16BE(3)
            if (this.#rest.length < size) break
            const record = this.#rest.subarray(0, size)
            this.#rest = this.#rest.subarray(size)
            yield* this.#record(record)
        }
    }
}

export interface WireCounts {
    bytesTx: number
    bytesRx: number
    /** Turns of direction, the first one included. */
    flights: number
}

export class Wire extends Duplex {
    readonly #socket: net.Socket
    readonly #records = { sent: new Records(), received: new Records() }
    #last: Direction | undefined
    #counts: WireCounts = { bytesTx: 0, bytesRx: 0, flights: 0 }
    #handshake: WireCounts | undefined
    /** The first one, where a HelloRetryRequest asks for another. */
    clientHello: ClientHello | undefined
    serverHello: ServerHello | undefined
    hasRetry = false
    /** The server's messages that were in the clear, in order. */
    readonly messages: Message[] = []

    constructor(socket: net.Socket) {
        super()
        this.#socket = socket
        socket.on("data", (bytes: Buffer) => {
            this.#count("received", bytes)
            if (!this.push(bytes)) socket.pause()
        })
        socket.on("end", () => this.push(null))
        socket.on("error", (error) => this.destroy(error))
        socket.on("close", () => this.destroy())
    }

    /** The client's last message has been written, and nothing of what follows the handshake. */
    handshakeIsOver(): void {
        this.#handshake = { ...this.#counts }
    }

    get handshake(): WireCounts {
        return this.#handshake ?? this.#counts
    }

    /** The server's records of TLS 1.3 that were encrypted. */
    get encrypted(): readonly Buffer[] {
        return this.#records.received.encrypted
    }

    #count(direction: Direction, bytes: Buffer): void {
        if (direction !== this.#last) this.#counts.flights++
        this.#last = direction
        this.#counts[direction === "sent" ? "bytesTx" : "bytesRx"] += bytes.length
        try {
            for (const message of this.#records[direction].take(bytes)) this.#read(direction, message)
        } catch (error) {
            if (!(error instanceof RangeError)) throw error // Node's TLS has its own words for what is damaged
        }
    }

    #read(direction: Direction, message: Message): void {
        if (direction === "sent") {
            if (message.type === messageTypes.clientHello) this.clientHello ??= readClientHello(message.body)
            return
        }
        this.messages.push(message)
        if (message.type !== messageTypes.serverHello) return
        const hello = readServerHello(message.body)
        if (hello.protocol === "TLS1.3") for (const one of Object.values(this.#records)) one.isTls13 = true
        if (hello.isRetry) this.hasRetry = true
        else this.serverHello = hello
    }

    override _read(): void {
        this.#socket.resume()
    }

    override _write(bytes: Buffer, _: BufferEncoding, done: () => void): void {
        this.#count("sent", bytes)
        this.#socket.write(bytes, () => done()) // its errors come as events
    }

    override _final(done: () => void): void {
        this.#socket.end(() => done()) // nor is it one here that the server has closed it already
    }

    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
        this.#socket.destroy()
        done(error)
    }
}

// One connection of the microcontroller, call by call, with what each call cost.
import type { ClientOptions } from "../core/config.js"
import { nativeConfig } from "../core/native-config.js"
import { type Outcome, outcomeSchema } from "../core/outcome.js"
import { type Emulator, Request } from "./emulator.js"
import { clientRequest } from "./remote-core.js"

export interface Peak {
    heapBytes: number
    stackBytes: number
}

/** wh_conn_state of conn.h */
const OPEN = 2

const DRAIN_SIZE = 65536

export class McuClient {
    readonly #emulator: Emulator
    readonly #slot: number
    /** That making it took. */
    readonly instructions: number

    constructor(emulator: Emulator, options: ClientOptions) {
        this.#emulator = emulator
        const { result, instructions } = emulator.call(clientRequest("clientNew", nativeConfig(options)))
        if (result < 0) throw new Error(`the microcontroller's client cannot be made: ${result}`)
        this.#slot = result
        this.instructions = instructions
    }

    open(): McuConnection {
        return new McuConnection(this.#emulator, this.#slot)
    }

    free(): void {
        this.#emulator.call(new Request("clientFree").u8(this.#slot))
    }
}

export class McuConnection {
    readonly #emulator: Emulator
    readonly #slot: number
    /** Of all calls so far. */
    instructions = 0

    constructor(emulator: Emulator, client: number) {
        this.#emulator = emulator
        this.#slot = this.#call(new Request("connNew").u8(client)).result
    }

    get isOpen(): boolean {
        return this.#peek("connState").result === OPEN
    }

    get ticketWaitMs(): number {
        return this.#peek("connTicketWait").result
    }

    get outcome(): Outcome {
        return outcomeSchema.parse(JSON.parse(this.#peek("connOutcome").bytes.toString("utf8")))
    }

    feed(bytes: Buffer): void {
        for (let fed = 0; fed < bytes.length; ) {
            const { result } = this.#call(this.#request("connFeed").bytes(bytes.subarray(fed)))
            if (result < 0) throw new Error(`the connection failed: ${JSON.stringify(this.outcome)}`)
            fed += result
            if (fed < bytes.length) this.read()
        }
    }

    /** All that there is to send. */
    drain(): Buffer {
        const parts: Buffer[] = []
        for (;;) {
            const { bytes } = this.#call(this.#request("connDrain").u32(DRAIN_SIZE))
            if (bytes.length === 0) return Buffer.concat(parts)
            parts.push(bytes)
        }
    }

    write(text: string): void {
        this.#call(this.#request("connWrite").bytes(Buffer.from(text)))
    }

    /** Plaintext that has arrived. */
    read(): string {
        return this.#call(this.#request("connRead").u32(DRAIN_SIZE)).bytes.toString("latin1")
    }

    close(): void {
        this.#call(this.#request("connClose"))
    }

    free(): void {
        this.#emulator.call(this.#request("connFree"))
    }

    #request(operation: ConstructorParameters<typeof Request>[0]): Request {
        return new Request(operation).u8(this.#slot)
    }

    /** Counted as the connection's work. */
    #call(request: Request) {
        const reply = this.#emulator.call(request)
        this.instructions += reply.instructions
        return reply
    }

    #peek(operation: ConstructorParameters<typeof Request>[0]) {
        return this.#emulator.call(this.#request(operation))
    }
}

/** The most heap and stack that were in use since the last time. */
export function takePeak(emulator: Emulator): Peak {
    const { bytes } = emulator.call(new Request("memory"))
    return { heapBytes: bytes.readUInt32LE(4), stackBytes: bytes.readUInt32LE(8) }
}

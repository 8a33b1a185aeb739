// One connection of the microcontroller, call by call, with what each call cost.

import { type Outcome, outcomeSchema } from "../../ts/base/outcome.js"
import type { ClientOptions } from "../../ts/core/config.js"
import { stepKinds } from "../../ts/core/connect.js"
import { nativeConfig } from "../../ts/core/native-config.js"
import { type Emulator, Request } from "../../ts/mcu/emulator.js"
import type { Operation } from "../../ts/mcu/operations.js"
import { clientRequest, readStep } from "../../ts/mcu/remote-core.js"

export interface Peak {
    heapBytes: number
    stackBytes: number
}

const READ_SIZE = 65536
/** Longer than any recording; the clock of a seeded device stands still anyhow. */
const TIMEOUT_MS = 60_000
/** Its only TCP connection. */
const TCP = 0

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

    open(line = ""): McuConnection {
        return new McuConnection(this.#emulator, this.#slot, line)
    }

    free(): void {
        this.#emulator.call(new Request("clientFree").u8(this.#slot))
    }
}

/** A connect over one TCP connection, which is up once the core has nothing left to do but wait for it. */
export class McuConnection {
    readonly #emulator: Emulator
    readonly #slot: number
    #toSend: Buffer[] = []
    #arrived: Buffer[] = []
    isOpen = false
    /** The goodbye has left. */
    isShut = false
    isOver = false
    /** Of all calls so far. */
    instructions = 0
    /** Those before TCP was up. */
    preparedInstructions = 0
    #isOpening = false
    #isUp = false
    readonly #line: string
    /** The line has left with the hello, as early data. */
    wroteEarly = false

    /** `line`: what is written as soon as it may be, where that is before the handshake. */
    constructor(emulator: Emulator, client: number, line: string) {
        this.#line = line
        this.#emulator = emulator
        this.#slot = this.#call(new Request("connectBegin").u8(client).u32(TIMEOUT_MS)).result
        this.#run()
    }

    get outcome(): Outcome {
        const { bytes } = this.#emulator.call(this.#request("connectOutcome"))
        return outcomeSchema.parse(JSON.parse(bytes.toString("utf8")))
    }

    feed(bytes: Buffer): void {
        for (let fed = 0; fed < bytes.length && !this.isOver; ) {
            const { result } = this.#call(this.#request("connectReceived").u8(TCP).bytes(bytes.subarray(fed)))
            fed += result
            this.#run()
        }
        if (!this.isOpen && this.isOver) throw new Error(`the connection failed: ${JSON.stringify(this.outcome)}`)
    }

    /** All that there is to send. */
    drain(): Buffer {
        return Buffer.concat(this.#toSend.splice(0))
    }

    write(text: string): void {
        this.#call(this.#request("connectWrite").bytes(Buffer.from(text)))
        this.#run()
    }

    /** Plaintext that has arrived. */
    read(): string {
        return Buffer.concat(this.#arrived.splice(0)).toString("latin1")
    }

    /** Says goodbye once the ticket is there that is worth waiting for. */
    close(): void {
        this.#call(this.#request("connectClose").u8(true))
        this.#run()
    }

    /** So long nothing happens. */
    wait(ms: number): void {
        this.#emulator.call(new Request("pass").i64(1000 * ms))
        this.#run()
    }

    free(): void {
        this.#emulator.call(this.#request("connectFree"))
    }

    /** Does what the core asks for until it is to wait. */
    #run(): void {
        for (let goesOn = !this.isOver; goesOn; ) {
            const { result, bytes } = this.#call(this.#request("connectNext"))
            goesOn = this.#perform(result, bytes)
        }
    }

    /** False: it is to wait, or over. */
    #perform(kind: number, step: Buffer): boolean {
        const what = stepKinds[kind]
        switch (what) {
            case "resolve":
                this.#call(this.#request("connectResolved").u8(true))
                break
            case "open":
                this.#isOpening = true
                break
            case "wait":
                if (!this.#isOpening) return false
                this.#isOpening = false
                this.#isUp = true
                this.preparedInstructions = this.instructions
                this.#call(this.#request("connectReady").u8(TCP))
                break
            case "send":
                this.#send(readStep(step).sends)
                break
            case "read":
                this.#read()
                break
            case "opened":
                this.#opened()
                break
            case "secured":
                this.isOpen = true
                break
            case "shut":
                this.isShut = true
                break
            case "over":
                this.isOver = true
        }
        return what !== "over"
    }

    #opened(): void {
        this.isOpen = this.#isUp
        if (this.#isUp) return
        this.wroteEarly = true
        this.#call(this.#request("connectWrite").bytes(Buffer.from(this.#line)))
    }

    #send(bytes: Buffer): void {
        this.#toSend.push(bytes)
        this.#call(this.#request("connectSent").u8(TCP).u32(bytes.length))
    }

    #read(): void {
        for (;;) {
            const { bytes } = this.#call(this.#request("connectRead").u32(READ_SIZE))
            if (bytes.length === 0) return
            this.#arrived.push(bytes)
        }
    }

    #request(operation: Operation): Request {
        return new Request(operation).u8(this.#slot)
    }

    /** Counted as the connection's work. */
    #call(request: Request) {
        const reply = this.#emulator.call(request)
        this.instructions += reply.instructions
        return reply
    }
}

/** The most heap and stack that were in use since the last time. */
export function takePeak(emulator: Emulator): Peak {
    const { bytes } = emulator.call(new Request("memory"))
    return { heapBytes: bytes.readUInt32LE(4), stackBytes: bytes.readUInt32LE(8) }
}

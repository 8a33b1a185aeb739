// A TCP proxy that keeps to a script: at a given byte of a given direction it cuts, stalls, delays,
// flips a bit, or drips. It knows nothing of TLS and records every byte that it passes on.
import { once } from "node:events"
import type net from "node:net"
import { setImmediate, setTimeout } from "node:timers/promises"
import { ProxyListener } from "./proxy-listener.js"

export type Direction = "toServer" | "toClient"

export type Fault =
    /** Ends the connection for both: the client sees its end (FIN) or a reset (RST). */
    | { do: "cut"; by: "fin" | "rst" }
    /** Nothing more passes in this direction, and TCP stays up. */
    | { do: "stall" }
    | { do: "delay"; durationMs: number }
    /** Nothing passes until so many bytes have gone the other way. */
    | { do: "hold"; untilOther: number }
    /** Passes on something that nobody has sent. It counts for no position. */
    | { do: "inject"; bytes: Buffer }
    /** Inverts one bit, 0 to 7, of the next byte. */
    | { do: "flip"; bit: number }
    /** From here on in pieces of so many bytes. */
    | { do: "drip"; size: number }

export interface Step {
    direction: Direction
    /** Bytes that pass before it happens. At 0 it happens as soon as both TCP connections are up. */
    at: number
    fault: Fault
}

/** One direction of a connection: what has passed. */
class Stream {
    readonly #pieces: Buffer[] = []
    readonly #onPiece: (size: number) => void
    #wake: (() => void)[] = []
    /** Bytes and writes that were passed on, and steps that happened. */
    size = 0
    writes = 0
    faults = 0

    constructor(onPiece: (size: number) => void) {
        this.#onPiece = onPiece
    }

    get bytes(): Buffer {
        return Buffer.concat(this.#pieces)
    }

    passed(piece: Buffer): void {
        this.#pieces.push(piece)
        this.size += piece.length
        this.writes++
        this.#onPiece(piece.length)
        for (const wake of this.#wake.splice(0)) wake()
    }

    async reaches(size: number): Promise<void> {
        while (this.size < size) await new Promise<void>((wake) => this.#wake.push(wake))
    }
}

/** One connection through the proxy. */
export interface Carried {
    toServer: Stream
    toClient: Stream
    /** What passed until the direction changed, in bytes, in order. */
    flights: { direction: Direction; size: number }[]
    /** The port from which the server sees it come. */
    upstreamPort: number
    /** Nothing more passes in one direction, and nothing says so. */
    isMute: boolean
}

/** Lets a receiver in this process read what was just written, so that the next piece comes to it by itself: between
 * one setImmediate and the next, the event loop looks at all sockets. */
export async function receiverReads(): Promise<void> {
    await setImmediate()
    await setImmediate()
}

/** A socket that is being shut down cannot be reset: Node would be left with a handle that it never closes. */
export function reset(socket: net.Socket): void {
    if (socket.writableEnded) socket.destroy()
    else if (!socket.destroyed) socket.resetAndDestroy()
}

/** Nothing more can pass. */
class Over extends Error {}

/** Moves one direction's bytes, and performs the steps meant for it. */
class Pipe {
    readonly #steps: Step[]
    #dripSize = Number.POSITIVE_INFINITY
    #flipBits = 0
    #isStalled = false

    constructor(
        readonly from: net.Socket,
        readonly to: net.Socket,
        readonly stream: Stream,
        readonly other: Stream,
        steps: Step[],
        readonly cut: (by: "fin" | "rst") => void,
        readonly onStall: () => void,
    ) {
        this.#steps = steps.toSorted((a, b) => a.at - b.at)
    }

    async run(): Promise<void> {
        await this.#performDue()
        for await (const chunk of this.from) await this.#carry(chunk as Buffer)
        if (!this.#isStalled) this.to.end()
    }

    async #carry(chunk: Buffer): Promise<void> {
        let rest = chunk
        while (rest.length > 0 && !this.#isStalled) {
            const untilStep = (this.#steps[0]?.at ?? Number.POSITIVE_INFINITY) - this.stream.size
            const size = Math.min(rest.length, untilStep, this.#dripSize, this.#flipBits === 0 ? rest.length : 1)
            await this.#pass(rest.subarray(0, size))
            rest = rest.subarray(size)
            await this.#performDue()
        }
    }

    async #pass(bytes: Buffer): Promise<void> {
        const piece = Buffer.from(bytes)
        if (this.#flipBits !== 0) piece.writeUInt8(piece.readUInt8(0) ^ this.#flipBits, 0)
        this.#flipBits = 0
        if (this.to.destroyed) throw new Over()
        const hasRoom = this.to.write(piece)
        this.stream.passed(piece)
        if (!hasRoom) await once(this.to, "drain")
        else if (Number.isFinite(this.#dripSize)) await receiverReads()
    }

    async #startDrip(size: number): Promise<void> {
        this.#dripSize = size
        await receiverReads()
    }

    async #performDue(): Promise<void> {
        for (let step = this.#steps[0]; step?.at === this.stream.size && !this.#isStalled; step = this.#steps[0]) {
            this.#steps.shift()
            this.stream.faults++
            await this.#perform(step.fault)
        }
    }

    /** What comes is read and dropped from here on, so that the sender's end is seen. */
    #stall(): void {
        this.#isStalled = true
        this.onStall()
    }

    async #perform(fault: Fault): Promise<void> {
        if (fault.do === "flip") this.#flipBits |= 1 << fault.bit
        else if (fault.do === "inject") this.to.write(fault.bytes)
        else if (fault.do === "drip") await this.#startDrip(fault.size)
        else if (fault.do === "delay") await setTimeout(fault.durationMs, undefined, { ref: false })
        else if (fault.do === "hold") await this.other.reaches(fault.untilOther)
        else if (fault.do === "stall") this.#stall()
        else {
            this.cut(fault.by)
            throw new Over()
        }
    }
}

export class FaultProxy extends ProxyListener {
    readonly #plans: Step[][] = []
    /** Those that are open, by the port from which the client came. */
    readonly #open = new Map<number, Carried>()
    /** Every connection so far, in order. */
    readonly connections: Carried[] = []

    private constructor(readonly targetPort: number) {
        super((client) => this.#accept(client))
    }

    /** Listens on a free port of 127.0.0.1 and passes connections on to another one. */
    static async start(targetPort: number): Promise<FaultProxy> {
        const proxy = new FaultProxy(targetPort)
        await proxy.listen()
        return proxy
    }

    /** What happens to the next connection, to the one after it, and so on. All later ones pass unharmed. */
    plan(...connections: Step[][]): void {
        this.#plans.splice(0, this.#plans.length, ...connections)
    }

    /** Forgets what has passed so far, and who came. A port that comes after that is another client's. */
    clear(): void {
        this.connections.length = 0
        this.#open.clear()
    }

    /** The newest connection. */
    get last(): Carried {
        const last = this.connections.at(-1)
        if (last === undefined) throw new Error("nothing has connected yet")
        return last
    }

    /** The connection that came from this port, as long as it is open. */
    from(clientPort: number): Carried | undefined {
        return this.#open.get(clientPort)
    }

    #accept(client: net.Socket): void {
        const steps = this.#plans.shift() ?? []
        const flights: Carried["flights"] = []
        const stream = (direction: Direction): Stream =>
            new Stream((size) => {
                const last = flights.at(-1)
                if (last?.direction === direction) last.size += size
                else flights.push({ direction, size })
            })
        const [toServer, toClient] = [stream("toServer"), stream("toClient")]
        const carried: Carried = { toServer, toClient, flights, upstreamPort: 0, isMute: false }
        this.connections.push(carried)
        const clientPort = client.remotePort ?? 0
        this.#open.set(clientPort, carried)
        client.once("close", () => this.#open.get(clientPort) === carried && this.#open.delete(clientPort))
        const server = this.connect(this.targetPort)
        server.once("connect", () => {
            carried.upstreamPort = server.localPort ?? 0
            this.#carry(client, server, carried, steps)
        })
        server.once("error", () => reset(client))
    }

    #carry(client: net.Socket, server: net.Socket, carried: Carried, steps: Step[]): void {
        const { toServer, toClient } = carried
        const cut = (by: "fin" | "rst"): void => {
            server.destroy()
            if (by === "rst") reset(client)
            else client.end().resume()
        }
        const meant = (direction: Direction): Step[] => steps.filter((step) => step.direction === direction)
        const stall = (): void => {
            carried.isMute = true
        }
        const pipes = [
            new Pipe(client, server, toServer, toClient, meant("toServer"), cut, stall),
            new Pipe(server, client, toClient, toServer, meant("toClient"), cut, stall),
        ]
        for (const pipe of pipes) pipe.run().catch((error: unknown) => this.#broke(pipe, error))
        // Whoever has gone altogether takes the other along, also while the script stalls or delays. A client that has
        // ended its side of a stalled line is told nothing, and leaves no server waiting.
        client.once("close", () => server.destroy())
        client.once("end", () => carried.isMute && server.destroy())
    }

    /** A reset on one side is a reset on the other. */
    #broke(pipe: Pipe, error: unknown): void {
        if (!(error instanceof Over)) reset(pipe.to)
    }
}

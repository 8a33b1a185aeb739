// A TCP proxy that takes TLS streams apart into records, and puts something else in the place of those that it is told to.
// It has no keys: what it makes up is plaintext, and what it changes, the receiver can find out.
import { once } from "node:events"
import type net from "node:net"
import { waitFor } from "../../../ts/core/waiting.js"
import { receiverReads, reset } from "../../network/fault-proxy.js"
import { ProxyListener } from "../../network/proxy-listener.js"
import { RECORD_HEADER } from "../../servers/wire.js"
import type { Act, Direction, Spoil } from "./spoil.js"

/** Nothing more passes on this connection. */
class Over extends Error {}

/** One connection through the proxy. */
export interface Line {
    clientPort: number
    /** How many of the spoils meant for it have happened. */
    spoiled: number
    /** What came from the server, record by record. */
    fromServer: Buffer[]
}

/** What is done is no more than to pass them on. */
const areJust = (acts: Iterable<Act>, records: Buffer[]): boolean =>
    Array.isArray(acts) &&
    acts.length === records.length &&
    records.every((record, index) => acts[index] instanceof Uint8Array && record.equals(acts[index]))

/** The records of one direction, and what becomes of them. */
class Pipe {
    readonly #spoils: Spoil[]
    #rest = Buffer.alloc(0)
    #index = 0
    #taken: Buffer[] = []
    #isSilent = false

    constructor(
        readonly from: net.Socket,
        readonly to: net.Socket,
        spoils: readonly Spoil[],
        readonly line: Line,
        readonly cut: (by: "fin" | "rst", of: Pipe) => void,
        readonly moved: () => void,
        readonly keep: (record: Buffer) => void,
        readonly earlier: readonly Buffer[],
    ) {
        this.#spoils = spoils.toSorted((a, b) => a.at - b.at)
    }

    async run(): Promise<void> {
        for await (const chunk of this.from) {
            this.moved()
            this.#rest = Buffer.concat([this.#rest, chunk as Buffer])
            for (let record = this.#next(); record !== undefined; record = this.#next()) await this.#carry(record)
        }
        for (const bytes of [...this.#taken, this.#rest]) await this.#write(bytes)
        if (!this.#isSilent) this.to.end()
    }

    #next(): Buffer | undefined {
        if (this.#rest.length < RECORD_HEADER) return undefined
        const size = RECORD_HEADER + this.#rest.readUInt16BE(3)
        if (this.#rest.length < size) return undefined
        const record = Buffer.from(this.#rest.subarray(0, size))
        this.#rest = this.#rest.subarray(size)
        return record
    }

    async #carry(record: Buffer): Promise<void> {
        const spoil = this.#spoils[0]
        const index = this.#index++
        this.keep(record)
        if (spoil === undefined || index < spoil.at) return await this.#write(record)
        this.#taken.push(record)
        if (this.#taken.length < (spoil.count ?? 1)) return
        this.#spoils.shift()
        const records = this.#taken.splice(0)
        const acts = spoil.acts(records, this.earlier)
        if (!areJust(acts, records)) this.line.spoiled++
        for (const act of acts) await this.#perform(act)
    }

    async #write(bytes: Buffer): Promise<void> {
        if (this.#isSilent || bytes.length === 0) return
        if (this.to.destroyed || this.to.writableEnded) throw new Over()
        const hasRoom = this.to.write(bytes)
        this.moved()
        if (hasRoom) return
        const gone = once(this.to, "close")
        await Promise.race([once(this.to, "drain"), gone])
        this.moved()
    }

    /** Or until the connection is gone. */
    async #wait(durationMs: number): Promise<void> {
        await new Promise<void>((over) => {
            const callOff = waitFor(durationMs, over)
            this.to.once("close", () => {
                callOff()
                over()
            })
        })
    }

    async #perform(act: Act): Promise<void> {
        this.moved()
        if (act instanceof Uint8Array) await this.#write(act)
        else if (act === "read") await receiverReads()
        else if (act === "silence") this.#isSilent = true
        else if (typeof act === "object") await this.#wait(act.waitMs)
        else {
            this.cut(act, this)
            throw new Over()
        }
    }
}

export class RecordProxy extends ProxyListener {
    readonly #targetPort: number
    readonly #spoils: (connection: number) => readonly Spoil[]
    readonly #earlier: readonly Buffer[]
    /** Every connection so far, in order. */
    readonly lines: Line[] = []
    /** Grows with everything that happens. */
    moves = 0

    private constructor(
        targetPort: number,
        spoils: (connection: number) => readonly Spoil[],
        earlier: readonly Buffer[],
    ) {
        super((client) => this.#accept(client))
        this.#targetPort = targetPort
        this.#spoils = spoils
        this.#earlier = earlier
    }

    /** On a free port of 127.0.0.1. `spoils`: what happens to the connection of this number, from 0. `earlier`: what the
     * server said before, for those who say it again. */
    static async start(
        targetPort: number,
        spoils: (connection: number) => readonly Spoil[],
        earlier: readonly Buffer[] = [],
    ): Promise<RecordProxy> {
        const proxy = new RecordProxy(targetPort, spoils, earlier)
        await proxy.listen()
        return proxy
    }

    #accept(client: net.Socket): void {
        this.moves++
        const line: Line = { clientPort: client.remotePort ?? 0, spoiled: 0, fromServer: [] }
        const spoils = this.#spoils(this.lines.length)
        this.lines.push(line)
        const server = this.connect(this.#targetPort)
        server.once("connect", () => {
            this.moves++
            this.#carry(client, server, line, spoils)
        })
        server.once("error", () => reset(client))
    }

    #carry(client: net.Socket, server: net.Socket, line: Line, spoils: readonly Spoil[]): void {
        const moved = (): void => void this.moves++
        /** Whoever listens in that direction sees the end; the other one is gone. */
        const cut = (by: "fin" | "rst", { from, to }: Pipe): void => {
            if (by === "rst") reset(to)
            else to.end().resume()
            reset(from)
        }
        const meant = (direction: Direction) => spoils.filter((spoil) => spoil.direction === direction)
        const keep = (record: Buffer): void => void line.fromServer.push(record)
        const pipes = [
            new Pipe(client, server, meant("toServer"), line, cut, moved, () => {}, []),
            new Pipe(server, client, meant("toClient"), line, cut, moved, keep, this.#earlier),
        ]
        for (const pipe of pipes) pipe.run().catch((error: unknown) => error instanceof Over || reset(pipe.to))
        client.once("close", () => server.destroy())
    }
}

// A board in front of a server: it wakes, makes one visit, and sleeps. Everything passes a proxy that
// can spoil it and keeps what went over the wire.
import { type ChildProcess, fork } from "node:child_process"
import type { ClientOptions } from "../../ts/core/client.js"
import { native } from "../../ts/core/library.js"
import { loadState, losePower, saveState } from "../../ts/core/platform.js"
import { FaultProxy } from "../network/fault-proxy.js"
import type { Exchange } from "../servers/exchange.js"
import type { Seen, Server } from "../servers/server.js"
import { visit } from "./visit.js"
import type { Order, Report } from "./wake-process.js"

/** The three kinds of session, and how a client comes to one. */
export const kinds = {
    id: { minVersion: "1.2", maxVersion: "1.2", tickets: false },
    ticket: { minVersion: "1.2", maxVersion: "1.2", tickets: true },
    psk: { minVersion: "1.3", maxVersion: "1.3", tickets: true },
} as const satisfies Record<string, Partial<ClientOptions>>
export type Kind = keyof typeof kinds

export interface WakeOptions {
    exchange?: Exchange
    connectTimeoutMs?: number
    answerWithinMs?: number
}

export class Board implements Disposable {
    private constructor(
        readonly server: Pick<Server, "port" | "exchange">,
        readonly proxy: FaultProxy,
        readonly client: ClientOptions,
    ) {}

    /** A board that has never connected. There is one per process: making it resets the one before. */
    static async create(
        server: Pick<Server, "port" | "exchange">,
        ca: string,
        kind: Kind,
        more: Partial<ClientOptions> = {},
    ): Promise<Board> {
        losePower()
        const client = { host: "localhost", port: server.port, ca: Buffer.from(ca), ...kinds[kind], ...more }
        return new Board(server, await FaultProxy.start(server.port), client)
    }

    /** The same board, with another configuration from now on. */
    withClient(changes: Partial<ClientOptions>): Board {
        return new Board(this.server, this.proxy, { ...this.client, ...changes })
    }

    /** The same board, and from now on another server answers on the host and port that it knows. */
    async metBy(server: Pick<Server, "port" | "exchange">): Promise<Board> {
        return new Board(server, await FaultProxy.start(server.port), this.client)
    }

    async wake(options: WakeOptions = {}): Promise<Seen> {
        const made = await visit(this.client, this.#visitOptions(options))
        return { visit: made, wire: this.proxy.last }
    }

    /** The same in a process that was just started, as after a deep sleep; the board's state comes back from it.
     * `flash`: the power was lost, so that it has no more than this file. */
    async wakeInNewProcess(options: WakeOptions = {}, flash?: string): Promise<Seen> {
        const child = fork(new URL("./wake-process.js", import.meta.url), { serialization: "advanced", execArgv: [] })
        try {
            const from = flash === undefined ? { state: saveState() } : { flash }
            const order: Order = { from, client: this.client, options: this.#visitOptions(options) }
            const report = await this.#order(child, order)
            loadState(report.state)
            return { visit: { ...report.visit, reply: Buffer.from(report.visit.reply) }, wire: this.proxy.last }
        } finally {
            child.kill()
        }
    }

    #order(child: ChildProcess, order: Order): Promise<Report> {
        return new Promise((reported, failed) => {
            child.once("message", (report) => reported(report as Report))
            child.once("exit", (code) => failed(new Error(`the other process ended with ${code}`)))
            child.once("error", failed)
            child.send(order as Order & object)
        })
    }

    #visitOptions(options: WakeOptions) {
        return { tcpPort: this.proxy.port, exchange: this.server.exchange, ...options }
    }

    [Symbol.dispose](): void {
        this.proxy[Symbol.dispose]()
    }
}

/** Bytes that wolfSSL holds; the same before and after a wake unless something leaks. */
export function heldBytes(): number {
    return native().hostMemory().live_bytes
}

export type { Seen }

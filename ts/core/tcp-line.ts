import type { LookupAddress } from "node:dns"
import net from "node:net"
import type { CoreErrorWord } from "../base/core-codes.js"
import type { CoreConnect } from "./connect.js"
import { countConnection } from "./waiting.js"

/** Node's errors as the core's, while TCP comes up. Whatever is not known to be the server's fault is the network's. */
const errors: Record<string, CoreErrorWord> = {
    ECONNREFUSED: "connection-refused",
    ECONNRESET: "connection-refused",
    ETIMEDOUT: "connect-timeout",
}

const NOTHING = Buffer.alloc(0)

/** One TCP connection that a connect has asked for: what happens on it is told to the core, and then `moved`. */
export class TcpLine {
    readonly #connect: CoreConnect
    readonly #number: number
    readonly #moved: () => void
    readonly #tcp: net.Socket
    readonly #isOver: () => void
    /** What the core has had no room for yet, and whether the end is behind it. */
    #arrived: Buffer[] = []
    #ended = false
    /** Given to Node, which has not given all of it to the system yet. */
    #underWay = 0
    /** Our side's TCP port, by which a server can tell which connection this is. */
    localPort: number | undefined

    constructor(
        connect: CoreConnect,
        number: number,
        to: { port: number; addresses: LookupAddress[] },
        moved: () => void,
    ) {
        this.#connect = connect
        this.#number = number
        this.#moved = moved
        this.#tcp = net.connect({
            // A name for addresses that are known already. Node tries several of them as it always does.
            ...{ host: "resolved.invalid", port: to.port, noDelay: true, allowHalfOpen: true },
            lookup: (_, { all }, found) => {
                const [first] = to.addresses
                if (all) found(null, to.addresses)
                else found(null, first?.address ?? "", first?.family)
            },
        })
        this.#isOver = countConnection(this)
        this.#tcp.on("connect", () => {
            this.localPort = this.#tcp.localPort
            this.#tell(() => connect.ready(number))
        })
        this.#tcp.on("data", (bytes) => this.#tell(() => this.#arrived.push(bytes)))
        this.#tcp.on("end", () => this.#tell(() => (this.#ended = true)))
        this.#tcp.on("error", (error: NodeJS.ErrnoException) => this.#tell(() => this.#fail(error)))
    }

    get moved(): number {
        return this.#tcp.bytesRead + this.#tcp.bytesWritten
    }

    /** Gives the core as much of what has arrived as it has room for. */
    feed(): void {
        for (let bytes = this.#arrived[0]; bytes !== undefined; bytes = this.#arrived[0]) {
            const taken = this.#connect.received(this.#number, bytes)
            if (taken === 0) return
            if (taken === bytes.length) this.#arrived.shift()
            else this.#arrived[0] = bytes.subarray(taken)
        }
        if (this.#ended) this.#connect.received(this.#number, NOTHING)
        this.#ended = false
    }

    /** Sends bytes and returns how many the system has taken: all, or none until the core hears that it can go on, and
     * gives the same again. */
    send(bytes: Buffer): number {
        if (this.#underWay === 0) {
            this.#underWay = bytes.length
            this.#tcp.write(bytes, () => {
                if (this.#underWay > 0 && !this.#tcp.destroyed) this.#tell(() => this.#connect.ready(this.#number))
            })
        }
        if (this.#tcp.writableLength > 0) return 0
        const sent = this.#underWay
        this.#underWay = 0
        return sent
    }

    shut(): void {
        this.#tcp.end()
    }

    close(): void {
        this.#isOver()
        this.#tcp.removeAllListeners()
        this.#tcp.on("error", () => {}) // nobody listens any more
        this.#tcp.destroy()
    }

    #tell(event: () => void): void {
        event()
        this.#moved()
    }

    #fail(error: NodeJS.ErrnoException): void {
        this.feed()
        const word = this.localPort === undefined ? errors[error.code ?? ""] : "connection-lost"
        this.#connect.failed(this.#number, word ?? "host-unreachable")
    }
}

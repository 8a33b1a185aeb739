// One connect with application data, as an app would do it.
import type { ErrorCode } from "../../ts/base/errors.js"
import { Client, type ClientOptions } from "../../ts/core/client.js"
import { TlsSocket } from "../../ts/core/tls-socket.js"
import { waitFor } from "../../ts/core/waiting.js"
import type { Exchange, Visit } from "../servers/exchange.js"

export interface VisitOptions {
    /** Where TCP goes; the client's own port is part of what a session is tied to. */
    tcpPort: number
    /** This machine, unless told. */
    tcpHost?: string
    exchange: Exchange
    connectTimeoutMs?: number
    /** How long the app waits for its answer once the connection is open; for ever unless told. */
    answerWithinMs?: number
}

/** Longer than any wait that a test means. */
const PATIENCE_MS = 10_000

/** Connects, has its exchange, closes. Never rejects for what a server does. */
export async function visit(clientOptions: ClientOptions, options: VisitOptions): Promise<Visit> {
    using client = new Client(clientOptions)
    return await visitWith(client, options)
}

function visitWith(client: Client, options: VisitOptions): Promise<Visit> {
    const started = performance.now()
    const steps = [...options.exchange]
    const pieces: Buffer[] = []
    const socket = new TlsSocket(client, {
        host: options.tcpHost ?? "127.0.0.1",
        port: options.tcpPort,
        connectTimeoutMs: options.connectTimeoutMs ?? PATIENCE_MS,
    })
    let opened = false
    let openedPort: number | undefined
    let stopWaiting = (): void => {}
    return new Promise((done) => {
        const finish = (error: ErrorCode | null, closedByServer: boolean) => {
            stopWaiting()
            const durationMs = performance.now() - started
            const told = () => {
                const sizes = pieces.map(({ length }) => length)
                const { outcome, attempts } = socket
                const reply = Buffer.concat(pieces)
                done({ outcome, attempts, reply, opened, openedPort, closedByServer, pieces: sizes, error, durationMs })
            }
            if (error !== null || closedByServer) return told()
            socket.once("closed", told)
            socket.close()
        }
        const goOn = () => {
            const got = pieces.reduce((sum, { length }) => sum + length, 0)
            while (steps[0] !== undefined && steps[0].until !== "end" && got >= steps[0].until) {
                steps.shift()
                if (steps[0] !== undefined) socket.write(Buffer.from(steps[0].send))
            }
            if (steps.length === 0) finish(null, false)
        }
        socket.on("open", () => {
            opened = true
            const { answerWithinMs } = options
            if (answerWithinMs !== undefined) stopWaiting = waitFor(answerWithinMs, () => finish(null, false))
            if (steps[0] !== undefined) socket.write(Buffer.from(steps[0].send))
            goOn()
        })
        socket.on("secured", () => (openedPort = socket.localPort))
        socket.on("data", (bytes) => {
            pieces.push(bytes)
            goOn()
        })
        socket.on("end", () => finish(null, true))
        socket.on("error", (error) => finish(error.code, false))
        socket.connect()
    })
}

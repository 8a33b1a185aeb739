// @ts-check
// One connect with application data, as an app would do it. Plain JavaScript, because it also runs in
// processes of its own (wake-worker.mjs).
import { Client } from "#warmhello/core/client.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"

/**
 * What to say and how many bytes of answer to have, all in all, before going on; "end" waits until the server closes.
 * @typedef {{send: Uint8Array, until: number | "end"}[]} Exchange
 *
 * @typedef {object} VisitOptions
 * @property {number} tcpPort where TCP goes; the client's own port is part of what a session is tied to
 * @property {Exchange} exchange
 * @property {number} [connectTimeoutMs]
 *
 * @typedef {object} Visit
 * @property {import("#warmhello/base/outcome.js").Outcome | undefined} outcome
 * @property {number} attempts TCP connections made
 * @property {boolean} opened
 * @property {boolean} closedByServer with close_notify
 * @property {Buffer} reply
 * @property {number[]} pieces sizes of the pieces in which the reply came
 * @property {import("#warmhello/base/errors.js").ErrorCode | null} error
 * @property {number} durationMs from the call to the end, the error or the last answer
 */

/** Longer than any wait that a test means. */
const PATIENCE_MS = 10_000

/**
 * @param {string} path
 * @returns {Exchange}
 */
export function httpGet(path) {
    return [{ send: Buffer.from(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`), until: "end" }]
}

/**
 * Connects, has its exchange, closes. Never rejects for what a server does.
 * @param {import("#warmhello/core/client.js").ClientOptions} clientOptions
 * @param {VisitOptions} options
 * @returns {Promise<Visit>}
 */
export async function visit(clientOptions, options) {
    const client = new Client(clientOptions)
    try {
        return await visitWith(client, options)
    } finally {
        client[Symbol.dispose]()
    }
}

/**
 * @param {Client} client
 * @param {VisitOptions} options
 * @returns {Promise<Visit>}
 */
function visitWith(client, options) {
    const started = performance.now()
    const steps = [...options.exchange]
    /** @type {Buffer[]} */
    const pieces = []
    const socket = new TlsSocket(client, {
        host: "127.0.0.1",
        port: options.tcpPort,
        connectTimeoutMs: options.connectTimeoutMs ?? PATIENCE_MS,
    })
    let opened = false
    return new Promise((done) => {
        /** @param {import("#warmhello/base/errors.js").ErrorCode | null} error @param {boolean} closedByServer */
        const finish = (error, closedByServer) => {
            const durationMs = performance.now() - started
            const told = () => {
                const sizes = pieces.map(({ length }) => length)
                const { outcome, attempts } = socket
                done({
                    outcome,
                    attempts,
                    reply: Buffer.concat(pieces),
                    opened,
                    closedByServer,
                    pieces: sizes,
                    error,
                    durationMs,
                })
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
            if (steps[0] !== undefined) socket.write(Buffer.from(steps[0].send))
            goOn()
        })
        socket.on("data", (bytes) => {
            pieces.push(bytes)
            goOn()
        })
        socket.on("end", () => finish(null, true))
        socket.on("error", (error) => finish(error.code, false))
        socket.connect()
    })
}

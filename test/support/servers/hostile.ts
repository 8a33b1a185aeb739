// Servers that do a device no good, the same for each body that the core has: Node, the preload, the emulated
// microcontroller, the ESP32 port, the C example. What each ends a connect with is said here once.
import type net from "node:net"
import { setTimeout as wait } from "node:timers/promises"
import { type CoreErrorWord, coreErrors } from "#warmhello/base/core-codes.js"
import { startServer } from "../../ts/support/tls-server.js"

interface HostileOptions {
    /** TCP connections that it serves well before it turns: 1 lets the device have a session. */
    wellFor: number
    /** How long a slow one takes before it says anything: more than half of the time that TLS has, and less than all of
     * it, so that it opens after the second attempt has joined the first. */
    slowMs: number
    /** Names in its certificate. */
    names?: string[]
}

export interface HostileServer extends AsyncDisposable {
    port: number
    /** PEM of the CA that signed its certificate. */
    ca: Buffer
    /** For each TLS connection in order: did it resume it? */
    resumed: boolean[]
    /** TCP connections so far, those that it served well included. */
    readonly connections: number
    /** From the first TCP connection that it did not serve well until the last of them was closed, in milliseconds: how
     * long a connect took, for who cannot look into the device. */
    readonly lastedMs: number
}

export interface HostileKind {
    title: string
    /** The core's word for how a connect with it ends; null where it opens. */
    word: CoreErrorWord | null
    /** And the meaning, which is the message. */
    meaning: string | null
    /** The connect lasts as long as it may, and no longer. */
    takesAllTime: boolean
    /** TCP connections that a connect makes with a session to offer; without one it is 1. */
    attemptsWithSession: number
    start(options: HostileOptions): Promise<HostileServer>
}

/** What it does with a TCP connection once it has turned; "gone": it listens no more. */
type Treatment = "gone" | ((socket: net.Socket, options: HostileOptions) => "handled" | Promise<"tls">)

async function startHostile(treat: Treatment, options: HostileOptions): Promise<HostileServer> {
    const { wellFor, names } = options
    let connections = 0
    let turnedAt = Number.NaN
    let lastedMs = Number.NaN
    const server = await startServer({
        ...(names !== undefined && { names }),
        onTcp: (socket, n) => {
            connections = n
            if (treat === "gone" && n === wellFor) server.stopListening()
            if (n <= wellFor || treat === "gone") return "tls"
            if (Number.isNaN(turnedAt)) turnedAt = performance.now()
            socket.on("close", () => (lastedMs = performance.now() - turnedAt))
            return treat(socket, options)
        },
    })
    if (treat === "gone" && wellFor === 0) server.stopListening()
    return {
        ...{ port: server.port, ca: server.ca, resumed: server.resumed },
        get connections() {
            return connections
        },
        get lastedMs() {
            return lastedMs
        },
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
}

const kind = (
    title: string,
    word: CoreErrorWord | null,
    attemptsWithSession: number,
    treat: Treatment,
): HostileKind => ({
    ...{ title, word, attemptsWithSession },
    meaning: word === null ? null : coreErrors[word].meaning,
    takesAllTime: word === "connect-timeout",
    start: (options) => startHostile(treat, options),
})

const silent: Treatment = (socket) => {
    socket.resume() // or it would not see the end
    return "handled"
}

const slow = async (_: net.Socket, { slowMs }: HostileOptions): Promise<"tls"> => {
    await wait(slowMs, undefined, { ref: false })
    return "tls"
}

const reset: Treatment = (socket) => {
    socket.once("data", () => socket.resetAndDestroy())
    return "handled"
}

export const hostileKinds: readonly HostileKind[] = [
    kind("is silent", "connect-timeout", 2, silent),
    kind("is slow", null, 2, slow),
    kind("resets each connection", "closed", 2, reset),
    kind("is gone", "connection-refused", 1, "gone"),
]

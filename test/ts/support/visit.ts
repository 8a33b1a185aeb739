// One connection through the core, from a request to the server's close.

import type { WarmhelloError } from "#warmhello/base/errors.js"
import type { Outcome } from "#warmhello/base/outcome.js"
import { Client, type ClientOptions } from "#warmhello/core/client.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"
import { SERVER_NAME, type sessionKinds } from "./tls-server.js"

type Kind = (typeof sessionKinds)[number]

/** What a client of this server and this kind of session is set to. */
export function clientOptions(server: { port: number; ca: Buffer }, kind?: Kind): ClientOptions {
    return {
        host: SERVER_NAME,
        port: server.port,
        ca: server.ca,
        minVersion: kind?.version ?? "1.2",
        maxVersion: kind?.version ?? "1.3",
        tickets: kind?.tickets ?? true,
    }
}

export interface Visit {
    outcome: Outcome | undefined
    /** TCP connections made. */
    attempts: number
    received: string
    error: WarmhelloError | undefined
}

export const REQUEST = "GET / HTTP/1.1\r\n\r\n"

/** Connects to 127.0.0.1 at the client's port, sends the request and waits for the end. Makes and frees the client. */
export async function visit(options: ClientOptions, request = REQUEST, connectTimeoutMs = 10_000): Promise<Visit> {
    using client = new Client(options)
    const socket = new TlsSocket(client, { host: "127.0.0.1", port: options.port, connectTimeoutMs })
    let received = ""
    socket.on("data", (bytes) => (received += bytes.toString("latin1")))
    const error = await new Promise<WarmhelloError | undefined>((done) => {
        socket.on("end", () => done(undefined))
        socket.on("error", done)
        socket.write(Buffer.from(request, "latin1"))
        socket.connect()
    })
    return { outcome: socket.outcome, attempts: socket.attempts, received, error }
}

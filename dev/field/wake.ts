// One wake of a device without an app: it connects, asks for a page, and closes.

import type { ErrorCode, WarmhelloError } from "../../ts/base/errors.js"
import type { Outcome } from "../../ts/base/outcome.js"
import { Client, type ClientOptions, type Policy } from "../../ts/core/client.js"
import { TlsSocket, type TlsSocketOptions } from "../../ts/core/tls-socket.js"
import { waitFor } from "../../ts/core/waiting.js"
import { BUILTIN_HOST } from "../../ts/sim/builtin-server.js"
import { type Device, devices } from "./columns.js"
import type { Site } from "./rows.js"

export interface BareWake {
    opened: boolean
    /** The server's answer came. */
    answered: boolean
    /** TCP connections that were tried. */
    attempts: number
    outcome: Outcome | undefined
    error: ErrorCode | undefined
}

/** What a device is set to that knows this server. */
export function clientOptions(site: Site, device: Device, policy: Policy): ClientOptions {
    const { minVersion, maxVersion, tickets } = devices[device]
    return {
        ...{ host: BUILTIN_HOST, port: site.port, ca: site.ca, minVersion, maxVersion, tickets, policy },
        ...(site.identity !== undefined && { identity: site.identity }),
    }
}

/** `path`: what it asks for. */
export async function bareWake(options: ClientOptions, server: TlsSocketOptions, path = "/"): Promise<BareWake> {
    using client = new Client(options)
    const socket = new TlsSocket(client, server)
    let answer = ""
    let error: WarmhelloError | undefined
    let opened = false
    socket.on("open", () => (opened = true))
    socket.on("data", (bytes) => {
        answer += bytes.toString("latin1")
        if (answer.includes("\r\n\r\n")) socket.close()
    })
    socket.on("error", (failure) => (error = failure))
    // An open connection has no limit, and a server that never answers would hold up all others.
    const stopWaiting = waitFor(2 * server.connectTimeoutMs, () => socket.close())
    await new Promise<void>((closed) => {
        socket.on("closed", () => setImmediate(closed)) // an error is told after it
        socket.write(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${BUILTIN_HOST}\r\n\r\n`))
        socket.connect()
    })
    stopWaiting()
    const { attempts, outcome } = socket
    return { opened, answered: /^HTTP\/1\.[01] 2/.test(answer), attempts, outcome, error: error?.code }
}

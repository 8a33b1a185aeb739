// What stands behind a server that only ends TLS: an HTTP server that keeps what it is sent.
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"

/** A request with all of its body. */
export interface BackendRequest {
    path: string
    body: string
    /** With `Early-Data: 1` (RFC 8470 5.1): it came before the server in front knew that it was no replay. */
    isEarly: boolean
}

export interface Backend extends Disposable {
    port: number
    /** All that have come, in order. */
    requests: readonly BackendRequest[]
}

/** `statusFor`: what it answers; 200 unless told. */
export async function startBackend(statusFor: (request: BackendRequest) => number = () => 200): Promise<Backend> {
    const requests: BackendRequest[] = []
    const server = createServer(async (request, response) => {
        const seen = {
            path: request.url ?? "",
            body: await text(request),
            isEarly: request.headers["early-data"] === "1",
        }
        requests.push(seen)
        response.writeHead(statusFor(seen)).end("served behind TLS\n")
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return {
        port: (server.address() as AddressInfo).port,
        requests,
        [Symbol.dispose]() {
            server.close()
            server.closeAllConnections()
        },
    }
}

// What stands behind a server that only ends TLS: an HTTP server of one answer.
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

export interface Backend extends Disposable {
    port: number
}

export async function startBackend(): Promise<Backend> {
    const server = createServer((_, response) => response.end("served behind TLS\n"))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return {
        port: (server.address() as AddressInfo).port,
        [Symbol.dispose]() {
            server.close()
            server.closeAllConnections()
        },
    }
}

// HTTP servers of the fleet: where they listen, and how they end.
import { createServer, type RequestListener, type Server } from "node:http"
import { type AddressInfo, isIPv4 } from "node:net"
import { WarmhelloError } from "../base/errors.js"

export interface Address {
    host: string
    port: number
}

export interface Listening extends AsyncDisposable {
    /** With the port that was free, where 0 was asked for. */
    address: Address
}

/** A device that goes silent in the middle of a request is not waited for. */
const REQUEST_MS = 30_000
/** Beyond these a connection is refused: each takes memory. */
const MOST_CONNECTIONS = 10_000

/** In small letters and digits, as browsers write it. */
function canonical(host: string): string {
    const url = `http://${host.includes(":") ? `[${host}]` : host}`
    return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$|\.$/g, "") : host
}

/** A name such as 127.example.com is no address: whoever owns it says where it leads. */
export function isLoopback(host: string): boolean {
    const name = canonical(host)
    return name === "localhost" || name === "::1" || (isIPv4(name) && name.startsWith("127."))
}

export const urlOf = ({ host, port }: Address): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}`

/** Throws `listen-failed`. */
export async function listen(address: Address, listener: RequestListener): Promise<Listening> {
    const server = createServer({ requestTimeout: REQUEST_MS }, listener)
    server.headersTimeout = REQUEST_MS
    server.maxConnections = MOST_CONNECTIONS
    await new Promise<void>((done, failed) => {
        server.once("error", (error) => {
            failed(
                new WarmhelloError("listen-failed", `cannot listen at ${urlOf(address)}: ${error.message}`, {
                    cause: error,
                }),
            )
        })
        server.listen(address.port, address.host, done)
    })
    const { port } = server.address() as AddressInfo
    return { address: { host: address.host, port }, [Symbol.asyncDispose]: () => end(server) }
}

async function end(server: Server): Promise<void> {
    const ended = new Promise<void>((done) => server.close(() => done()))
    server.closeAllConnections()
    await ended
}

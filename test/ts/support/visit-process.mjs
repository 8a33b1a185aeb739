// @ts-check
// A process that goes on with the board's state of another one: told the state and the client's
// options, it makes one connection and tells the outcome.
import { Client } from "#warmhello/core/client.js"
import { loadState } from "#warmhello/core/platform.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"

process.once(
    "message",
    /** @param {{state: Uint8Array, options: import("#warmhello/core/client.js").ClientOptions}} told */
    ({ state, options }) => {
        loadState(Buffer.from(state))
        const client = new Client({ ...options, ca: Buffer.from(options.ca) })
        const socket = new TlsSocket(client, { host: "127.0.0.1", port: options.port, connectTimeoutMs: 10_000 })
        const done = () => {
            process.send?.(socket.outcome)
            process.disconnect()
        }
        socket.on("end", done)
        socket.on("error", done)
        socket.write(Buffer.from("GET / HTTP/1.1\r\n\r\n"))
        socket.connect()
    },
)

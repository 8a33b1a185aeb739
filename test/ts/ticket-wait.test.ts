// A TLS 1.3 ticket comes after the handshake, so a connection that is closed at once may miss it.
import { once } from "node:events"
import net from "node:net"
import { beforeEach, expect, test } from "vitest"
import { Client } from "#warmhello/core/client.js"
import { losePower } from "#warmhello/core/platform.js"
import { TlsSocket } from "#warmhello/core/tls-socket.js"
import { startServer } from "./support/tls-server.js"
import { clientOptions } from "./support/visit.js"

beforeEach(losePower)

const tls13 = { minVersion: "1.3", maxVersion: "1.3" } as const

/** Longer than a goodbye takes to come back, and less than the core waits for it. */
const WAIT_MS = 400

/** A line to a server that can keep back what comes from it. */
class SlowLine implements Disposable {
    readonly #listener: net.Server
    #keeping: Buffer[] | undefined
    #toClient: net.Socket | undefined

    private constructor(serverPort: number) {
        this.#listener = net.createServer((client) => {
            const server = net.connect(serverPort, "127.0.0.1")
            this.#toClient = client
            client.pipe(server)
            server.on("data", (bytes) =>
                this.#keeping !== undefined ? this.#keeping.push(bytes) : client.write(bytes),
            )
            for (const side of [client, server]) side.on("error", () => {})
            server.on("end", () => client.end())
            client.on("close", () => server.destroy())
        })
    }

    static async to(serverPort: number): Promise<SlowLine> {
        const line = new SlowLine(serverPort)
        line.#listener.listen(0, "127.0.0.1")
        await once(line.#listener, "listening")
        return line
    }

    get port(): number {
        return (this.#listener.address() as net.AddressInfo).port
    }

    keepBack(): void {
        this.#keeping = []
    }

    letGo(): void {
        for (const bytes of this.#keeping ?? []) this.#toClient?.write(bytes)
        this.#keeping = undefined
    }

    [Symbol.dispose](): void {
        this.#listener.close()
    }
}

/** Opens a connection whose tickets are kept back on the way. */
async function openWithoutTicket(client: Client, line: SlowLine): Promise<TlsSocket> {
    line.letGo()
    const socket = new TlsSocket(client, { host: "127.0.0.1", port: line.port, connectTimeoutMs: 10_000 })
    socket.on("open", () => line.keepBack())
    socket.connect()
    await once(socket, "open")
    return socket
}

test("a ticket that is on its way is waited for, and the next connect resumes", async () => {
    await using server = await startServer()
    using line = await SlowLine.to(server.port)
    using client = new Client({ ...clientOptions(server), ...tls13, policy: { ticketWaitMs: 10_000 } })
    const socket = await openWithoutTicket(client, line)
    const heard: string[] = []
    socket.on("data", () => heard.push("data"))
    socket.on("end", () => heard.push("end"))
    socket.close()
    expect(socket.write(Buffer.from("late"))).toBe(false)
    const closed = once(socket, "closed")
    line.letGo()
    await closed
    expect(heard).toEqual([])
    expect(socket.outcome).toMatchObject({ result: "full", stored: "rtc", storeError: null })
    using later = new Client({ ...clientOptions(server), ...tls13, policy: { ticketWaitMs: 0 } })
    const next = await openWithoutTicket(later, line)
    expect(next.outcome).toMatchObject({ result: "resumed" })
    await closeTakesMs(next)
})

/** How long that takes, the server's own goodbye included. */
async function closeTakesMs(socket: TlsSocket): Promise<number> {
    const started = performance.now()
    socket.close()
    await once(socket, "closed")
    return performance.now() - started
}

test("a ticket that does not come is waited for once, and no longer than set", async () => {
    await using server = await startServer()
    using line = await SlowLine.to(server.port)
    using client = new Client({ ...clientOptions(server), ...tls13, policy: { ticketWaitMs: WAIT_MS } })
    const first = await openWithoutTicket(client, line)
    const firstMs = await closeTakesMs(first)
    expect(firstMs).toBeGreaterThanOrEqual(WAIT_MS)
    expect(firstMs).toBeLessThan(2 * WAIT_MS)
    expect(first.outcome).toMatchObject({ stored: null, storeError: "not-resumable" })
    const second = await openWithoutTicket(client, line)
    expect(await closeTakesMs(second)).toBeLessThan(WAIT_MS)
})

test("nothing is waited for when the setting says so, nor in TLS 1.2", async () => {
    await using server = await startServer()
    using line = await SlowLine.to(server.port)
    for (const options of [
        { ...tls13, policy: { ticketWaitMs: 0 } },
        { minVersion: "1.2", maxVersion: "1.2" } as const,
    ]) {
        using client = new Client({ ...clientOptions(server), ...options })
        const socket = await openWithoutTicket(client, line)
        expect(await closeTakesMs(socket)).toBeLessThan(WAIT_MS)
    }
})

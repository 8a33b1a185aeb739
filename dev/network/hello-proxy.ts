// A TCP proxy that reads the ClientHello and then decides: servers, and boxes on the way to them, that cannot bear one
// that offers a session, and networks that are lost in a handshake.
import type net from "node:net"
import { firstRecordSize, offersSession } from "./client-hello.js"
import { receiverReads, reset } from "./fault-proxy.js"
import { ProxyListener } from "./proxy-listener.js"

/** What becomes of a connection. */
export type Treatment =
    /** It goes on to the server. */
    | "pass"
    /** The answer to the ClientHello is a fatal alert, an end, a reset, or nothing. */
    | "alert"
    | "fin"
    | "rst"
    | "silence"
    /** The server's first record comes, its ServerHello, and nothing behind it. */
    | "stall"
    /** Half of that record comes, and a reset. */
    | "break"

/** Chosen by whether the ClientHello offers a session. */
export type Decision = (offersSession: boolean) => Treatment

/** A fatal handshake_failure. */
const ALERT = Buffer.from([21, 3, 3, 0, 2, 2, 40])

/** What has come when the first record is whole, and that record's size. Undefined when the connection ends before. */
function readRecord(socket: net.Socket): Promise<{ bytes: Buffer; size: number } | undefined> {
    return new Promise((done) => {
        let bytes = Buffer.alloc(0)
        const take = (chunk: Buffer): void => {
            bytes = Buffer.concat([bytes, chunk])
            const size = firstRecordSize(bytes)
            if (size === undefined) return
            socket.off("data", take).pause()
            done({ bytes, size })
        }
        socket.on("data", take)
        for (const event of ["end", "close"]) socket.once(event, () => done(undefined))
    })
}

/** Says no more to this client, and goes when it does. */
function waitForEnd(client: net.Socket): void {
    client.resume() // or its end would not be seen
    client.once("end", () => client.end())
}

export class HelloProxy extends ProxyListener {
    readonly #targetPort: number
    /** Where those come from to whom nothing more is said, as long as they stay. */
    readonly #mute = new Set<number>()
    /** Everything passes unless told. */
    decide: Decision = () => "pass"

    private constructor(targetPort: number) {
        super((client) => void this.#accept(client))
        this.#targetPort = targetPort
    }

    /** Listens on a free port of 127.0.0.1. */
    static async start(targetPort: number): Promise<HelloProxy> {
        const proxy = new HelloProxy(targetPort)
        await proxy.listen()
        return proxy
    }

    /** Nothing more comes on the connection from this port, and nothing says so. */
    isMute(clientPort: number): boolean {
        return this.#mute.has(clientPort)
    }

    #silence(client: net.Socket): void {
        const port = client.remotePort
        if (port === undefined) return // it has gone
        this.#mute.add(port)
        client.once("close", () => this.#mute.delete(port))
    }

    async #accept(client: net.Socket): Promise<void> {
        const hello = await readRecord(client)
        if (hello === undefined) {
            client.destroy()
            return
        }
        const treatment = this.decide(offersSession(hello.bytes.subarray(0, hello.size)))
        if (treatment === "pass" || treatment === "stall" || treatment === "break") {
            await this.#pass(client, hello.bytes, treatment)
        } else if (treatment === "rst") {
            reset(client)
        } else {
            waitForEnd(client)
            if (treatment === "alert") client.write(ALERT)
            if (treatment === "silence") this.#silence(client)
            else client.end()
        }
    }

    async #pass(client: net.Socket, hello: Buffer, treatment: "pass" | "stall" | "break"): Promise<void> {
        const server = this.connect(this.#targetPort)
        client.once("close", () => server.destroy())
        server.once("error", () => reset(client))
        server.write(hello)
        if (treatment === "pass") {
            client.pipe(server)
            server.pipe(client)
            return
        }
        waitForEnd(client)
        const answer = await readRecord(server)
        if (answer !== undefined) {
            client.write(answer.bytes.subarray(0, treatment === "stall" ? answer.size : answer.size / 2))
        }
        await receiverReads()
        if (treatment === "stall" || answer === undefined) {
            this.#silence(client)
            return
        }
        reset(client)
    }
}

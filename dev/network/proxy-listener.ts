// The ground of a proxy: where clients come in, and an end to all that was begun.
import { once } from "node:events"
import net from "node:net"

export abstract class ProxyListener implements Disposable {
    readonly #server: net.Server
    readonly #sockets = new Set<net.Socket>()

    constructor(accept: (client: net.Socket) => void) {
        this.#server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => accept(this.#own(client)))
    }

    /** On a free port of 127.0.0.1. */
    protected async listen(): Promise<void> {
        this.#server.listen(0, "127.0.0.1")
        await once(this.#server, "listening")
    }

    get port(): number {
        const address = this.#server.address()
        if (address === null || typeof address === "string") throw new Error("the proxy does not listen")
        return address.port
    }

    /** On to a server on this machine. */
    protected connect(port: number): net.Socket {
        return this.#own(net.connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true }))
    }

    #own(socket: net.Socket): net.Socket {
        this.#sockets.add(socket)
        socket.on("error", () => {}) // what follows is its close
        socket.on("close", () => this.#sockets.delete(socket))
        return socket
    }

    [Symbol.dispose](): void {
        this.#server.close()
        for (const socket of this.#sockets) socket.destroy()
    }
}

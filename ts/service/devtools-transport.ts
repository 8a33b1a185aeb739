// The bus of `devs devtools`, joined over its TCP port: frames with a byte for their length.
import net from "node:net"
import { FRAME_SEND_DISCONNECT, Transport } from "jacdac-ts"

const DEVTOOLS_PORT = 8082

/** How long to wait before it is looked for again, in milliseconds. */
const RETRY_MS = 1000

export class DevtoolsTransport extends Transport {
    readonly #port: number
    #tcp: net.Socket | undefined
    #lastTry = Number.NEGATIVE_INFINITY

    constructor(port = DEVTOOLS_PORT) {
        super("devtools")
        this.#port = port
        // The bus announces itself twice a second, which shows that there is nobody yet.
        this.on(FRAME_SEND_DISCONNECT, () => this.#tryAgain())
    }

    protected override transportConnectAsync(): Promise<void> {
        this.#lastTry = performance.now()
        return new Promise((connected, failed) => {
            const tcp = net.connect({ port: this.#port, host: "127.0.0.1", noDelay: true }, connected)
            this.#tcp = tcp
            let arrived: Buffer = Buffer.alloc(0)
            tcp.on("data", (bytes) => {
                arrived = this.#takeFrames(Buffer.concat([arrived, bytes]))
            })
            tcp.on("error", failed)
            tcp.on("close", () => void this.disconnect(true))
        })
    }

    protected override transportSendPacketAsync(frame: Uint8Array): Promise<void> {
        this.#tcp?.write(Buffer.concat([Buffer.from([frame.length]), frame]))
        return Promise.resolve()
    }

    protected override transportDisconnectAsync(): Promise<void> {
        this.#tcp?.destroy()
        this.#tcp = undefined
        return Promise.resolve()
    }

    /** Hands on the frames that are whole and returns the rest. */
    #takeFrames(bytes: Buffer): Buffer {
        let rest = bytes
        for (let end = 1 + (rest[0] ?? 0); rest.length > 0 && rest.length >= end; end = 1 + (rest[0] ?? 0)) {
            this.handleFrame(Uint8Array.from(rest.subarray(1, end)))
            rest = rest.subarray(end)
        }
        return rest
    }

    #tryAgain(): void {
        if (this.connecting || performance.now() - this.#lastTry < RETRY_MS) return
        void this.connect(true)
    }
}

import { coreError, WarmhelloError } from "../errors.js"
import { errorWord, native } from "./library.js"

export type TlsVersion = "1.2" | "1.3"

export interface ClientOptions {
    /** Name or IP address that the server's certificate must carry. */
    host: string
    port: number
    /** CA certificates as PEM. */
    ca: Buffer
    /** Lowest and highest protocol version to speak. */
    minVersion: TlsVersion
    maxVersion: TlsVersion
    /** Accept tickets; without them only TLS 1.2 session IDs resume. */
    tickets: boolean
}

/** wh_protocol of outcome.h */
const nativeVersion = { "1.2": 1, "1.3": 2 } as const

/** A configured TLS client (firmware/core/include/warmhello/client.h). Dispose it after its connections. */
export class Client implements Disposable {
    #handle: unknown

    /** Throws a WarmhelloError: `ca-unreadable`, `argument` or `memory`. */
    constructor(options: ClientOptions) {
        const error = [0]
        this.#handle = native().clientNew(
            options.host,
            options.port,
            options.ca,
            options.ca.length,
            nativeVersion[options.minVersion],
            nativeVersion[options.maxVersion],
            options.tickets ? 1 : 0,
            error,
        )
        if (!this.#handle) throw coreError(errorWord(error[0] ?? 0))
    }

    /** The native object, for Connection. */
    get handle(): unknown {
        if (!this.#handle) throw new WarmhelloError("use-after-dispose", "this client was disposed of")
        return this.#handle
    }

    [Symbol.dispose](): void {
        if (this.#handle) native().clientFree(this.#handle)
        this.#handle = null
    }
}

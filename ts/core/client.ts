import type { CoreErrorWord } from "../base/core-codes.js"
import { coreError, WarmhelloError } from "../base/errors.js"
import type { ClientOptions } from "./config.js"
import { checkFile, refusalError } from "./credentials.js"
import { errorWord, native } from "./library.js"
import { nativeConfig } from "./native-config.js"
import type { Service } from "./service.js"

export type { ClientOptions, Policy } from "./config.js"
export type { TlsVersion } from "./kinds.js"

export interface CaCount {
    given: number
    /** Within their dates now. */
    usable: number
    /** Of these, how many end within 60 days. */
    ending: number
}

/** Why no client could be made: of a file by what it is and where it is damaged. */
function refusal(word: CoreErrorWord, { ca, identity }: ClientOptions): WarmhelloError {
    const ofFile = () => {
        switch (word) {
            case "ca-unreadable":
                return checkFile("ca", "the CA", ca)
            case "certificate-unreadable":
                return identity && checkFile("certificate", "the client certificate", identity.certificate)
            case "key-unreadable":
            case "key-encrypted":
                return identity && checkFile("key", "the client key", identity.key)
            default:
                return undefined
        }
    }
    const refused = ofFile()
    return refused?.code === word ? refusalError(refused) : coreError(word)
}

/** A configured TLS client (firmware/core/include/warmhello/client.h). Dispose it after its connects. */
export class Client implements Disposable {
    #handle: unknown

    /** With a service, its settings come on top of the options.
     *
     * Throws a WarmhelloError: `host-unusable`, `ca-unreadable`, `certificate-unreadable`, `key-unreadable`, `key-encrypted`,
     * `key-mismatch`, `alpn-unusable`, `argument` or `memory`. */
    constructor(options: ClientOptions, service?: Service) {
        const error = [0]
        const config = nativeConfig(options)
        const unusable: number = native().clientCheck(config) // a board finds out in its first full handshake
        if (unusable !== 0) throw refusal(errorWord(unusable), options)
        this.#handle =
            service === undefined
                ? native().clientNew(config, error)
                : native().serviceClientNew(service.handle, config, error)
        if (!this.#handle) throw refusal(errorWord(error[0] ?? 0), options)
    }

    /** The native object, for CoreConnect. */
    get handle(): unknown {
        if (!this.#handle) throw new WarmhelloError("use-after-dispose", "this client was disposed of")
        return this.#handle
    }

    /** The CAs by their dates. */
    get cas(): CaCount {
        const usable = [0]
        const ending = [0]
        const given: number = native().clientCas(this.handle, usable, ending)
        return { given, usable: usable[0] ?? 0, ending: ending[0] ?? 0 }
    }

    [Symbol.dispose](): void {
        if (this.#handle) native().clientFree(this.#handle)
        this.#handle = null
    }
}

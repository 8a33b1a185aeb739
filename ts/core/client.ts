import { coreError, WarmhelloError } from "../errors.js"
import { checkFile, refusalError } from "./credentials.js"
import { errorWord, native } from "./library.js"
import type { Service } from "./service.js"
import type { CoreErrorWord } from "./words.js"

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
    /** This device's certificate chain, leaf first, and its private key, as PEM, for servers that ask for them. */
    identity?: { certificate: Buffer; key: Buffer } | undefined
    /** Application protocols to ask for (ALPN), comma-separated, best first. */
    alpn?: string | undefined
    /** Accept tickets; without them only TLS 1.2 session IDs resume. */
    tickets: boolean
    policy?: Policy | undefined
}

/** wh_policy of policy.h; what is left out has the default given there. */
export interface Policy {
    /** Never offer a session. */
    disabled?: boolean
    /** How long after the last full handshake a session may be offered, in seconds. */
    maxAuthenticatedS?: number
    /** How long to wait for a ticket before a connection is closed, in milliseconds; 0 for not at all. */
    ticketWaitMs?: number
    /** Upper bound of an outcome's `backoffS`, in seconds. */
    backoffMaxS?: number
    /** Of all peers this one keeps its session. */
    pinned?: boolean
}

/** WH_TICKET_WAIT_NONE of policy.h */
const NO_TICKET_WAIT = 2 ** 32 - 1

function nativePolicy(policy: Policy) {
    const { disabled = false, maxAuthenticatedS = 0, ticketWaitMs, backoffMaxS = 0, pinned = false } = policy
    return {
        disabled,
        max_authenticated_s: maxAuthenticatedS,
        ticket_wait_ms: ticketWaitMs === 0 ? NO_TICKET_WAIT : (ticketWaitMs ?? 0),
        backoff_max_s: backoffMaxS,
        pinned,
    }
}

/** wh_protocol of outcome.h */
const nativeVersion = { "1.2": 1, "1.3": 2 } as const

/** An empty file is a file: koffi makes NULL of a buffer without bytes. */
const bytesOf = (file: Buffer): Buffer => (file.length > 0 ? file : Buffer.alloc(1))

/** wh_client_config of client.h */
export function nativeConfig(options: ClientOptions) {
    const { host, port, ca, identity, tickets } = options
    return {
        host,
        port,
        ca: bytesOf(ca),
        ca_size: ca.length,
        min_version: nativeVersion[options.minVersion],
        max_version: nativeVersion[options.maxVersion],
        certificate: identity ? bytesOf(identity.certificate) : null,
        certificate_size: identity?.certificate.length ?? 0,
        key: identity ? bytesOf(identity.key) : null,
        key_size: identity?.key.length ?? 0,
        alpn: options.alpn ?? null,
        tickets,
        policy: nativePolicy(options.policy ?? {}),
    }
}

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
        const unusable: number = native().clientCheck(config) // a board finds out when a handshake goes in full
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

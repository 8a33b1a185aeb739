// The built-in TLS server: Node's tls, that is OpenSSL, in a process of its own.
import { type ChildProcess, fork } from "node:child_process"
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import type { PreSharedKey } from "../core/config.js"
import { plausibleNowMs } from "../core/platform.js"
import { type CertificateAuthority, createCertificateAuthority } from "./certificates.js"
import type { TimeSkip } from "./time-skip.js"

/** The name that the sample apps dial; reserved for testing by RFC 2606. */
export const BUILTIN_HOST = "warmhello.test"

const serverConfigSchema = z.object({
    certificate: z.string(),
    key: z.string(),
    /** How long the server remembers a session, in seconds. */
    sessionLifetimeS: z.int(),
    /** Keep sessions in the server instead of in tickets: TLS 1.2 then uses session IDs. In TLS 1.3 it is the
     * only way to a new ticket on each resumption: for a ticket that holds the session, Node sends no successor. */
    stateful: z.boolean(),
    /** Forget a kept session when it is resumed, as servers with protection against replay do. */
    singleUse: z.boolean(),
    minVersion: z.enum(["TLSv1.2", "TLSv1.3"]),
    maxVersion: z.enum(["TLSv1.2", "TLSv1.3"]),
    /** Groups that it accepts, by OpenSSL's names, colons between them; "auto" for its own choice. */
    groups: z.string(),
    /** False: TLS 1.2 as it was before RFC 7627. */
    extendedMasterSecret: z.boolean(),
    /** PEM of the CA whose certificates it asks clients for, and goes on without; empty: it asks for none. */
    clientCa: z.string(),
    /** Pre-shared keys by their identities, in hexadecimal digits; without any, it knows nothing of them. */
    psks: z.record(z.string(), z.string()),
})
export type ServerConfig = z.infer<typeof serverConfigSchema>

/** Nothing unusual. */
export const plainConfig = {
    ...{ singleUse: false, minVersion: "TLSv1.2", maxVersion: "TLSv1.3", groups: "auto" },
    ...{ extendedMasterSecret: true, clientCa: "", psks: {} },
} as const satisfies Partial<ServerConfig>

/** What the server's process is told. To serve again is to restart on the same port: no session and no ticket of
 * before is known any more. To renew is to go on with another certificate: all of them stay known. */
export const serverOrderSchema = z.discriminatedUnion("type", [
    z.object({ type: z.literal("serve"), config: serverConfigSchema }),
    z.object({ type: z.literal("renew"), config: serverConfigSchema }),
    z.object({ type: z.literal("sync") }),
])

/** What the server's process tells. */
const serverMessageSchema = z.discriminatedUnion("type", [
    z.object({ type: z.literal("listening"), port: z.int() }),
    z.object({ type: z.literal("synced") }),
    /** A request with all of its body has come. */
    z.object({ type: z.literal("request"), path: z.string() }),
    z.object({ type: z.literal("connection"), remotePort: z.int(), resumed: z.boolean() }),
])
export type ServerMessage = z.infer<typeof serverMessageSchema>

const DAY_MS = 24 * 60 * 60 * 1000

/** As public authorities issue certificates, and as their clients renew them. */
const CERTIFICATE_DAYS = 90
const RENEWED_BEFORE_END_DAYS = 30

const NAMES = [BUILTIN_HOST, "localhost", "127.0.0.1"]

interface Identity {
    certificate: string
    key: string
    renewFromMs: number
}

async function issueFor(authority: CertificateAuthority, nowMs: number): Promise<Identity> {
    const endMs = nowMs + CERTIFICATE_DAYS * DAY_MS
    const issued = await authority.issue({
        names: NAMES,
        notBefore: new Date(nowMs - DAY_MS),
        notAfter: new Date(endMs),
    })
    return { ...issued, renewFromMs: endMs - RENEWED_BEFORE_END_DAYS * DAY_MS }
}

export interface BuiltinServerOptions {
    sessionLifetimeS: number
    /** Keep sessions in the server instead of in tickets. */
    stateful: boolean
    /** The clock that the server shall live on; the real one without it. */
    timeSkip: TimeSkip | undefined
    /** The device's pre-shared key, which this server then knows. */
    psk?: PreSharedKey | undefined
}

const clockOf = (timeSkip: TimeSkip | undefined): number => plausibleNowMs() + (timeSkip?.skippedMs ?? 0)

export class BuiltinServer implements Disposable {
    readonly #process: ChildProcess
    readonly #timeSkip: TimeSkip | undefined
    readonly #resumed = new Map<number, boolean>()
    readonly #waiting = new Map<number, (resumed: boolean) => void>()
    #authority: CertificateAuthority
    #config: ServerConfig
    #renewFromMs: number
    #synced: (() => void)[] = []
    readonly #requests: string[] = []

    private constructor(
        process: ChildProcess,
        readonly port: number,
        timeSkip: TimeSkip | undefined,
        authority: CertificateAuthority,
        config: ServerConfig,
        renewFromMs: number,
    ) {
        this.#process = process
        this.#timeSkip = timeSkip
        this.#authority = authority
        this.#config = config
        this.#renewFromMs = renewFromMs
        process.on("message", (message) => this.#received(serverMessageSchema.parse(message)))
    }

    static async start({ sessionLifetimeS, stateful, timeSkip, psk }: BuiltinServerOptions): Promise<BuiltinServer> {
        const authority = await createCertificateAuthority()
        const { renewFromMs, ...identity } = await issueFor(authority, clockOf(timeSkip))
        const child = fork(new URL("./builtin-server-process.js", import.meta.url), {
            env: { ...process.env, ...timeSkip?.environment },
            execArgv: [],
            stdio: ["ignore", "ignore", "inherit", "ipc"],
        })
        const config: ServerConfig = {
            ...identity,
            ...{ sessionLifetimeS, stateful },
            ...plainConfig,
            psks: psk === undefined ? {} : { [psk.identity]: psk.key.toString("hex") },
        }
        child.send({ type: "serve", config })
        const port = await new Promise<number>((listening, failed) => {
            child.once("message", (message) => {
                const first = serverMessageSchema.parse(message)
                if (first.type === "listening") listening(first.port)
            })
            child.once("error", failed)
            child.once("exit", () => failed(new WarmhelloError("server-failed", "the built-in server ended at once")))
        })
        return new BuiltinServer(child, port, timeSkip, authority, config, renewFromMs)
    }

    /** PEM of the CA that signed its certificate. */
    get ca(): Buffer {
        return Buffer.from(this.#authority.certificate)
    }

    /** Restarts the server on its port, with these settings changed. */
    restart(settings: Partial<ServerConfig> = {}): Promise<void> {
        return this.#order("serve", settings)
    }

    /** Restarts it with a certificate of another authority. */
    async changeAuthority(): Promise<void> {
        this.#authority = await createCertificateAuthority()
        await this.#issue("serve")
    }

    /** Restarts it with another certificate of the same authority. */
    restartWithNewCertificate(): Promise<void> {
        return this.#issue("serve")
    }

    /** Goes on with another certificate of the same authority; all sessions stay known. */
    renewCertificate(): Promise<void> {
        return this.#issue("renew")
    }

    /** Renews its certificate if that is due by its own clock, in which months may have been skipped. */
    async renewWhenDue(): Promise<void> {
        if (clockOf(this.#timeSkip) >= this.#renewFromMs) await this.#issue("renew")
    }

    async #issue(order: "serve" | "renew"): Promise<void> {
        const { renewFromMs, ...identity } = await issueFor(this.#authority, clockOf(this.#timeSkip))
        this.#renewFromMs = renewFromMs
        await this.#order(order, identity)
    }

    #order(type: "serve" | "renew", settings: Partial<ServerConfig>): Promise<void> {
        this.#config = { ...this.#config, ...settings }
        this.#process.send({ type, config: this.#config })
        return this.#sync()
    }

    /** The paths of the whole requests that have come since this was asked last. */
    async takeRequests(): Promise<string[]> {
        await this.#sync()
        return this.#requests.splice(0)
    }

    /** Waits until the server has done, and told, all that was before. */
    #sync(): Promise<void> {
        this.#process.send({ type: "sync" })
        return new Promise((synced) => this.#synced.push(synced))
    }

    /** Whether the server resumed the connection that came from `clientPort`. Waits until it has said so. */
    async saysResumed(clientPort: number): Promise<boolean> {
        const known = this.#resumed.get(clientPort)
        this.#resumed.delete(clientPort) // ports are used again
        return known ?? new Promise((told) => this.#waiting.set(clientPort, told))
    }

    #received(message: ServerMessage): void {
        if (message.type === "request") this.#requests.push(message.path)
        if (message.type === "synced") this.#synced.shift()?.()
        if (message.type !== "connection") return
        const waiting = this.#waiting.get(message.remotePort)
        this.#waiting.delete(message.remotePort)
        if (waiting === undefined) this.#resumed.set(message.remotePort, message.resumed)
        else waiting(message.resumed)
    }

    [Symbol.dispose](): void {
        this.#process.removeAllListeners()
        this.#process.kill()
    }
}

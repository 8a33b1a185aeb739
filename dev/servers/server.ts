// What all servers under test have in common: an unmodified program on loopback, with a folder, a certificate and a port of its own, whose life ends with the test's.

import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { TemporaryFolder } from "../../ts/base/temporary.js"
import type { PreSharedKey } from "../../ts/core/config.js"
import type { ServerCertificate } from "../../ts/sim/certificates.js"
import type { Carried } from "../network/fault-proxy.js"
import type { Known } from "./cases.js"
import type { Exchange, Visit } from "./exchange.js"
import { findProgram, Program } from "./program.js"

export type Group = "x25519" | "secp256r1"

/** What every server can be told. */
export interface ServerOptions {
    identity: ServerCertificate
    /** The only group that it accepts; its own choice without. */
    group?: Group
    /** Asked at each start: whether it speaks TLS 1.3 beside TLS 1.2; yes, unless told. */
    hasTls13?: () => boolean
    /** PEM of the CA that clients must have a certificate from. */
    clientCa?: string
    /** False: it hands out no ticket and keeps the sessions itself: IDs in TLS 1.2, and in 1.3 what it can. */
    tickets?: boolean
    /** For how long it knows a session, and says so where it says it. */
    lifetimeS?: number
    /** True: it takes AES-256 with SHA-384 and no other cipher suite, as some policies want it. */
    sha384Alone?: boolean
    /** What else its environment holds. */
    environment?: Record<string, string>
    /** Asked at each start: so many bytes of early data it takes (RFC 8446 4.2.10); 0 and without: none. */
    earlyDataMax?: () => number
}

/** What servers with external pre-shared keys can be told beside. */
export interface PskServerOptions extends ServerOptions {
    /** The one that it knows. */
    psk?: PreSharedKey
    /** True: it has no certificate, so that it takes nobody without that key. */
    pskAlone?: boolean
}

/** Writes the key into a file of keys, as mosquitto and GnuTLS read it, and returns its path. */
export function pskFile({ folder }: Files, { identity, key }: PreSharedKey): string {
    const path = join(folder, "psk.txt")
    writeFileSync(path, `${identity}:${key.toString("hex")}\n`)
    return path
}

/** What a server program may be unable to do: kinds of session, and what the matrix asks of it. */
type Lack = "id" | "ticket" | "psk" | "lifetime" | "client-certificate" | "says"

/** A server program as the interop matrix knows it. */
export interface ServerKind {
    name: string
    /** As the program itself tells it. */
    version(): Promise<string>
    /** Why it is not here, with the command that installs it; undefined where it can run. */
    missing(): string | undefined
    /** What it cannot be made to do, and why: a sentence. */
    cannot: Partial<Record<Lack, string>>
    /** Of what it can: where a cell of the matrix is otherwise than one would expect. */
    known?: readonly Known[]
    start(options: ServerOptions): Promise<Server>
}

/** By OpenSSL's names, for servers on OpenSSL that take those alone. */
export const sha384Suites = {
    tls12: "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
    tls13: "TLS_AES_256_GCM_SHA384",
}

/** One connection, as the test has seen it. */
export interface Seen {
    visit: Visit
    wire: Carried
}

/** Where a server's files are. */
export interface Files {
    folder: string
    certificate: string
    key: string
    /** Empty without client certificates. */
    clientCa: string
}

/** How to run one server program. */
export interface Recipe {
    program: string
    /** The line that it prints once it listens. */
    ready: RegExp
    /** Application data that it answers, and how that answer looks. */
    exchange: Exchange
    isAnswer(reply: Buffer): boolean
    /** Its arguments, after any file that they name has been written. */
    prepare(files: Files, port: number): string[]
    environment?(files: Files, port: number): Record<string, string>
    /** For a program that listens before it is ready: what there is to wait for. */
    settle?(port: number): Promise<void>
    /** What the server itself says about a connection, in words of its own; undefined if it has none. */
    saysResumed?(seen: Seen, program: Program): Promise<boolean>
    /** What it stands in front of, which ends with it. */
    behind?: Disposable
    /** For a program that ends with its input. */
    input?: "endless"
}

export const isHttpOk = (reply: Buffer): boolean => /^HTTP\/1\.[01] 200 /.test(reply.toString("latin1"))

/** What a server says in its answer: whether the pattern's group is this word. */
export function answerSays(pattern: RegExp, resumed: string): (seen: Seen) => Promise<boolean> {
    return async ({ visit }) => {
        const [, said] = pattern.exec(visit.reply.toString("latin1")) ?? []
        if (said === undefined) throw new Error(`the server did not say: ${visit.reply.toString("latin1")}`)
        return said === resumed
    }
}

/** Below the ports that Linux gives to outgoing connections, so that none of those takes one between a stop and
 * a restart. */
const PORTS = { from: 20000, count: 12000 }
const ATTEMPTS = 20

export class Server implements Disposable {
    readonly #recipe: Recipe
    readonly #environment: Record<string, string>
    readonly #folder = new TemporaryFolder("server")
    readonly #files: Files
    #program: Program | undefined
    #port = 0

    private constructor(recipe: Recipe, options: ServerOptions) {
        this.#recipe = recipe
        this.#environment = options.environment ?? {}
        this.#files = {
            folder: this.#folder.path,
            certificate: this.#folder.write("certificate.pem", options.identity.certificate),
            key: this.#folder.write("key.pem", options.identity.key),
            clientCa: options.clientCa === undefined ? "" : this.#folder.write("client-ca.pem", options.clientCa),
        }
    }

    /** Starts on a free port of 127.0.0.1; when somebody else has taken it meanwhile, on another. */
    static async start(recipe: Recipe, options: ServerOptions): Promise<Server> {
        const server = new Server(recipe, options)
        try {
            await server.#startSomewhere()
            return server
        } catch (error) {
            server[Symbol.dispose]()
            throw error
        }
    }

    get port(): number {
        return this.#port
    }

    /** Of its one process; it has none when it does not run. */
    get processId(): number {
        return this.#program?.processId ?? Number.NaN
    }

    /** Its folder, for files that it serves or receives. */
    get folder(): string {
        return this.#folder.path
    }

    get exchange(): Exchange {
        return this.#recipe.exchange
    }

    /** Whether this is the right answer to its exchange. */
    isAnswer(reply: Buffer): boolean {
        return this.#recipe.isAnswer(reply)
    }

    /** Undefined for a server that does not tell. */
    async saysResumed(seen: Seen): Promise<boolean | undefined> {
        return this.#program === undefined ? undefined : this.#recipe.saysResumed?.(seen, this.#program)
    }

    /** Waits for a line that the server prints. */
    async line(pattern: RegExp): Promise<string> {
        if (this.#program === undefined) throw new Error("the server does not run")
        return this.#program.line(pattern)
    }

    /** Waits until something is found among all lines that it has printed since it was started; `what` is for the
     * message. */
    async find<T>(what: string, find: (lines: readonly string[]) => T | undefined): Promise<T> {
        if (this.#program === undefined) throw new Error("the server does not run")
        return this.#program.find(what, find)
    }

    /** On the same port with new ticket keys and no memory of sessions: each of these programs makes its keys
     * when it starts. */
    async restart(): Promise<void> {
        await this.#program?.stop()
        await this.#run()
    }

    async #startSomewhere(): Promise<void> {
        for (let attempt = 1; ; attempt++) {
            this.#port = PORTS.from + Math.floor(Math.random() * PORTS.count)
            try {
                return await this.#run()
            } catch (error) {
                await this.#program?.stop()
                if (attempt === ATTEMPTS || !/in use|eaddrinuse/.test(String(error))) throw error
            }
        }
    }

    async #run(): Promise<void> {
        this.#program = new Program(
            findProgram(this.#recipe.program),
            this.#recipe.prepare(this.#files, this.#port),
            { ...this.#environment, ...this.#recipe.environment?.(this.#files, this.#port) },
            this.folder,
            this.#recipe.input,
        )
        await this.#program.line(this.#recipe.ready)
        await this.#recipe.settle?.(this.#port)
    }

    [Symbol.dispose](): void {
        this.#program?.[Symbol.dispose]()
        this.#recipe.behind?.[Symbol.dispose]()
        this.#folder[Symbol.dispose]()
    }
}

// An ESP-IDF app on the desk: test/esp_tls/app.c, one process for each wake, with what survives it in a folder.
import { execFile } from "node:child_process"
import { httpGet } from "#dev/servers/exchange.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { TemporaryFolder } from "#warmhello/base/temporary.js"

/** Under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer. */
const PROGRAM = checkoutPath("build/asan/esp_tls/esp_tls_app")

/** Of esp_tls_errors.h and esp_err.h. */
export const espErrors = {
    none: 0,
    noMemory: 0x101,
    invalidArgument: 0x102,
    invalidState: 0x103,
    notSupported: 0x106,
    cannotResolve: 0x8001,
    failedConnect: 0x8004,
    timeout: 0x8006,
    hostname: 0x8012,
    alpn: 0x8014,
    certificateUnreadable: 0x8015,
    ownCertificate: 0x8016,
    setup: 0x8017,
    keyUnreadable: 0x8019,
    handshake: 0x801a,
    psk: 0x801b,
    read: 0x801d,
} as const

/** One connection, as the app has seen it. */
export interface Connection {
    /** Of esp_tls_conn_new_sync() or _async(): 1, -1, or 0 where it was deleted before its end. */
    result: number
    /** What ended reading: 0, or an error; 1: there was enough. */
    ended: number
    /** Of esp_tls_get_and_clear_last_error(). */
    last: number
    code: number
    flags: number
    /** How often esp_tls has asked the stack to go on. */
    rounds: number
    /** Of esp_tls_conn_destroy(). */
    destroyed: number
    /** Descriptors that are open after it and were not before. */
    leaked: number
    /** esp_tls_get_ssl_context() gives what knows the protocol. */
    knows: boolean
    /** There is a client session to be had. */
    session: boolean
    outcome: Record<string, unknown> | null
    /** Of wh_outcome_text(). */
    compact: string
    reply: string
}

export interface Wake {
    connections: Connection[]
    /** What esp_tls_set_global_ca_store() and esp_crt_bundle_set() returned. */
    set: Record<string, number>[]
    log: string
    tookMs: number
}

export interface AppOptions {
    port: number
    /** PEM or DER, as `cacert_buf`. */
    ca?: string | Buffer
    /** With ESP-IDF's certificate bundle in it. */
    hasBundle?: boolean
    args?: string[]
}

export class App implements Disposable {
    readonly #folder = new TemporaryFolder("esp-tls")
    readonly #program: string
    readonly #args: string[]

    constructor({ port, ca, hasBundle = false, args = [] }: AppOptions) {
        this.#program = hasBundle ? `${PROGRAM}_bundle` : PROGRAM
        this.#args = ["--state", this.#folder.path, "--port", String(port), ...args]
        if (ca !== undefined) this.#args.push("--ca", this.file("ca", ca))
    }

    /** Puts a file beside the app's. */
    file(name: string, contents: string | Buffer): string {
        return this.#folder.write(name, contents)
    }

    /** One wake to its end; the process is gone after it. Later words win over those for every wake. */
    async wake(...args: string[]): Promise<Wake> {
        const began = performance.now()
        const words = [...request(httpGet("/")[0]?.send), ...this.#args, ...args]
        const { code, stdout, stderr } = await run(this.#program, words)
        if (code !== 0 || stderr !== "") throw new Error(`a wake ended with ${code}:\n${stdout}\n${stderr}`)
        const lines = stdout.split("\n").filter((line) => line !== "")
        const json = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
        return {
            connections: json.filter((line) => "result" in line).map(readable),
            set: json.filter((line) => !("result" in line)),
            log: lines.filter((line) => !line.startsWith("{")).join("\n"),
            tookMs: performance.now() - began,
        }
    }

    /** A wake with one connection, which has left nothing behind. */
    async visit(...args: string[]): Promise<Connection & Omit<Wake, "connections">> {
        const { connections, ...wake } = await this.wake(...args)
        const [connection] = connections
        if (connection === undefined || connections.length > 1)
            throw new Error(`a wake without its one connection: ${wake.log}`)
        if (connection.leaked !== 0 || connection.destroyed !== 0) {
            throw new Error(
                `left behind: ${connection.leaked} descriptors, and esp_tls_conn_destroy(): ${connection.destroyed}`,
            )
        }
        return { ...connection, ...wake }
    }

    [Symbol.dispose](): void {
        this.#folder[Symbol.dispose]()
    }
}

/** The app sends these bytes. */
export const request = (bytes: Uint8Array | undefined): string[] =>
    bytes === undefined ? [] : ["--send", Buffer.from(bytes).toString("hex")]

const readable = (line: Connection): Connection => ({
    ...line,
    reply: Buffer.from(line.reply, "hex").toString("latin1"),
})

function run(program: string, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((done) => {
        const limits = { timeout: 50_000, killSignal: "SIGKILL", maxBuffer: 8 * 1024 * 1024 } as const
        execFile(program, args, { encoding: "utf8", ...limits }, (error, stdout, stderr) => {
            const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1
            done({ code, stdout, stderr })
        })
    })
}

// OpenSSL's s_client as a client with a memory: it keeps its session in a file and offers it the next time. The interop
// matrix has it do what the device does, so that a miss is blamed on the right side.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import type { Kind } from "../../ts/base/outcome.js"
import { endWithUs, type TemporaryFolder } from "../../ts/base/temporary.js"
import type { ServerCertificate } from "../../ts/sim/certificates.js"
import type { Server } from "../servers/server.js"

/** How one of its connects went. */
export interface OpensslVisit {
    /** It had a session to offer. */
    offered: boolean
    /** Undefined where the handshake failed. */
    resumed: boolean | undefined
    /** The session has a ticket. */
    hasTicket: boolean
    /** Its last words where the handshake failed. */
    error: string
}

const versions = { id: ["-tls1_2", "-no_ticket"], ticket: ["-tls1_2"], psk: ["-tls1_3"] } as const

/** A server that has answered and does not close is left. */
const PATIENCE_MS = 5000

export class OpensslClient {
    readonly #folder: TemporaryFolder
    readonly #session: string
    readonly #options: string[]

    /** `name`: of its files in the folder. `ca`: PEM. */
    constructor(folder: TemporaryFolder, name: string, kind: Kind, ca: string) {
        this.#folder = folder
        this.#session = folder.file(`${name}.session`)
        const trust = ["-CAfile", folder.write(`${name}-ca.pem`, ca), "-verify_return_error"]
        this.#options = [...versions[kind], ...trust, "-servername", "localhost", "-verify_hostname", "localhost"]
    }

    /** Connects, has the server's exchange and waits until it closes. Offers the session of the last time unless told
     * otherwise, and keeps what it is given. */
    async visit(
        server: Pick<Server, "port" | "exchange">,
        { identity, forget = false }: { identity?: ServerCertificate | undefined; forget?: boolean } = {},
    ): Promise<OpensslVisit> {
        const offers = !forget && existsSync(this.#session)
        const output = await this.#run(server, [
            ...["s_client", "-connect", `127.0.0.1:${server.port}`, "-ign_eof", ...this.#options],
            ...["-sess_out", this.#session, ...(offers ? ["-sess_in", this.#session] : [])],
            ...(identity === undefined ? [] : this.#filesOf(identity)),
        ])
        const [, result] = /^(New|Reused), TLSv1\.[23]/m.exec(output) ?? []
        return {
            offered: offers,
            resumed: result === undefined ? undefined : result === "Reused",
            hasTicket: /^ +TLS session ticket:/m.test(output),
            error: result === undefined ? (/^.*(?:error|alert|refused).*$/m.exec(output)?.[0] ?? "no handshake") : "",
        }
    }

    #filesOf({ certificate, key }: ServerCertificate): string[] {
        const files = [this.#folder.write("client.pem", certificate), this.#folder.write("client.key", key)]
        return ["-cert", files[0] ?? "", "-key", files[1] ?? ""]
    }

    #run({ exchange }: Pick<Server, "exchange">, args: string[]): Promise<string> {
        return new Promise((done, failed) => {
            const client = spawn("openssl", args, { stdio: ["pipe", "pipe", "pipe"] })
            endWithUs(client, "SIGKILL")
            let output = ""
            for (const stream of [client.stdout, client.stderr]) {
                stream.setEncoding("latin1").on("data", (text) => (output += text))
            }
            const timer = setTimeout(() => client.kill("SIGKILL"), PATIENCE_MS)
            client.once("error", failed)
            client.once("close", () => {
                clearTimeout(timer)
                done(output)
            })
            client.stdin.on("error", () => {}) // it has ended before all was said
            client.stdin.end(Buffer.concat(exchange.map(({ send }) => send)))
        })
    }
}

// Servers that none of us wrote, unmodified, as a test of the probe wants them set.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { createIdentity, type Identity } from "#dev/servers/identities.js"
import { findProgram, Program } from "#dev/servers/program.js"
import { TemporaryFolder } from "#warmhello/base/temporary.js"

const PORTS = { from: 12_000, count: 8000 }
const somePort = (): number => PORTS.from + Math.floor(Math.random() * PORTS.count)

/** It ends with the test: await using. */
export interface Running extends AsyncDisposable {
    port: number
    server: string
    ca: Buffer
    identity: Identity
}

export interface Recipe {
    program: string
    ready: RegExp
    /** May write files into the folder, which has certificate.pem and key.pem. */
    args: (port: number, folder: string, write: (name: string, contents: string | Buffer) => string) => string[]
    environment?: (folder: string) => Record<string, string>
    identity?: Identity
    port?: number
}

const ATTEMPTS = 10

/** Runs an unmodified server for the time of a test. */
export async function run(recipe: Recipe): Promise<Running> {
    const identity = recipe.identity ?? (await createIdentity())
    const folder = new TemporaryFolder("probed")
    const write = (name: string, contents: string | Buffer) => folder.write(name, contents)
    write("certificate.pem", identity.server.certificate)
    write("key.pem", identity.server.key)
    for (let attempt = 1; ; attempt++) {
        const port = recipe.port ?? somePort()
        const program = new Program(
            findProgram(recipe.program),
            recipe.args(port, folder.path, write),
            recipe.environment?.(folder.path) ?? {},
            folder.path,
        )
        try {
            await program.line(recipe.ready)
            return {
                ...{ port, server: `localhost:${port}`, ca: Buffer.from(identity.ca), identity },
                [Symbol.asyncDispose]: async () => {
                    await program.stop()
                    folder[Symbol.dispose]()
                },
            }
        } catch (error) {
            await program.stop()
            if (attempt < ATTEMPTS && recipe.port === undefined) continue
            folder[Symbol.dispose]()
            throw error
        }
    }
}

export const openssl = (...args: string[]): Promise<Running> =>
    run({
        program: "openssl",
        ready: /^ACCEPT/,
        args: (port) => [
            ...["s_server", "-accept", `127.0.0.1:${port}`, "-www", "-key", "key.pem"],
            ...["-cert", "certificate.pem", ...args],
        ],
    })

export interface NginxSettings {
    /** In the server's block, beside its certificate. */
    settings: string
    address?: string
    port?: number
    identity?: Identity
    /** 80 bytes that open its tickets. */
    ticketKey?: Buffer
}

export const nginx = ({ settings, address = "127.0.0.1", ticketKey, ...rest }: NginxSettings): Promise<Running> =>
    run({
        program: "nginx",
        ready: /getrlimit\(RLIMIT_NOFILE\)/,
        args: (port, folder, write) => {
            mkdirSync(join(folder, "temporary"), { recursive: true })
            if (ticketKey !== undefined) write("ticket.key", ticketKey)
            const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            write(
                "nginx.conf",
                `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice;
                events { worker_connections 64; }
                http {
                    access_log off;
                    ${temporary.map((use) => `${use}_temp_path ${folder}/temporary/${use};`).join(" ")}
                    server {
                        listen ${address}:${port} ssl;
                        ssl_certificate certificate.pem; ssl_certificate_key key.pem;
                        ${ticketKey === undefined ? "" : `ssl_session_ticket_key ${folder}/ticket.key;`}
                        ${settings}
                        location / { return 200; }
                    }
                }`,
            )
            return ["-c", `${folder}/nginx.conf`, "-p", folder, "-e", "stderr"]
        },
        ...rest,
    })

export const mosquitto = ({ address = "127.0.0.1", ...rest }: { address?: string; port?: number } = {}) =>
    run({
        ...rest,
        program: "mosquitto",
        ready: /mosquitto version \S+ running/,
        args: (port, folder, write) => [
            "-c",
            write(
                "mosquitto.conf",
                [
                    ...[
                        `listener ${port} ${address}`,
                        `certfile ${folder}/certificate.pem`,
                        `keyfile ${folder}/key.pem`,
                    ],
                    ...["allow_anonymous false", "persistence false", "log_dest stderr", "user root"],
                ].join("\n"),
            ),
        ],
    })

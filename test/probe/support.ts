// Probes of servers on this machine, at a faster pace than of somebody else's.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { TemporaryFolder } from "#warmhello/base/temporary.js"
import { inOrder } from "#warmhello/probe/ages.js"
import { type ProbeOptions, probe } from "#warmhello/probe/probe.js"
import { type ProbeReport, reportOf, type VersionReport } from "#warmhello/probe/report.js"
import { type Language, readTarget } from "#warmhello/probe/target.js"
import { type Way, ways } from "#warmhello/probe/ways.js"
import { createIdentity, type Identity } from "../support/identities.js"
import { findProgram, Program } from "../support/servers/program.js"

/** What stands for a sleep here, and two ages beside it; servers that forget do so between the second and the third. */
export const SLEEP_MS = 5000
export const FORGETS_S = 2
export const YOUNG_MS = 800

export const costChoice = { board: "esp32c3_bare", cell: "18650", regulator: "ldo" }

export interface Asked {
    server: string
    ca?: Buffer | undefined
    language?: Language
    options?: Partial<ProbeOptions>
}

/** All ways of a server, at three ages. */
export async function ask({ server, ca, language, options }: Asked): Promise<ProbeReport> {
    const { record, complete } = await probe({
        target: readTarget(server, language),
        credentials: { ca, certificate: undefined, key: undefined, alpn: [] },
        proxy: undefined,
        ways,
        sleepMs: SLEEP_MS,
        agesMs: inOrder([YOUNG_MS, SLEEP_MS]),
        runs: 2,
        timeoutMs: 5000,
        signal: new AbortController().signal,
        keep: () => {},
        onEvent: () => {},
        gapMs: 10,
        ...options,
    })
    return reportOf(record, { complete, ca, cost: costChoice, toolVersion: "0.0.0", now: Date.now() })
}

export function versionIn(report: ProbeReport, way: Way): VersionReport {
    const found = report.versions.find(({ protocol, kind }) => `${protocol} ${kind}` === way)
    if (found === undefined) throw new Error(`the report has no ${way}`)
    return found
}

/** What came of a session that was redeemed once at each age. */
export const outcomesOf = ({ ages }: ProbeReport, way: Way): string[] =>
    ages
        .filter(
            ({ purpose, protocol, kind, from, to }) =>
                purpose === "once" && `${protocol} ${kind}` === way && from === to,
        )
        .toSorted((a, b) => a.nominalMs - b.nominalMs)
        .map(({ outcome }) => outcome)

const PORTS = { from: 12_000, count: 8000 }
export const somePort = (): number => PORTS.from + Math.floor(Math.random() * PORTS.count)

/** It ends with the test: await using. */
export interface Running extends AsyncDisposable {
    port: number
    server: string
    ca: Buffer
    identity: Identity
}

interface Recipe {
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

export const mosquitto = (): Promise<Running> =>
    run({
        program: "mosquitto",
        ready: /mosquitto version \S+ running/,
        args: (port, folder, write) => [
            "-c",
            write(
                "mosquitto.conf",
                [
                    ...[
                        `listener ${port} 127.0.0.1`,
                        `certfile ${folder}/certificate.pem`,
                        `keyfile ${folder}/key.pem`,
                    ],
                    ...["allow_anonymous false", "persistence false", "log_dest stderr", "user root"],
                ].join("\n"),
            ),
        ],
    })

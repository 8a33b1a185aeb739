// Caddy, whose TLS is Go's. Its answer holds its placeholder {http.request.tls.resumed}.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { allCases } from "./cases.js"
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import { answerSays, type Files, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

/** Tickets say seven days, as all of Go's do. They live for as long as the key that opens them: here for two to three
 * intervals, by the moment at which they were made. */
const rotation = (lifetimeS: number) => ({ rotation_interval: `${lifetimeS * 500}ms`, max_keys: 3 })

function configuration(files: Files, port: number, options: ServerOptions) {
    const { lifetimeS } = options
    const clients = { mode: "require_and_verify", trusted_ca_certs_pem_files: [files.clientCa] }
    const policy = {
        ...(options.hasTls13?.() === false ? { protocol_max: "tls1.2" } : {}),
        ...(options.group === undefined ? {} : { curves: [options.group] }),
        ...(files.clientCa === "" ? {} : { client_authentication: clients }),
    }
    const server = {
        listen: [`127.0.0.1:${port}`],
        protocols: ["h1"],
        automatic_https: { disable: true },
        tls_connection_policies: [policy],
        routes: [{ handle: [{ handler: "static_response", body: "resumed: {http.request.tls.resumed}\n" }] }],
    }
    return {
        admin: { disabled: true, config: { persist: false } },
        storage: { module: "file_system", root: files.folder },
        apps: {
            http: { servers: { server } },
            tls: {
                certificates: { load_files: [{ certificate: files.certificate, key: files.key }] },
                session_tickets: { disabled: options.tickets === false, ...(lifetimeS && rotation(lifetimeS)) },
            },
        },
    }
}

function startCaddy(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "caddy",
        ready: /serving initial configuration/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            const path = join(files.folder, "caddy.json")
            writeFileSync(path, JSON.stringify(configuration(files, port, options)))
            return ["run", "--config", path]
        },
        environment: ({ folder }) => ({ HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }),
        saysResumed: answerSays(/^resumed: (true|false)$/m, "true"),
    }
    return Server.start(recipe, options)
}

export const caddy: ServerKind = {
    name: "Caddy",
    version: () => versionOf("caddy", ["version"], /^v?(\S+)/),
    missing: () => missingProgram("caddy"),
    cannot: {
        id: "Go's TLS, which Caddy speaks, resumes by ticket only",
    },
    known: [
        {
            kinds: ["ticket"],
            cases: allCases.filter((name) => name !== "full"),
            why:
                "the TLS 1.2 of Go before 1.21 lacks the extended master secret, so the device keeps no session of it " +
                "unless its policy allows that",
        },
    ],
    start: startCaddy,
}

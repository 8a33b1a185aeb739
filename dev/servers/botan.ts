// Botan's tls_server, which sends each line back. It prints the session's ID, which the ServerHello shows as well, and not
// whether it resumed. It would listen on all addresses.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { loopbackOnly } from "./loopback.js"
import { missingProgram, versionOf } from "./program.js"
import { type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

/** It closes after this line. */
const line = Buffer.from("quit\n")

function startBotan(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "botan",
        ready: /^listening$/,
        exchange: [{ send: line, until: "end" }],
        isAnswer: (reply) => reply.equals(line),
        prepare: (files, port) => {
            const policy = join(files.folder, "policy.txt")
            writeFileSync(policy, options.group === undefined ? "" : `key_exchange_groups = ${options.group}\n`)
            return ["tls_server", files.certificate, files.key, `--port=${port}`, `--policy=${policy}`]
        },
        environment: (files) => loopbackOnly(files, false),
    }
    return Server.start(recipe, options)
}

export const botan: ServerKind = {
    name: "Botan tls_server",
    version: () => versionOf("botan", ["version"], /^(\S+)/),
    missing: () => missingProgram("botan"),
    cannot: {
        ticket: "botan tls_server has no key for tickets",
        psk: "Botan 2 speaks no TLS 1.3",
        lifetime: "botan tls_server has no option for the lifetime of sessions",
        "client-certificate": "botan tls_server has no option for the CA of its clients",
        says: "botan tls_server prints the session's ID, and not whether it resumed",
    },
    start: startBotan,
}

// The NATS server, told to begin with TLS and not with its own greeting. It says nowhere whether it resumed.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { goNeeds } from "./go.js"
import { builtServer, missingBuilt } from "./own.js"
import { versionOf } from "./program.js"
import { type Files, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const program = builtServer("go/nats-server")

const groups = { x25519: "X25519", secp256r1: "CurveP256" }

function configuration(files: Files, port: number, { group }: ServerOptions): string {
    return `
        listen: "127.0.0.1:${port}"
        tls {
            handshake_first: true
            cert_file: "${files.certificate}"
            key_file: "${files.key}"
            ${group === undefined ? "" : `curve_preferences: ["${groups[group]}"]`}
            ${files.clientCa === "" ? "" : `ca_file: "${files.clientCa}"\n            verify: true`}
        }`
}

function startNats(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program,
        ready: /Server is ready/,
        // It closes at a word that it does not know, after all that came before is answered.
        exchange: [{ send: Buffer.from('CONNECT {"verbose":false}\r\nPING\r\nBYE\r\n'), until: "end" }],
        isAnswer: (reply) => /^INFO .*\r\nPONG\r\n/.test(reply.toString()),
        prepare: (files, port) => {
            const path = join(files.folder, "nats.conf")
            writeFileSync(path, configuration(files, port, options))
            return ["-c", path]
        },
    }
    return Server.start(recipe, options)
}

export const nats: ServerKind = {
    name: "NATS",
    version: () => versionOf(program, ["--version"], /nats-server: v(\S+)/),
    missing: () => missingBuilt("go/nats-server", goNeeds),
    cannot: {
        id: "a server in Go keeps no sessions, it has tickets alone",
        lifetime: "NATS has no setting for the lifetime of its tickets",
        says: "NATS says nowhere whether it resumed",
    },
    start: startNats,
}

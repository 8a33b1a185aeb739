// Hitch, as it stands in front of Varnish, here in front of an HTTP server of ours. Its log does not say whether it
// resumed.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startBackend } from "./backend.js"
import { httpGet } from "./exchange.js"
import { opensslSettings } from "./openssl-settings.js"
import { missingProgram, versionOf } from "./program.js"
import { type Files, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const groups = { x25519: "X25519", secp256r1: "prime256v1" }

function configuration(files: Files, port: number, backendPort: number, options: ServerOptions): string {
    return [
        `frontend = "[127.0.0.1]:${port}"`,
        `backend = "[127.0.0.1]:${backendPort}"`,
        `pem-file = "${files.folder}/identity.pem"`,
        `tls-protos = TLSv1.2 ${options.hasTls13?.() === false ? "" : "TLSv1.3"}`,
        "workers = 1", // each has a memory of its own
        "log-level = 2",
        `ocsp-dir = ""`,
        ...(process.getuid?.() === 0 ? [`user = "nobody"`, `group = "nogroup"`] : []), // its workers refuse to be root
        ...(options.group === undefined ? [] : [`ecdh-curve = "${groups[options.group]}"`]),
        ...(files.clientCa === "" ? [] : ["client-verify = required", `client-verify-ca = "${files.clientCa}"`]),
        "",
    ].join("\n")
}

async function startHitch(options: ServerOptions): Promise<Server> {
    const behind = await startBackend()
    const recipe: Recipe = {
        program: "hitch",
        ready: /Process 0 online/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            const path = join(files.folder, "hitch.conf")
            const identity = readFileSync(files.certificate, "utf8") + readFileSync(files.key, "utf8")
            writeFileSync(join(files.folder, "identity.pem"), identity, { mode: 0o600 })
            writeFileSync(path, configuration(files, port, behind.port, options))
            return ["--config", path]
        },
        environment: (files) => opensslSettings(files, options.tickets === false ? { Options: "-SessionTicket" } : {}),
        behind,
    }
    return Server.start(recipe, options)
}

export const hitch: ServerKind = {
    name: "Hitch",
    version: () => versionOf("hitch", ["--version"], /hitch (\S+)/),
    missing: () => missingProgram("hitch"),
    cannot: {
        lifetime: "Hitch has no setting for the lifetime of sessions",
        says: "Hitch tells nowhere whether it resumed",
    },
    start: startHitch,
}

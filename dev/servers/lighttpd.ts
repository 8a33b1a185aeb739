// lighttpd with mod_openssl. Nothing that it logs or hands to an app says whether it resumed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import { type Files, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const groups = { x25519: "X25519", secp256r1: "P-256" }

function configuration({ folder, ...files }: Files, port: number, options: ServerOptions): string {
    const commands = [
        `"MinProtocol" => "TLSv1.2"`,
        ...(options.hasTls13?.() === false ? [`"MaxProtocol" => "TLSv1.2"`] : []),
        ...(options.tickets === false ? [`"Options" => "-SessionTicket"`] : []),
        ...(options.group === undefined ? [] : [`"Groups" => "${groups[options.group]}"`]),
    ]
    const clients = [
        `ssl.verifyclient.activate = "enable"`,
        `ssl.verifyclient.enforce = "enable"`,
        `ssl.verifyclient.ca-file = "${files.clientCa}"`,
    ]
    return [
        `server.modules = ("mod_openssl")`,
        `server.document-root = "${folder}/www"`,
        `server.bind = "127.0.0.1"`,
        `server.port = ${port}`,
        `ssl.engine = "enable"`,
        `ssl.pemfile = "${folder}/chain.pem"`,
        `ssl.privkey = "${files.key}"`,
        `ssl.openssl.ssl-conf-cmd = (${commands.join(", ")})`,
        ...(files.clientCa === "" ? [] : clients),
        "",
    ].join("\n")
}

/** Where it knows the CA of its clients and has no chain, it makes one of that CA, and fails if it is not its own: so one
 * certificate more than it needs is its chain. */
function chain({ certificate, clientCa }: Files): string {
    return [certificate, clientCa].map((path) => (path === "" ? "" : `${readFileSync(path, "utf8")}\n`)).join("")
}

function startLighttpd(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "lighttpd",
        ready: /server started/,
        exchange: httpGet("/answer"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            const path = join(files.folder, "lighttpd.conf")
            mkdirSync(join(files.folder, "www"), { recursive: true })
            writeFileSync(join(files.folder, "www", "answer"), "served by lighttpd\n")
            writeFileSync(join(files.folder, "chain.pem"), chain(files))
            writeFileSync(path, configuration(files, port, options))
            return ["-D", "-f", path]
        },
    }
    return Server.start(recipe, options)
}

export const lighttpd: ServerKind = {
    name: "lighttpd",
    version: () => versionOf("lighttpd", ["-v"], /lighttpd\/(\S+)/),
    missing: () => missingProgram("lighttpd", "/usr/lib/lighttpd/mod_openssl.so"),
    cannot: {
        id: "lighttpd keeps no sessions; its ssl.session-cache is switched off",
        lifetime: "lighttpd has no setting for the lifetime of tickets",
        says: "lighttpd tells nowhere whether it resumed",
    },
    start: startLighttpd,
}

// lighttpd, whose TLS is that of one of five libraries. Nothing that it logs or hands to an app says whether it resumed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import { type Files, type Group, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

interface Library {
    /** As lighttpd's module for it is named. */
    module: string
    /** How it names the groups; undefined where its module cannot tell it. */
    groups?: Record<Group, string>
    cannot?: ServerKind["cannot"]
    known?: ServerKind["known"]
}

function groupOf({ module, groups }: Library, group: Group): string {
    if (groups === undefined) throw new Error(`lighttpd's mod_${module} cannot be told the group`)
    return groups[group]
}

function configuration({ folder, ...files }: Files, port: number, library: Library, options: ServerOptions): string {
    const commands = [
        `"MinProtocol" => "TLSv1.2"`,
        ...(options.hasTls13?.() === false ? [`"MaxProtocol" => "TLSv1.2"`] : []),
        ...(options.tickets === false ? [`"Options" => "-SessionTicket"`] : []),
        ...(options.group === undefined ? [] : [`"Groups" => "${groupOf(library, options.group)}"`]),
    ]
    const clients = [
        `ssl.verifyclient.activate = "enable"`,
        `ssl.verifyclient.enforce = "enable"`,
        `ssl.verifyclient.ca-file = "${files.clientCa}"`,
    ]
    return [
        `server.modules = ("mod_${library.module}")`,
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

function startLighttpd(library: Library, options: ServerOptions): Promise<Server> {
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
            writeFileSync(path, configuration(files, port, library, options))
            return ["-D", "-f", path]
        },
    }
    return Server.start(recipe, options)
}

function lighttpd(name: string, library: Library): ServerKind {
    return {
        name: `lighttpd, ${name}`,
        version: () => versionOf("lighttpd", ["-v"], /lighttpd\/(\S+)/),
        missing: () => missingProgram("lighttpd", `/usr/lib/lighttpd/mod_${library.module}.so`),
        cannot: {
            id: "lighttpd keeps no sessions; its ssl.session-cache is switched off",
            lifetime: "lighttpd has no setting for the lifetime of tickets",
            says: "lighttpd tells nowhere whether it resumed",
            ...library.cannot,
        },
        known: library.known ?? [],
        start: (options) => startLighttpd(library, options),
    }
}

const usualGroups = { x25519: "X25519", secp256r1: "P-256" }

export const lighttpds: readonly ServerKind[] = [
    lighttpd("OpenSSL", { module: "openssl", groups: usualGroups }),
    lighttpd("GnuTLS", { module: "gnutls", groups: usualGroups }),
    lighttpd("mbedTLS", {
        module: "mbedtls",
        groups: { x25519: "x25519", secp256r1: "secp256r1" },
        cannot: { psk: "mbedTLS 2 speaks no TLS 1.3" },
    }),
    lighttpd("NSS", {
        module: "nss",
        cannot: { "client-certificate": "lighttpd's mod_nss takes each file of CAs for a broken one" },
    }),
    lighttpd("wolfSSL", {
        module: "wolfssl",
        known: [
            {
                kinds: ["ticket"],
                cases: ["restart"],
                why:
                    "wolfSSL 5.5 as a server sends no new ticket where it refuses one, but a session ID, which lighttpd " +
                    "keeps no session for: one full handshake more, for OpenSSL's client as well",
            },
        ],
    }),
]

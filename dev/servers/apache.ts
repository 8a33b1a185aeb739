// Apache with mod_ssl. A header of its answer holds its variable SSL_SESSION_RESUMED.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import { answerSays, type Files, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const PROGRAM = "apache2"
const groups = { x25519: "X25519", secp256r1: "P-256" }

const modules = ["mpm_event", "authz_core", "ssl", "socache_shmcb", "headers"]

function configuration({ folder, ...files }: Files, port: number, options: ServerOptions): string {
    return [
        ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
        "ServerName localhost",
        `ServerRoot ${folder}`,
        `DefaultRuntimeDir ${folder}`,
        "PidFile pid",
        'ErrorLog "|/bin/cat"',
        "LogLevel warn mpm_event:debug", // which says when it serves
        `Listen 127.0.0.1:${port}`,
        `DocumentRoot ${folder}/www`,
        `SSLSessionCache shmcb:${folder}/sessions`,
        ...(options.lifetimeS === undefined ? [] : [`SSLSessionCacheTimeout ${options.lifetimeS}`]),
        "SSLEngine on",
        `SSLProtocol -all +TLSv1.2 ${options.hasTls13?.() === false ? "" : "+TLSv1.3"}`,
        `SSLCertificateFile ${files.certificate}`,
        `SSLCertificateKeyFile ${files.key}`,
        `SSLSessionTickets ${options.tickets === false ? "off" : "on"}`,
        ...(options.group === undefined ? [] : [`SSLOpenSSLConfCmd Groups ${groups[options.group]}`]),
        ...(files.clientCa === "" ? [] : [`SSLCACertificateFile ${files.clientCa}`, "SSLVerifyClient require"]),
        `Header set Session "%{SSL_SESSION_RESUMED}s"`,
    ].join("\n")
}

function startApache(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: PROGRAM,
        ready: /AH02471: start_threads/,
        exchange: httpGet("/answer"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            const path = join(files.folder, "apache.conf")
            mkdirSync(join(files.folder, "www"), { recursive: true })
            writeFileSync(join(files.folder, "www", "answer"), "served by Apache\n")
            writeFileSync(path, configuration(files, port, options))
            return ["-X", "-f", path] // one process, which stays who it is
        },
        saysResumed: answerSays(/^Session: (Initial|Resumed)\r$/m, "Resumed"),
    }
    return Server.start(recipe, options)
}

export const apache: ServerKind = {
    name: "Apache",
    version: () => versionOf(PROGRAM, ["-v"], /Apache\/(\S+)/),
    missing: () => missingProgram(PROGRAM),
    cannot: {},
    start: startApache,
}

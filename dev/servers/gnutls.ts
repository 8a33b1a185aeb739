// GnuTLS's gnutls-serv. It prints how each connection came about. It would listen on all addresses.
import { httpGet } from "./exchange.js"
import { loopbackOnly } from "./loopback.js"
import { builtServer, missingBuilt } from "./own.js"
import { missingProgram, versionOf } from "./program.js"
import {
    isHttpOk,
    type PskServerOptions,
    pskFile,
    type Recipe,
    Server,
    type ServerKind,
    type ServerOptions,
} from "./server.js"

export interface GnutlsOptions extends PskServerOptions {
    /** False: its TLS 1.2 lacks the extended master secret (RFC 7627). */
    extendedMasterSecret?: boolean
}

const groups = { x25519: "GROUP-X25519", secp256r1: "GROUP-SECP256R1" }

function priority({ group, extendedMasterSecret, sha384Alone, psk }: GnutlsOptions): string {
    const suites = sha384Alone === true ? ":-CIPHER-ALL:+AES-256-GCM" : ""
    const onlyGroup = group === undefined ? "" : `:-GROUP-ALL:+${groups[group]}`
    return `NORMAL${psk === undefined ? "" : ":+ECDHE-PSK"}${suites}${onlyGroup}${extendedMasterSecret === false ? ":%NO_SESSION_HASH" : ""}`
}

export function startGnutls(options: GnutlsOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "gnutls-serv",
        ready: /listening on IPv4 .*done/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => [
            ...["--http", "--port", String(port)],
            ...(options.pskAlone === true ? [] : ["--x509certfile", files.certificate, "--x509keyfile", files.key]),
            ...(options.psk === undefined ? [] : ["--pskpasswd", pskFile(files, options.psk)]),
            ...["--priority", priority(options)],
            ...(options.tickets === false ? ["--noticket"] : []),
            ...(files.clientCa === ""
                ? ["--disable-client-cert"]
                : ["--require-client-cert", "--verify-client-cert", "--x509cafile", files.clientCa]),
        ],
        environment: (files) => loopbackOnly(files),
        saysResumed: ({ wire }, program) => {
            const accepted = new RegExp(`^\\* Accepted connection from .* port ${wire.upstreamPort} on`)
            return program.find(`the connection from port ${wire.upstreamPort}`, (lines) => {
                const start = lines.findLastIndex((line) => accepted.test(line))
                const about = start < 0 ? [] : lines.slice(start)
                const isComplete = about.some((line) => line.startsWith("- Version: TLS"))
                return isComplete ? about.includes("*** This is a resumed session") : undefined
            })
        },
    }
    return Server.start(recipe, options)
}

const counting = builtServer("gnutls/server")

/** One of ours on GnuTLS, which takes early data and prints what it was sent. */
export const countingGnutls = {
    missing: () => missingBuilt("gnutls/server", "libgnutls28-dev"),
    start: (options: ServerOptions): Promise<Server> =>
        Server.start(
            {
                program: counting,
                ready: /^listening/,
                exchange: httpGet("/"),
                isAnswer: isHttpOk,
                prepare: (files, port) => [
                    ...[String(port), files.certificate, files.key, String(options.earlyDataMax?.() ?? 0)],
                ],
            },
            options,
        ),
}

export const gnutls: ServerKind = {
    name: "GnuTLS gnutls-serv",
    version: () => versionOf("gnutls-serv", ["--version"], /gnutls-serv (\S+)/),
    missing: () => missingProgram("gnutls-serv"),
    cannot: { lifetime: "gnutls-serv has no option for the lifetime of sessions" },
    start: startGnutls,
}

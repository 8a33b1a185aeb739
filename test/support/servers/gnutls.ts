// GnuTLS's gnutls-serv. It prints how each connection came about. It listens on all addresses and
// cannot be told otherwise.
import { httpGet } from "../visit.mjs"
import { isHttpOk, type Recipe, Server, type ServerOptions } from "./server.js"

export interface GnutlsOptions extends ServerOptions {
    /** False: it hands out no ticket. */
    tickets?: boolean
}

const groups = { x25519: "GROUP-X25519", secp256r1: "GROUP-SECP256R1" }

export function startGnutls(options: GnutlsOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "gnutls-serv",
        ready: /listening on IPv4 .*done/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => [
            ...["--http", "--port", String(port), "--x509certfile", files.certificate, "--x509keyfile", files.key],
            ...["--priority", `NORMAL${options.group === undefined ? "" : `:-GROUP-ALL:+${groups[options.group]}`}`],
            ...(options.tickets === false ? ["--noticket"] : []),
            ...(files.clientCa === ""
                ? ["--disable-client-cert"]
                : ["--require-client-cert", "--verify-client-cert", "--x509cafile", files.clientCa]),
        ],
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

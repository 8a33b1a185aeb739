// h2o. Its log of accesses says how each connection came about.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { connect } from "node:tls"
import { httpGet } from "./exchange.js"
import { opensslSettings } from "./openssl-settings.js"
import { missingProgram, versionOf } from "./program.js"
import { type Files, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const groups = { x25519: "X25519", secp256r1: "P-256" }

function configuration(files: Files, port: number, options: ServerOptions): string {
    return `
${process.getuid?.() === 0 ? "user: root" : ""} # else root becomes nobody
num-threads: 1
listen:
  host: 127.0.0.1
  port: ${port}
  ssl:
    certificate-file: ${files.certificate}
    key-file: ${files.key}
    ocsp-update-interval: 0
    minimum-version: TLSv1.2
ssl-session-resumption:
  mode: ${options.tickets === false ? "cache" : "all"}
  cache-store: internal
  ${options.tickets === false ? "" : "ticket-store: internal"}
  ${options.lifetimeS === undefined ? "" : `lifetime: ${options.lifetimeS}`}
access-log:
  path: "| cat" # it cannot open what a program of Node's has as its output
  format: "port %{remote}p resumed %{ssl.session-reused}x"
hosts:
  default:
    paths:
      /:
        mruby.handler: |
          Proc.new { |request| [200, {}, ["served by h2o\\n"]] }
`
}

/** Gives a session for the next time, undefined when the server resumed this one. */
function visit(port: number, session?: Buffer): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...(session && { session }) })
        const finish = (next?: Buffer): void => {
            resolve(next)
            socket.destroy()
        }
        socket.once("secureConnect", () => {
            if (socket.isSessionReused()) finish()
            else socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        })
        socket.once("session", finish)
        socket.once("error", reject)
    })
}

/** A thread of its own makes the key for tickets. Those of a moment before are of a key that is thrown away at once
 * (`ticket_key_callback` of its src/ssl.c), so that even the next connection is a full one. */
async function hasTicketKey(port: number): Promise<void> {
    for (let session = await visit(port); session !== undefined; ) session = await visit(port, session)
}

function startH2o(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "h2o",
        ready: /is ready to serve requests/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        ...(options.tickets !== false && { settle: hasTicketKey }),
        prepare: (files, port) => {
            const path = join(files.folder, "h2o.yaml")
            writeFileSync(path, configuration(files, port, options))
            return ["-c", path]
        },
        environment: (files) =>
            opensslSettings(files, {
                ...(options.hasTls13?.() === false ? { MaxProtocol: "TLSv1.2" } : {}),
                ...(options.group === undefined ? {} : { Groups: groups[options.group] }),
            }),
        saysResumed: async ({ wire }, program) =>
            (await program.line(new RegExp(`^port ${wire.upstreamPort} resumed`))).endsWith("1"),
    }
    return Server.start(recipe, options)
}

export const h2o: ServerKind = {
    name: "h2o",
    version: () => versionOf("h2o", ["-v"], /h2o version (\S+)/),
    missing: () => missingProgram("h2o"),
    cannot: {
        lifetime:
            "h2o looks after its keys for tickets every two minutes, and refuses all of them when a lifetime is shorter",
        "client-certificate": "h2o 2.2 cannot ask for a client certificate",
    },
    start: startH2o,
}

// stunnel in front of `head`, which sends one line back. Its log says how each connection came about.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { missingProgram, versionOf } from "./program.js"
import { type Files, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const PROGRAM = "stunnel4"
const groups = { x25519: "X25519", secp256r1: "P-256" }
const line = Buffer.from("a line\n")

function configuration(files: Files, port: number, options: ServerOptions): string {
    return [
        "foreground = yes",
        "syslog = no",
        "debug = info",
        "pid =",
        "[line]",
        `accept = 127.0.0.1:${port}`,
        "exec = /usr/bin/head",
        "execArgs = head -n 1",
        `cert = ${files.certificate}`,
        `key = ${files.key}`,
        "sslVersionMin = TLSv1.2",
        ...(options.hasTls13?.() === false ? ["sslVersionMax = TLSv1.2"] : []),
        ...(options.tickets === false ? ["options = NO_TICKET"] : []),
        ...(options.lifetimeS === undefined ? [] : [`sessionCacheTimeout = ${options.lifetimeS}`]),
        ...(options.group === undefined ? [] : [`curves = ${groups[options.group]}`]),
        ...(files.clientCa === "" ? [] : ["verifyChain = yes", `CAfile = ${files.clientCa}`]),
    ].join("\n")
}

function startStunnel(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: PROGRAM,
        ready: /Accepting new connections/,
        exchange: [{ send: line, until: "end" }],
        isAnswer: (reply) => reply.equals(line),
        prepare: (files, port) => {
            const path = join(files.folder, "stunnel.conf")
            writeFileSync(path, configuration(files, port, options))
            return [path]
        },
        saysResumed: ({ wire }, program) => {
            const accepted = new RegExp(`LOG5\\[(\\d+)\\]: .* accepted connection from .*:${wire.upstreamPort}$`)
            return program.find(`the connection from port ${wire.upstreamPort}`, (lines) => {
                const [, number] = lines.map((text) => accepted.exec(text)).findLast((found) => found !== null) ?? []
                const about = lines.find((text) => text.includes(`LOG6[${number}]: TLS accepted: `))
                return about?.endsWith("previous session reused")
            })
        },
    }
    return Server.start(recipe, options)
}

export const stunnel: ServerKind = {
    name: "stunnel",
    version: () => versionOf(PROGRAM, ["-version"], /stunnel (\S+) on/),
    missing: () => missingProgram(PROGRAM),
    cannot: {},
    start: startStunnel,
}

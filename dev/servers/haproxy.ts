// HAProxy, which answers by itself and says what its sample ssl_fc_is_resumed holds.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import { answerSays, type Files, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const groups = { x25519: "X25519", secp256r1: "P-256" }

/** It prints nothing when it listens; a task of this kind is not begun before. */
const SAY_READY = `core.register_task(function() io.stderr:write("listening\\n") end)`

function configuration(files: Files, port: number, options: ServerOptions): string {
    const bind = [
        `bind 127.0.0.1:${port} ssl crt ${files.folder}/identity.pem ssl-min-ver TLSv1.2`,
        ...(options.hasTls13?.() === false ? ["ssl-max-ver TLSv1.2"] : []),
        ...(options.tickets === false ? ["no-tls-tickets"] : []),
        ...(options.group === undefined ? [] : [`curves ${groups[options.group]}`]),
        ...(files.clientCa === "" ? [] : [`ca-file ${files.clientCa} verify required`]),
    ].join(" ")
    return `
global
    lua-load ${files.folder}/ready.lua
    ${options.lifetimeS === undefined ? "" : `tune.ssl.lifetime ${options.lifetimeS}`}
defaults
    mode http
    timeout client 1m
    timeout server 1m
    timeout connect 1m
frontend tls
    ${bind}
    http-request return status 200 content-type text/plain lf-string "resumed: %[ssl_fc_is_resumed]\\n"
`
}

function startHaproxy(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "haproxy",
        ready: /^listening$/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            const path = join(files.folder, "haproxy.cfg")
            const identity = readFileSync(files.certificate, "utf8") + readFileSync(files.key, "utf8")
            writeFileSync(join(files.folder, "identity.pem"), identity, { mode: 0o600 })
            writeFileSync(join(files.folder, "ready.lua"), SAY_READY)
            writeFileSync(path, configuration(files, port, options))
            return ["-db", "-f", path]
        },
        saysResumed: answerSays(/^resumed: ([01])$/m, "1"),
    }
    return Server.start(recipe, options)
}

export const haproxy: ServerKind = {
    name: "HAProxy",
    version: () => versionOf("haproxy", ["-v"], /HAProxy version (\S+)/),
    missing: () => missingProgram("haproxy"),
    cannot: {},
    start: startHaproxy,
}

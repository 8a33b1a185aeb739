// HAProxy, which answers by itself and says what its sample ssl_fc_is_resumed holds.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Backend } from "./backend.js"
import { httpGet } from "./exchange.js"
import { missingProgram, versionOf } from "./program.js"
import { answerSays, type Files, isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const groups = { x25519: "X25519", secp256r1: "P-256" }

export interface HaproxyOptions extends ServerOptions {
    /** What opens its tickets outlives a restart. */
    keepsTicketKey?: boolean
    /** Asked at each start: the application protocols that it speaks, best first. */
    alpn?: () => string
    /** Where it passes all requests on to, and says which of them came as early data. */
    backend?: Backend
    /** Where it passes all bytes on to, whatever they are. */
    tcpPort?: number
}

/** It prints nothing when it listens; a task of this kind is not begun before. */
const SAY_READY = `core.register_task(function() io.stderr:write("listening\\n") end)`

const behind = (port: number): string => `default_backend app\nbackend app\n    server app 127.0.0.1:${port}`

function answers({ backend, tcpPort }: HaproxyOptions): string {
    if (tcpPort !== undefined) return behind(tcpPort)
    if (backend !== undefined) return behind(backend.port)
    return `http-request return status 200 content-type text/plain lf-string "resumed: %[ssl_fc_is_resumed]\\n"`
}

function configuration(files: Files, port: number, options: HaproxyOptions): string {
    const bind = [
        `bind 127.0.0.1:${port} ssl crt ${files.folder}/identity.pem ssl-min-ver TLSv1.2`,
        ...(options.hasTls13?.() === false ? ["ssl-max-ver TLSv1.2"] : []),
        ...(options.tickets === false ? ["no-tls-tickets"] : []),
        ...((options.earlyDataMax?.() ?? 0) > 0 ? ["allow-0rtt"] : []),
        ...(options.keepsTicketKey === true ? [`tls-ticket-keys ${files.folder}/ticket.keys`] : []),
        ...(options.alpn === undefined ? [] : [`alpn ${options.alpn()}`]),
        ...(options.group === undefined ? [] : [`curves ${groups[options.group]}`]),
        ...(files.clientCa === "" ? [] : [`ca-file ${files.clientCa} verify required`]),
    ].join(" ")
    return `
global
    lua-load ${files.folder}/ready.lua
    ${options.lifetimeS === undefined ? "" : `tune.ssl.lifetime ${options.lifetimeS}`}
defaults
    mode ${options.tcpPort === undefined ? "http" : "tcp"}
    timeout client 1m
    timeout server 1m
    timeout connect 1m
frontend tls
    ${bind}
    ${answers(options)}
`
}

export function startHaproxy(options: HaproxyOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "haproxy",
        ...(options.backend === undefined ? {} : { behind: options.backend }),
        ready: /^listening$/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            const path = join(files.folder, "haproxy.cfg")
            const identity = readFileSync(files.certificate, "utf8") + readFileSync(files.key, "utf8")
            writeFileSync(join(files.folder, "identity.pem"), identity, { mode: 0o600 })
            writeFileSync(join(files.folder, "ready.lua"), SAY_READY)
            // It gives tickets by the last but one, and opens those of all.
            const key = `${Buffer.alloc(48, 1).toString("base64")}\n`
            writeFileSync(join(files.folder, "ticket.keys"), key.repeat(3))
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

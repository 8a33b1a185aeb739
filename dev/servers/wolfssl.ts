// wolfSSL's example server. It looks for a file of wolfSSL's source above the folder in which it is started, and prints
// how each connection came about.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { checkoutPath } from "../../ts/base/paths.js"
import { receiverReads } from "../network/fault-proxy.js"
import { httpGet } from "./exchange.js"
import { builtServer, missingBuilt } from "./own.js"
import { isHttpOk, type Recipe, Server, type ServerKind, type ServerOptions } from "./server.js"

const program = builtServer("wolfssl/server")

const groupOptions = { x25519: "-t", secp256r1: "-Y" }

function startWolfssl(options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: "stdbuf", // in a pipe it would keep its lines to itself
        ready: /^listening on port/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: (files, port) => {
            mkdirSync(join(files.folder, "certs"), { recursive: true })
            writeFileSync(join(files.folder, "certs/dh2048.pem"), "")
            return [
                ...["-oL", program, "-i", "-x", "-g", "-p", String(port), "-c", files.certificate, "-k", files.key],
                ...(options.hasTls13?.() === false ? ["-v", "3"] : ["-v", "d"]),
                ...(options.tickets === false ? ["-T"] : []),
                ...(options.group === undefined ? [] : [groupOptions[options.group]]),
                ...(files.clientCa === "" ? ["-d"] : ["-F", "-A", files.clientCa]),
            ]
        },
        saysResumed: async (_, server) => {
            await receiverReads() // what it printed before it answered
            return server.find("the last connection", (lines) => {
                const start = lines.findLastIndex((line) => line.startsWith("SSL version is"))
                return start < 0 ? undefined : lines.slice(start).includes("SSL reused session")
            })
        },
    }
    return Server.start(recipe, options)
}

export const wolfssl: ServerKind = {
    name: "wolfSSL example server",
    version: async () => readFileSync(checkoutPath("firmware/wolfssl/VERSION"), "utf8").trim(), // it is built from that
    missing: () => missingBuilt("wolfssl/server", "CMake"),
    cannot: { lifetime: "wolfSSL's example server has no option for the lifetime of sessions" },
    known: [
        {
            kinds: ["ticket"],
            cases: ["restart"],
            why:
                "a wolfSSL server that refuses a ticket gives a session ID instead, by which it does not resume: the wake " +
                "after that is full again and gets a ticket",
        },
    ],
    start: startWolfssl,
}

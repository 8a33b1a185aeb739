// OpenSSL's s_server as it sends each line back reversed: a report and its answer of the same length, and nothing else.
import { openssl } from "../servers/openssl.js"
import { type Recipe, Server, type ServerKind } from "../servers/server.js"
import { REPORT_BYTES } from "./report.js"

const report = Buffer.from(`${"5".repeat(REPORT_BYTES - 1)}\n`)

export const echo: ServerKind = {
    ...openssl,
    name: "OpenSSL s_server -rev",
    start: (options) => {
        const recipe: Recipe = {
            program: "openssl",
            ready: /^ACCEPT/,
            exchange: [{ send: report, until: report.length }],
            isAnswer: (reply) => reply.equals(report),
            prepare: ({ certificate, key }, port) => [
                ...["s_server", "-accept", `127.0.0.1:${port}`, "-rev", "-groups", "X25519"],
                ...["-cert", certificate, "-cert_chain", certificate, "-key", key],
                ...(options.tickets === false ? ["-no_ticket"] : []),
            ],
        }
        return Server.start(recipe, options)
    },
}

// OpenSSL's s_server as it sends each line back reversed: a report and its answer of the same length, and nothing else.
// It agrees to resume without a key exchange, and knows a pre-shared key.
import { openssl } from "../servers/openssl.js"
import { type Recipe, Server, type ServerKind } from "../servers/server.js"
import { REPORT_BYTES } from "./report.js"

export const preSharedKey = { identity: "warmhello-device", key: Buffer.alloc(32, 0x5a) }

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
                ...[
                    "-allow_no_dhe_kex",
                    "-psk_identity",
                    preSharedKey.identity,
                    "-psk",
                    preSharedKey.key.toString("hex"),
                ],
                ...(options.tickets === false ? ["-no_ticket"] : []),
            ],
        }
        return Server.start(recipe, options)
    },
}

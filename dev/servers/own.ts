// Servers of ours in other languages, each a page or less around its language's own TLS. All are told the same by their
// environment, answer HTTP with what their library says of the connection, and print a line once they listen.
import { join } from "node:path"
import { checkout } from "../../ts/base/paths.js"
import { httpGet } from "./exchange.js"
import { isHttpOk, type Recipe, Server, type ServerOptions } from "./server.js"

/** Where a server's source lies, by its path in this folder. */
export const sourceOf = (path: string): string => join(checkout, "dev/servers", path)

/** Where set-up has built one. */
export const builtServer = (path: string): string => join(checkout, "build/servers", path)

/** How to run one: the program, what stands before its own arguments, and what it needs in its environment. */
export interface Own {
    program: string
    args: string[]
    environment?: Record<string, string>
}

export function startOwn(own: Own, options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program: own.program,
        ready: /^listening/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: () => own.args,
        environment: (files, port) => ({
            PORT: String(port),
            CERTIFICATE: files.certificate,
            KEY: files.key,
            CLIENT_CA: files.clientCa,
            TLS13: String(options.hasTls13?.() ?? true),
            TICKETS: String(options.tickets ?? true),
            LIFETIME_S: String(options.lifetimeS ?? ""),
            GROUP: options.group ?? "",
            ...own.environment,
        }),
        saysResumed: async ({ visit }) => {
            const said = /^resumed: (true|false)$/m.exec(visit.reply.toString())
            if (said === null) throw new Error(`${own.program} did not say: ${visit.reply.toString()}`)
            return said[1] === "true"
        },
    }
    return Server.start(recipe, options)
}

// Servers of ours in other languages, each a page or two around its language's own TLS. All are told the same by their
// environment, print a line once they listen, and answer HTTP with what their library says of the connection.
import { existsSync } from "node:fs"
import { checkoutPath } from "../../ts/base/paths.js"
import { httpGet } from "./exchange.js"
import { answerSays, isHttpOk, type Recipe, Server, type ServerOptions } from "./server.js"

/** Where the source of one lies, by its path in this folder. */
export const sourceOf = (path: string): string => checkoutPath(`dev/servers/${path}`)

/** Where set-up puts what it builds. */
export const builtServer = (path: string): string => checkoutPath(`build/servers/${path}`)

/** Why one that set-up builds is not here. `needs`: what it is built with. */
export const missingBuilt = (path: string, needs: string): string | undefined =>
    existsSync(builtServer(path)) ? undefined : `it is not built (npm run setup -- --interop, with ${needs})`

export interface Command {
    program: string
    args?: string[]
}

export function startOwn({ program, args = [] }: Command, options: ServerOptions): Promise<Server> {
    const recipe: Recipe = {
        program,
        ready: /^listening/,
        exchange: httpGet("/"),
        isAnswer: isHttpOk,
        prepare: () => args,
        environment: (files, port) => ({
            PORT: String(port),
            CERTIFICATE: files.certificate,
            KEY: files.key,
            CLIENT_CA: files.clientCa,
            TLS13: String(options.hasTls13?.() !== false),
            TICKETS: String(options.tickets !== false),
            LIFETIME_S: String(options.lifetimeS ?? ""),
            GROUP: options.group ?? "",
            EARLY_DATA_MAX: String(options.earlyDataMax?.() ?? 0),
        }),
        saysResumed: answerSays(/^resumed: (true|false)$/m, "true"),
    }
    return Server.start(recipe, options)
}

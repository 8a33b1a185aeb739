// Java's JSSE, by the JDK alone.
import { builtServer, missingBuilt, startOwn } from "./own.js"
import { missingProgram, versionOf } from "./program.js"
import type { ServerKind, ServerOptions } from "./server.js"

const folder = builtServer("java")

/** What Java takes from its command line alone. */
const properties = (tickets: boolean, { group }: ServerOptions): string[] => [
    ...["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"], // what is up sooner
    `-Djdk.tls.server.enableSessionTicketExtension=${tickets}`,
    ...(group === undefined ? [] : [`-Djdk.tls.namedGroups=${group}`]),
]

const common = {
    version: () => versionOf("java", ["-version"], /version "([^"]+)"/),
    missing: () => missingProgram("java") ?? missingBuilt("java/Main.class", "a JDK of version 17 or newer"),
}

const startWith = (tickets: boolean) => (options: ServerOptions) =>
    startOwn({ program: "java", args: [...properties(tickets, options), "-cp", folder, "Main"] }, options)

export const javaStateful: ServerKind = {
    ...common,
    name: "Java JSSE, stateful",
    cannot: { ticket: "without the session ticket extension Java keeps all sessions itself" },
    start: startWith(false),
}

export const javaStateless: ServerKind = {
    ...common,
    name: "Java JSSE, stateless",
    cannot: {
        id: "with the session ticket extension Java keeps no sessions itself",
        lifetime: "Java opens its tickets for longer than the session timeout that it is set to and tells",
    },
    start: startWith(true),
}

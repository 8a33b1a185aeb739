// Servers in Java: on JSSE, by the JDK alone, and on Netty with BoringSSL.
import { readFileSync } from "node:fs"
import { builtServer, missingBuilt, sourceOf, startOwn } from "./own.js"
import { missingProgram, versionOf } from "./program.js"
import type { ServerKind, ServerOptions } from "./server.js"

/** What Java takes from its command line alone. */
const properties = (tickets: boolean, { group }: ServerOptions): string[] => [
    ...["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"], // what is up sooner
    `-Djdk.tls.server.enableSessionTicketExtension=${tickets}`,
    ...(group === undefined ? [] : [`-Djdk.tls.namedGroups=${group}`]),
]

const JDK = "a JDK of version 17 or newer"

const common = {
    version: () => versionOf("java", ["-version"], /version "([^"]+)"/),
    missing: () => missingProgram("java") ?? missingBuilt("java/Main.class", JDK),
}

const startWith = (tickets: boolean) => (options: ServerOptions) =>
    startOwn({ program: "java", args: [...properties(tickets, options), "-cp", builtServer("java"), "Main"] }, options)

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

async function lockedNetty(): Promise<string> {
    const [, version = ""] = /<version>(\S+)\.Final</.exec(readFileSync(sourceOf("netty/pom.xml"), "utf8")) ?? []
    return version
}

const nettyClasses = `${builtServer("netty")}:${builtServer("netty/lib/*")}`

export const netty: ServerKind = {
    name: "Netty, BoringSSL",
    version: lockedNetty,
    missing: () => missingProgram("java") ?? missingBuilt("netty/Main.class", `${JDK} and Maven`),
    cannot: {},
    known: [
        {
            kinds: ["psk"],
            cases: ["expired"],
            why: "BoringSSL's tickets of TLS 1.3 keep their two days, whatever Netty's session timeout is",
        },
    ],
    start: (options) =>
        startOwn({ program: "java", args: [...properties(true, options), "-cp", nettyClasses, "Main"] }, options),
}

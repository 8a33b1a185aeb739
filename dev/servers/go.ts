// Go's net/http.
import { builtServer, missingBuilt, startOwn } from "./own.js"
import { versionOf } from "./program.js"
import type { ServerKind } from "./server.js"

const program = builtServer("go/warmhello-server")

/** What builds the servers in Go. */
export const goNeeds = "Go 1.26 or newer"

export const go: ServerKind = {
    name: "Go net/http",
    version: () => versionOf(program, ["--version"], /^go(\S+)/),
    missing: () => missingBuilt("go/warmhello-server", goNeeds),
    cannot: { id: "a server in Go keeps no sessions, it has tickets alone" },
    start: (options) => startOwn({ program }, options),
}

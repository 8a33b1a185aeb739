// rustls, which keeps its sessions itself or hands out tickets, and s2n-tls, which Amazon's own servers have.
import { readFileSync } from "node:fs"
import { builtServer, missingBuilt, sourceOf, startOwn } from "./own.js"
import type { ServerKind } from "./server.js"

const missing = () => missingBuilt("rust/release/rustls", "cargo 1.91 or newer")

/** Neither library tells its version. */
async function lockedVersion(crate: string): Promise<string> {
    const lock = readFileSync(sourceOf("rust/Cargo.lock"), "utf8")
    const [, version = ""] = new RegExp(`name = "${crate}"\nversion = "([^"]+)"`).exec(lock) ?? []
    return version
}

export const rustls = {
    version: () => lockedVersion("rustls"),
    missing,
    program: builtServer("rust/release/rustls"),
}

export const rustlsStateful: ServerKind = {
    name: "rustls, stateful",
    version: rustls.version,
    missing,
    cannot: {
        ticket: "without a ticketer rustls hands out no ticket in TLS 1.2",
        lifetime: "rustls's memory of sessions has no limit of time",
    },
    start: (options) => startOwn({ program: rustls.program }, { ...options, tickets: false }),
}

export const rustlsStateless: ServerKind = {
    name: "rustls, stateless",
    version: rustls.version,
    missing,
    cannot: { id: "with a ticketer rustls keeps no sessions itself" },
    start: (options) => startOwn({ program: rustls.program }, { ...options, tickets: true }),
}

export const s2n: ServerKind = {
    name: "s2n-tls",
    version: () => lockedVersion("s2n-tls"),
    missing,
    cannot: { id: "s2n-tls for Rust has no memory of sessions, it has tickets alone" },
    known: [
        {
            kinds: ["ticket", "psk"],
            cases: ["client-certificate"],
            why: "s2n-tls neither gives nor takes a ticket where it asks for a client certificate",
        },
    ],
    start: (options) => {
        if (options.group !== undefined) throw new Error("s2n-tls has no policy with one group alone")
        return startOwn({ program: builtServer("rust/release/s2n") }, options)
    },
}

// Node's https.
import { sourceOf, startOwn } from "./own.js"
import type { ServerKind } from "./server.js"

export const node: ServerKind = {
    name: "Node https",
    version: async () => `${process.versions.node}, OpenSSL ${process.versions.openssl}`,
    missing: () => undefined,
    cannot: {},
    start: (options) => startOwn({ program: process.execPath, args: [sourceOf("node/main.mjs")] }, options),
}

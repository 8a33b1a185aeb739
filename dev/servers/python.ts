// Python's asyncio.
import { sourceOf, startOwn } from "./own.js"
import { missingProgram, versionOf } from "./program.js"
import type { ServerKind } from "./server.js"

const script = sourceOf("python/main.py")

export const python: ServerKind = {
    name: "Python asyncio",
    version: () => versionOf("python3", [script, "--version"], /^Python (\S+, OpenSSL \S+)/),
    missing: () => missingProgram("python3"),
    cannot: { lifetime: "Python's ssl has no setting for the lifetime of sessions" },
    start: (options) => startOwn({ program: "python3", args: [script] }, options),
}

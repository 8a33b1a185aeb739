// What suites need that set-up installs with one command of its own. A suite needs what it imports: the module of a server
// needs its program. vitest.config.ts leaves out those whose need is not here and says so, except in .ci/run, which
// fails instead.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { pathOf } from "#dev/servers/program.js"

const root = resolve(import.meta.dirname, "../..")

const isBuilt = (path: string) => () => existsSync(join(root, path))

interface Need {
    /** In a message: there is no ... */
    what: string
    isHere: () => boolean
    /** Of set-up. */
    flag: "--tests" | "--c-tests" | "--interop"
}

const program = (name: string, flag: Need["flag"] = "--tests"): Need => ({
    what: name,
    isHere: () => pathOf(name) !== undefined,
    flag,
})

/** By the module that a suite imports, from the checkout's folder. */
const needs: Record<string, Need> = {
    "dev/servers/nginx.ts": program("nginx"),
    "dev/servers/mosquitto.ts": program("mosquitto"),
    "dev/servers/gnutls.ts": program("gnutls-serv"),
    "dev/servers/openssl.ts": program("openssl"),
    "dev/servers/caddy.ts": program("caddy", "--interop"),
    "dev/servers/erlang.ts": program("erl", "--interop"),
    "test/probe/real-servers.ts": {
        what: "OpenSSL, nginx or mosquitto",
        isHere: () => ["openssl", "nginx", "mosquitto"].every((name) => pathOf(name) !== undefined),
        flag: "--tests",
    },
    "dev/hostile/hostile.ts": {
        what: "library under AddressSanitizer",
        isHere: isBuilt("build/asan/libwarmhello.so"),
        flag: "--c-tests",
    },
    "dev/hostile/peer/cases.ts": {
        what: "scripted peer",
        isHere: isBuilt("build/hostile/python/requirements.txt"),
        flag: "--tests",
    },
    "dev/storm/storm.ts": {
        what: "Locust, nginx or mosquitto",
        isHere: () =>
            isBuilt("build/storm/python/requirements.txt")() &&
            ["nginx", "mosquitto", "openssl"].every((name) => pathOf(name) !== undefined),
        flag: "--tests",
    },
    "test/storm/manifests.ts": {
        what: "checker of manifests",
        isHere: isBuilt("build/storm/manifests/requirements.txt"),
        flag: "--tests",
    },
    "test/fleet/broker.ts": program("mosquitto"),
    "test/fleet/prometheus.ts": program("prometheus"),
    "test/ts/support/pki.ts": program("openssl"),
    "test/trust/keys.ts": program("openssl"),
    "test/trust/clients.ts": program("curl"),
    "test/ts/support/ca-files.ts": program("ssh-keygen"),
    "test/ts/support/own-files.ts": program("ssh-keygen"),
    "dev/setup/platformio.mjs": {
        what: "PlatformIO",
        isHere: isBuilt("build/platformio/python/requirements.txt"),
        flag: "--tests",
    },
    "test/esp32/board.ts": {
        what: "ESP32 port on the desk",
        isHere: isBuilt("build/asan/esp32/esp32_board"),
        flag: "--c-tests",
    },
    "test/esp_tls/app.ts": {
        what: "stack of esp_tls on the desk",
        isHere: isBuilt("build/asan/esp_tls/esp_tls_app"),
        flag: "--c-tests",
    },
    "test/arduino/sketch.ts": {
        what: "Arduino port on the desk",
        isHere: isBuilt("build/asan/arduino/arduino_sketch_3"),
        flag: "--c-tests",
    },
    "test/ts/compact-outcome.test.ts": {
        what: "compact outcomes in C",
        isHere: isBuilt("build/asan/tests/compact_outcomes"),
        flag: "--c-tests",
    },
    "test/interop/example.test.ts": { what: "example in C", isHere: isBuilt("build/asan/resume"), flag: "--c-tests" },
    "test/interop/hostile-servers.test.ts": {
        what: "example in C",
        isHere: isBuilt("build/asan/resume"),
        flag: "--c-tests",
    },
}

/** A file and all that it imports of ours, from the checkout's folder. */
function withImports(path: string, found = new Set<string>()): Set<string> {
    if (found.has(path) || !existsSync(join(root, path))) return found
    found.add(path)
    if (!path.endsWith(".ts")) return found
    for (const [, name = ""] of readFileSync(join(root, path), "utf8").matchAll(/ from "(\.[^"]+|#dev\/[^"]+)"/g)) {
        const imported = name.startsWith("#") ? name.slice(1) : join(dirname(path), name)
        withImports(imported.replace(/\.js$/, ".ts"), found)
    }
    return found
}

/** A reason to skip, said once; where nothing may be skipped, an error. */
export function skipped(reason: string): string {
    if (process.env.WARMHELLO_NOTHING_SKIPPED === "1") throw new Error(`nothing is skipped here, but ${reason}`)
    process.stderr.write(`skipped: ${reason}\n`)
    return reason
}

/** Paths of the suites, among those with one of these words in their path, that cannot run here. */
export function suitesToSkip(words: readonly string[]): string[] {
    const suites = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".test.ts"))
        .map((name) => join("test", name))
        .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
    return suites.filter((path) => {
        const missing = [...withImports(path)].map((file) => needs[file]).find((need) => need?.isHere() === false)
        if (missing === undefined) return false
        skipped(`${path}: there is no ${missing.what} (npm run setup -- ${missing.flag})`)
        return true
    })
}

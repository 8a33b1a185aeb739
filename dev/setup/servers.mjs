// @ts-check
// What `npm run interop` meets beside Debian's servers: programs of ours around the TLS of other languages and of GnuTLS,
// NATS, and wolfSSL's own server. Cargo, Go and ninja know what has changed. A server whose compiler is not here is left out.
import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { build } from "./cmake.mjs"
import { inPath, perform, root } from "./shell.mjs"

const from = (/** @type {string} */ name) => join(root, "dev/servers", name)
const to = (/** @type {string} */ name) => join(root, "build/servers", name)

/** @typedef {{needs: string, command: string[], minimum: [number, number]}} Compiler */

/** @type {Record<"rust" | "go", Compiler>} */
const compilers = {
    rust: { needs: "cargo", command: ["cargo", "--version"], minimum: [1, 91] },
    go: { needs: "Go", command: ["go", "version"], minimum: [1, 26] },
}

/** In the folder of the source, as Go brings the version that is asked for there. @param {"rust" | "go"} language */
function hasCompiler(language) {
    const { needs, command, minimum } = compilers[language]
    const [program = "", ...args] = command
    const said = spawnSync(program, args, { cwd: from(language), encoding: "utf8" }).stdout ?? ""
    const [, major, minor] = /(\d+)\.(\d+)/.exec(said) ?? []
    const found = [Number(major ?? 0), Number(minor ?? 0)]
    if (found[0] === minimum[0] && (found[1] ?? 0) >= minimum[1]) return true
    process.stderr.write(`set-up: no ${needs} ${minimum.join(".")} or newer, so its servers are left out\n`)
    return false
}

async function buildRust() {
    const manifest = join(from("rust"), "Cargo.toml")
    const command = ["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", manifest]
    await perform(command, { env: { CARGO_TARGET_DIR: to("rust") } })
}

/** Modules as go.sum has them. */
async function buildGo() {
    mkdirSync(to("go"), { recursive: true })
    const packages = [".", "github.com/nats-io/nats-server/v2"]
    await perform(["go", "build", "-mod=readonly", "-buildvcs=false", "-o", `${to("go")}/`, ...packages], {
        cwd: from("go"),
    })
}

async function buildGnutls() {
    mkdirSync(to("gnutls"), { recursive: true })
    const flags = ["-O1", "-Wall", "-Wextra", "-Werror"]
    await perform(["cc", ...flags, "-o", to("gnutls/server"), from("gnutls/main.c"), "-lgnutls"])
}

/** @param {string} name @param {string[]} options */
async function compileJava(name, ...options) {
    const [source, made] = [join(from(name), "Main.java"), join(to(name), "Main.class")]
    if (existsSync(made) && statSync(made).mtimeMs > statSync(source).mtimeMs) return
    await perform(["javac", "-Xlint:all", "-Werror", ...options, "-d", to(name), source])
}

/** Maven has no lock file: what it fetches is named by versions, and its manifest is beside it once all is there. */
async function buildNetty() {
    const [manifest, made, libraries] = [
        join(from("netty"), "pom.xml"),
        join(to("netty"), "pom.xml"),
        join(to("netty"), "lib"),
    ]
    if (!existsSync(made) || !readFileSync(made).equals(readFileSync(manifest))) {
        rmSync(to("netty"), { recursive: true, force: true })
        const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${libraries}`]
        await perform(["mvn", "--quiet", "--batch-mode", "--file", manifest, ...goal])
        copyFileSync(manifest, made)
    }
    await compileJava("netty", "-cp", join(libraries, "*"))
}

/** @param {(name: string, make: () => Promise<void>) => Promise<void>} step */
export async function makeServers(step) {
    if (hasCompiler("rust")) await step("servers in Rust", buildRust)
    if (hasCompiler("go")) await step("servers in Go", buildGo)
    if (inPath("javac")) await step("server in Java", () => compileJava("java"))
    if (inPath("javac") && inPath("mvn")) await step("Netty", buildNetty)
    await step("server on GnuTLS", buildGnutls)
    await step("wolfSSL's server", () => build("dev/servers/wolfssl", "server"))
}

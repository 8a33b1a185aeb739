// `npm pack` runs this first: what the package holds beyond the checkout's own files is put into build/package, and what
// would be missing ends it. The core's C sources go as they are, for the user's compiler (ts/core/native-files.ts).
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { checkoutPath } from "../../ts/base/paths.js"
import { argumentsOf, nativeLibraries } from "../../ts/core/native-files.js"
import { filesBehind, oneCall, responseFile } from "./compiler-arguments.js"

const BUILD = checkoutPath("build/host")
const PACKAGE = "build/package"
const ROOT = checkoutPath(".")

const output = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 })

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "")

const isBelow = (path: string, folder: string): boolean => path.startsWith(folder + sep)

/** How each library is made, by CMake's build. */
const calls = nativeLibraries.map((library) => ({
    library,
    call: oneCall(lines(output("ninja", "-C", BUILD, "-t", "commands", library))),
}))

function wolfsslFolder(): string {
    const folders = calls.flatMap(({ call }) => call.includes.map(([, folder]) => folder))
    const found = folders.find((folder) => existsSync(join(folder, "wolfssl/version.h")))
    if (found === undefined) throw new Error("the build does not say where wolfSSL is")
    return found
}

const wolfssl = wolfsslFolder()

/** Where a file or folder of the build is in the package. */
function packed(path: string): string {
    if (path === wolfssl || isBelow(path, wolfssl)) return join(PACKAGE, "wolfssl", relative(wolfssl, path))
    if (isBelow(path, ROOT)) return relative(ROOT, path)
    throw new Error(`${path} is not packed`)
}

/** What a checkout's build still has of sources that are gone. */
function removeStale(): void {
    for (const entry of readdirSync(checkoutPath("build/ts"), { recursive: true, encoding: "utf8" })) {
        const source = checkoutPath(join("ts", entry.replace(/\.(?:js|d\.ts|js\.map)$/, ".ts")))
        if (!existsSync(source)) rmSync(checkoutPath(join("build/ts", entry)), { recursive: true, force: true })
    }
}

/** All that they are made from but the system's headers. */
function nativeSources(): string[] {
    const sources = calls.flatMap(({ call }) => call.sources)
    const files = filesBehind(sources, output("ninja", "-C", BUILD, "-t", "deps"))
    return files.filter((path) => isBelow(path, wolfssl) || isBelow(path, ROOT))
}

/** What firmware for an ESP32 may take beside them (component.cmake). */
function espressifSources(): string[] {
    const headers = readdirSync(join(wolfssl, "wolfssl/wolfcrypt/port/Espressif")).filter((name) => name.endsWith(".h"))
    return [
        ...headers.map((name) => join(wolfssl, "wolfssl/wolfcrypt/port/Espressif", name)),
        ...["esp32_aes.c", "esp32_sha.c", "esp32_util.c"].map((name) =>
            join(wolfssl, "wolfcrypt/src/port/Espressif", name),
        ),
    ]
}

function copyWolfssl(sources: string[]): void {
    const licences = ["COPYING", "LICENSING"].map((name) => join(wolfssl, name))
    for (const path of [...licences, ...sources.filter((source) => isBelow(source, wolfssl))]) {
        const copy = checkoutPath(packed(path))
        mkdirSync(dirname(copy), { recursive: true })
        cpSync(path, copy)
    }
}

/** What npm would pack, against what is known to be needed: it leaves out what is not there without a word. */
function checkContents(needed: string[]): void {
    const [listed]: { files: { path: string }[] }[] = JSON.parse(
        output("npm", "pack", "--dry-run", "--json", "--ignore-scripts"),
    )
    const files = new Set(listed?.files.map(({ path }) => path))
    const missing = needed.filter((path) => !files.has(path))
    if (missing.length > 0) throw new Error(`the package would lack ${missing.join(", ")}`)
}

const compiled = readdirSync(checkoutPath("ts"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.startsWith("report/page"))
    .map((path) => `build/ts/${path.replace(/\.ts$/, ".js")}`)

rmSync(checkoutPath(PACKAGE), { recursive: true, force: true })
mkdirSync(checkoutPath(PACKAGE), { recursive: true })
removeStale()
const sources = [...nativeSources(), ...espressifSources()]
copyWolfssl(sources)
for (const { library, call } of calls) writeFileSync(checkoutPath(argumentsOf(library)), responseFile(call, packed))
checkContents([
    ...compiled,
    ...sources.map(packed),
    ...nativeLibraries.map(argumentsOf),
    ...["build/report/page.js", "ts/report/page/style.css", "ts/measure/jls.py", "devs/services/tls-session.md"],
])

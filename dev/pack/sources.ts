// What the packages take of wolfSSL: no more than is compiled.
import { execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { checkoutPath } from "../../ts/base/paths.js"
import { nativeLibraries } from "../../ts/core/native-files.js"
import { filesBehind, oneCall } from "./compiler-arguments.js"

const BUILD = checkoutPath("build/host")
export const ROOT = checkoutPath(".")

export const output = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 })

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "")

export const isBelow = (path: string, folder: string): boolean => path.startsWith(folder + sep)

/** How each library is made, by CMake's build. */
export const calls = nativeLibraries.map((library) => ({
    library,
    call: oneCall(lines(output("ninja", "-C", BUILD, "-t", "commands", library))),
}))

function wolfsslFolder(): string {
    const folders = calls.flatMap(({ call }) => call.includes.map(([, folder]) => folder))
    const found = folders.find((folder) => existsSync(join(folder, "wolfssl/version.h")))
    if (found === undefined) throw new Error("the build does not say where wolfSSL is")
    return found
}

export const wolfssl = wolfsslFolder()

/** All that they are made from but the system's headers. */
export function nativeSources(): string[] {
    const sources = calls.flatMap(({ call }) => call.sources)
    const files = filesBehind(sources, output("ninja", "-C", BUILD, "-t", "deps"))
    return files.filter((path) => isBelow(path, wolfssl) || isBelow(path, ROOT))
}

/** What firmware for an ESP32 may take beside them (component.cmake). */
export function espressifSources(): string[] {
    const headers = readdirSync(join(wolfssl, "wolfssl/wolfcrypt/port/Espressif")).filter((name) => name.endsWith(".h"))
    return [
        ...headers.map((name) => join(wolfssl, "wolfssl/wolfcrypt/port/Espressif", name)),
        ...["esp32_aes.c", "esp32_sha.c", "esp32_util.c"].map((name) =>
            join(wolfssl, "wolfcrypt/src/port/Espressif", name),
        ),
    ]
}

/** Those of wolfSSL among them, with its licence, into a folder. */
export function copyWolfssl(sources: string[], folder: string): void {
    const licences = ["COPYING", "LICENSING"].map((name) => join(wolfssl, name))
    for (const path of [...licences, ...sources.filter((source) => isBelow(source, wolfssl))]) {
        const copy = join(folder, relative(wolfssl, path))
        mkdirSync(dirname(copy), { recursive: true })
        cpSync(path, copy)
    }
}

// Where the core's shared libraries are. In a checkout set-up has built them. In an installed package one call of the C
// compiler does, when they are first needed, since npm runs no install script: from the arguments that dev/pack has taken
// from CMake's build.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { accessSync, constants, existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { WarmhelloError } from "../base/errors.js"
import { makeFolder, readFile, writeWhole } from "../base/files.js"
import { findInPath } from "../base/find-program.js"
import { checkoutPath } from "../base/paths.js"
import { TemporaryFolder } from "../base/temporary.js"

/** The core, and the clock of the built-in server. */
export const nativeLibraries = ["libwarmhello.so", "libshifted_clock.so"] as const
export type NativeLibrary = (typeof nativeLibraries)[number]

const BUILT = "build/host"
/** A response file for the C compiler: all but the name of the output, paths from the top of the package. */
export const argumentsOf = (library: NativeLibrary): string => `build/package/${library}.args`

/** The path of one of them. In a package it is compiled first if need be.
 *
 * Throws `not-built` in a checkout; `no-compiler`, `core-not-compiled` or `file-unwritable` in a package. */
export function nativeFile(library: NativeLibrary): string {
    const built = checkoutPath(join(BUILT, library))
    if (existsSync(built)) return built
    if (!nativeLibraries.every((one) => existsSync(checkoutPath(argumentsOf(one))))) {
        throw new WarmhelloError("not-built", "the native library is not built")
    }
    const folder = folderForBuild()
    const missing = nativeLibraries.filter((one) => !existsSync(join(folder, one)))
    if (missing.length > 0) {
        const compiler = findCompiler()
        process.stderr.write("compiling the native core, once ...\n")
        for (const one of missing) compile(compiler, one, join(folder, one))
    }
    return join(folder, library)
}

/** The package's own folder, or the user's cache where the package is somebody else's. */
function folderForBuild(): string {
    const own = checkoutPath(BUILT)
    try {
        makeFolder(own)
        accessSync(own, constants.W_OK)
        return own
    } catch {
        return madeInCache()
    }
}

function madeInCache(): string {
    const folder = cacheFolder()
    try {
        makeFolder(folder)
        return folder
    } catch (cause) {
        const message = `the compiled native core cannot be kept in ${folder}: ${(cause as Error).message}`
        const hint = "XDG_CACHE_HOME names another folder for it: one that can be written to and has room."
        throw new WarmhelloError("file-unwritable", message, { cause, hint })
    }
}

/** One for each package, also where two have the same version, and for each kind of machine that shares a home. */
function cacheFolder(): string {
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache")
    const hash = createHash("sha256")
    for (const library of nativeLibraries) hash.update(readFileSync(checkoutPath(argumentsOf(library))))
    const { version } = JSON.parse(readFileSync(checkoutPath("package.json"), "utf8"))
    return join(cache, "warmhello", `${version}-${process.arch}-${hash.digest("hex").slice(0, 12)}`)
}

/** The compiler's command and what the person wants to be given to it. */
function findCompiler(): string[] {
    if (process.platform !== "linux") {
        throw new WarmhelloError("core-not-compiled", `the native core is for Linux, and this is ${process.platform}`)
    }
    const named = process.env.CC?.split(" ").filter(Boolean) ?? []
    if (named.length > 0) return named
    const found = ["cc", "gcc", "clang"].find((name) => findInPath(name) !== undefined)
    if (found !== undefined) return [found]
    throw new WarmhelloError(
        "no-compiler",
        "the native core must be compiled once, and there is no cc, gcc or clang in PATH",
    )
}

/** Whole or not at all, so that two processes at once do no harm: the second renames its own over the first's. */
function compile([program = "", ...given]: string[], library: NativeLibrary, path: string): void {
    using folder = new TemporaryFolder("native")
    const made = folder.file(library)
    const { error, status, stderr } = spawnSync(program, [...given, `@${argumentsOf(library)}`, "-o", made], {
        cwd: checkoutPath("."),
        encoding: "utf8",
        stdio: ["ignore", "ignore", "pipe"],
    })
    if (status !== 0) {
        const why = error?.message ?? stderr.trim()
        throw new WarmhelloError("core-not-compiled", `${program} cannot compile the native core: ${why}`)
    }
    writeWhole(path, readFile(made))
}

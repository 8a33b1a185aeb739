// @ts-check
// Everything that reads the source without running it. Exits 1 when something is found.

import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { inPath, outputOf, root, run, runQuietly } from "./shell.mjs"

const filesOf = (/** @type {string[]} */ ...patterns) =>
    outputOf(["git", "ls-files", "--cached", "--others", "--exclude-standard", ...patterns])
        .split("\n")
        .filter((path) => path !== "")
const cFiles = filesOf("*.c", "*.cpp", "*.h")
const cSources = cFiles.filter((path) => !path.endsWith(".h"))
const folderOf = (/** @type {string} */ path) =>
    /^test\/(?:mcu\/peers\/)?(fuzz|bench|mbedtls|bearssl|picotls)\//.exec(path)?.[1] ??
    /^test\/(mcu)\/(?!peers)/.exec(path)?.[1] ??
    (path.startsWith("test/mcu/peers/") ? "mbedtls" : undefined) ??
    (path.startsWith("firmware/port/rv32/") ? "rv32" : "asan")

/** @type {[string, () => boolean][]} */
const checks = [
    ["knip", () => run(["node_modules/.bin/knip"])],
    ["Biome", () => run(["node_modules/.bin/biome", "check", "--error-on-warnings", "."])],
    ["types of the scripts", () => run(["node_modules/.bin/tsc", "-p", "dev/setup/tsconfig.json"])],
    ["types of the report's page", () => run(["node_modules/.bin/tsc", "-p", "ts/report/page/tsconfig.json"])],
    ["types of the fleet's page", () => run(["node_modules/.bin/tsc", "-p", "ts/fleet/page/tsconfig.json"])],
    ["types of the tests", () => run(["node_modules/.bin/tsc", "-p", "test/tsconfig.json"])],
    ["generated files", () => run([process.execPath, "build/dev/generate/main.js", "--check"])],
    ["descriptions of the public headers", () => run([process.execPath, "dev/api-docs/make.mjs", "--check"])],
    ["clang-format", () => run(["clang-format", "--dry-run", "-Werror", ...cFiles])],
    ["rustfmt", () => formats("rustfmt", ["--check", "--edition", "2024", ...filesOf("*.rs")])],
    ["gofmt", () => formats("gofmt", ["-l", ...filesOf("*.go")])],
    ["clang-tidy", () => tidy("asan")],
    ["clang-tidy, fuzz targets", () => tidy("fuzz")],
    ["clang-tidy, bench programs", () => tidy("bench")],
    ["clang-tidy, firmware for the emulator", () => tidyFirmware("size", "rv32")],
    ["clang-tidy, mbedTLS for the emulator", () => tidyFirmware("mbedtls-size", "mbedtls")],
    ["clang-tidy, BearSSL for the emulator", () => tidyFirmware("bearssl-size", "bearssl")],
    ["clang-tidy, picotls for the emulator", () => tidyFirmware("picotls-size", "picotls")],
    [
        "clang-tidy, profiler",
        () => runQuietly(["clang-tidy", "--quiet", ...sourcesOf("mcu"), "--", "-std=gnu11", "-Wall", "-Wextra"]),
    ],
]

/**
 * Says nothing on its output when all is well. Nobody needs these compilers to work on the rest.
 * @param {string} program @param {string[]} args
 */
function formats(program, args) {
    if (!inPath(program)) {
        process.stderr.write(`left out: there is no ${program}\n`)
        return true
    }
    const done = spawnSync(program, args, { cwd: root, encoding: "utf8" })
    const ok = done.status === 0 && done.stdout === ""
    if (!ok) process.stderr.write(`${done.stdout}${done.stderr}\n`)
    return ok
}

const sourcesOf = (/** @type {string} */ build) => cSources.filter((path) => folderOf(path) === build)

/** @param {string} build the folder in build/ that compiles them */
const tidy = (build) => tidyFiles(`build/${build}`, sourcesOf(build))

/** @param {string} database folder of the compile commands @param {string[]} files */
function tidyFiles(database, files) {
    const jobs = String(availableParallelism())
    const patterns = files.map((path) => `^${root}/${path}$`)
    return runQuietly(["run-clang-tidy", "-quiet", "-p", database, "-j", jobs, ...patterns])
}

/**
 * clang knows neither the cross compiler's specs nor all of its flags.
 * @param {string} build folder in build/rv32 @param {string} sources
 */
function tidyFirmware(build, sources) {
    const folder = join(root, `build/rv32/tidy-${build}`)
    const database = join(root, `build/rv32/${build}/compile_commands.json`)
    if (!existsSync(database)) {
        process.stderr.write(`left out: set-up has built no ${sources} for the emulator\n`)
        return true
    }
    const commands = readFileSync(database, "utf8")
    const picolibc = "-isystem /usr/lib/picolibc/riscv64-unknown-elf/include"
    mkdirSync(folder, { recursive: true })
    writeFileSync(
        join(folder, "compile_commands.json"),
        commands
            .replaceAll("--specs=picolibc.specs", `--target=riscv32-unknown-elf ${picolibc}`)
            .replaceAll("-fno-tree-loop-distribute-patterns", ""),
    )
    return tidyFiles(folder, sourcesOf(sources))
}

for (const [name, check] of checks) {
    const ok = check()
    process.stdout.write(`${ok ? "ok  " : "FAIL"} ${name}\n`)
    if (!ok) process.exitCode = 1
}

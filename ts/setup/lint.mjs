// @ts-check
// Everything that reads the source without running it. Exits 1 when something is found.
import { availableParallelism } from "node:os"
import { outputOf, root, run, runQuietly } from "./shell.mjs"

const cFiles = outputOf(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.c", "*.h"])
    .split("\n")
    .filter((path) => path !== "")
const cSources = cFiles.filter((path) => path.endsWith(".c"))
const folderOf = (/** @type {string} */ path) => /^test\/(fuzz|bench)\//.exec(path)?.[1] ?? "asan"

/** @type {[string, () => boolean][]} */
const checks = [
    ["Biome", () => run(["node_modules/.bin/biome", "check", "--error-on-warnings", "."])],
    ["types of the scripts", () => run(["node_modules/.bin/tsc", "-p", "ts/setup/tsconfig.json"])],
    ["types of the tests", () => run(["node_modules/.bin/tsc", "-p", "test/tsconfig.json"])],
    ["generated files", () => run([process.execPath, "build/ts/generate/main.js", "--check"])],
    ["clang-format", () => run(["clang-format", "--dry-run", "-Werror", ...cFiles])],
    ["clang-tidy", () => tidy("asan")],
    ["clang-tidy, fuzz targets", () => tidy("fuzz")],
    ["clang-tidy, bench programs", () => tidy("bench")],
]

/** @param {string} build the folder in build/ that compiles them */
function tidy(build) {
    const files = cSources.filter((path) => folderOf(path) === build)
    const jobs = String(availableParallelism())
    return runQuietly([
        "run-clang-tidy",
        "-quiet",
        "-p",
        `build/${build}`,
        "-j",
        jobs,
        ...files.map((path) => `^${root}/${path}$`),
    ])
}

for (const [name, check] of checks) {
    const ok = check()
    process.stdout.write(`${ok ? "ok  " : "FAIL"} ${name}\n`)
    if (!ok) process.exitCode = 1
}

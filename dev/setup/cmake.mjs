// @ts-check
// Builds by CMake's presets. CMake and ninja know themselves what has changed, and when to configure again; only of the
// presets they take no notice later, nor of the folders that set-up gives them.
import { existsSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { perform, root } from "./shell.mjs"

/** @param {string} path */
const timeOf = (path) => statSync(path).mtimeMs

/** Where the preset is built: all of a file inherit that from the first. @param {string} source @param {string} preset */
function folderOf(source, preset) {
    const [base] = JSON.parse(readFileSync(join(source, "CMakePresets.json"), "utf8")).configurePresets
    return join(base.binaryDir.replace("$" + "{sourceDir}", source).replace("$" + "{presetName}", preset))
}

/** @param {string} folder */
const cacheOf = (folder) => {
    const file = join(folder, "CMakeCache.txt")
    return existsSync(file) ? readFileSync(file, "utf8").split("\n") : []
}

/** @param {string} source @param {string} folder @param {string[]} variables */
function isConfigured(source, folder, variables) {
    const done = join(folder, "CMakeFiles/cmake.check_cache") // written each time that it configures
    if (!existsSync(join(folder, "build.ninja")) || !existsSync(done)) return false
    const cache = cacheOf(folder)
    return (
        timeOf(done) > timeOf(join(source, "CMakePresets.json")) &&
        variables.every((variable) => cache.includes(variable))
    )
}

/**
 * @param {string} path folder of the CMakeLists.txt and its presets, below the checkout's
 * @param {string} preset for configuring, and for the build unless that has a name of its own
 * @param {{build?: string, targets?: string[], source?: string}} [options] `source`: of another library than wolfSSL
 */
export async function build(path, preset, { build = preset, targets = [], source: library } = {}) {
    const source = join(root, path)
    const folder = folderOf(source, preset)
    const home = cacheOf(folder).find((line) => line.startsWith("CMAKE_HOME_DIRECTORY:"))
    if (home !== undefined && !home.endsWith(`=${source}`)) rmSync(folder, { recursive: true }) // of a moved checkout
    const variables = [
        library === undefined ? `WOLFSSL_DIR:PATH=${process.env.WOLFSSL_DIR ?? ""}` : `PEER_DIR:PATH=${library}`,
    ]
    if (!isConfigured(source, folder, variables)) {
        await perform(["cmake", "--preset", preset, ...variables.map((variable) => `-D${variable}`)], { cwd: source })
    }
    const only = targets.length > 0 ? ["--target", ...targets] : []
    await perform(["cmake", "--build", "--preset", build, ...only], { cwd: source })
}

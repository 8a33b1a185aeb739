// @ts-check
// PlatformIO with a core folder that needs none of its registry: see test/pio/README.md.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { hasPython, installPython, platformio, pythonProgram } from "./python.mjs"
import { root } from "./shell.mjs"

const core = join(root, "build/platformio/core")

export const pio = pythonProgram(platformio, "pio")

/** Where `npm run test:pio` leaves PlatformIO's report. */
export const pioResults = join(root, "build/pio-results.json")

/** What PlatformIO's commands need in their environment to stay in this folder. */
export const pioEnvironment = {
    PLATFORMIO_CORE_DIR: core,
    PLATFORMIO_PLATFORMS_DIR: join(root, "test/pio/platforms"),
    PLATFORMIO_SETTING_ENABLE_TELEMETRY: "No",
    PLATFORMIO_NO_ANSI: "true",
}

export const hasPio = () => hasPython(platformio)

export async function installPio() {
    makeTool("tool-scons", "SCons", sconsVersion())
    await installPython(platformio)
}

/** SCons 4.11.1 is PlatformIO's package 4.41101.0. */
function sconsVersion() {
    const version = /^SCons==(\d+)\.(\d+)\.(\d+)$/m.exec(readFileSync(join(root, platformio.requirements), "utf8"))
    if (version === null) throw new Error(`${platformio.requirements} names no version of SCons`)
    const [, major = "", minor = "", patch = ""] = version
    return `${major}.${major}${minor.padStart(2, "0")}${patch.padStart(2, "0")}.0`
}

/** @param {string} name @param {string} module @param {string} version */
function makeTool(name, module, version) {
    const folder = join(core, "packages", name)
    const spec = { owner: "platformio", id: null, name, requirements: null, uri: null }
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version, description: `${module} of PyPI` }))
    writeFileSync(join(folder, ".piopm"), JSON.stringify({ type: "tool", name, version, spec }))
    writeFileSync(join(folder, "scons.py"), "from SCons.Script.Main import main\n\nmain()\n")
}

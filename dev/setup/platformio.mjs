// @ts-check
// PlatformIO in a Python environment of the checkout's own, and a core folder for it that needs none of
// its registry: see test/pio/README.md.
import fs, { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./shell.mjs"

const home = join(root, "build/platformio")
const core = join(home, "core")
const requirements = "test/pio/requirements.txt"

export const pio = join(home, "python/bin/pio")

/** Where `npm run test:pio` leaves PlatformIO's report. */
export const pioResults = join(root, "build/pio-results.json")

/** What PlatformIO's commands need in their environment to stay in this folder. */
export const pioEnvironment = {
    PLATFORMIO_CORE_DIR: core,
    PLATFORMIO_SETTING_ENABLE_TELEMETRY: "No",
    PLATFORMIO_NO_ANSI: "true",
}

export const pioIsMade = () => existsSync(pio) && existsSync(join(core, "packages/tool-scons/.piopm"))

/** @param {(command: string[]) => string} run */
export function makePio(run) {
    rmSync(home, { recursive: true, force: true })
    const python = join(home, "python")
    run(["python3", "-m", "venv", python])
    run([join(python, "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "-r", requirements])
    fs.cpSync(join(root, "test/pio/platforms"), join(core, "platforms"), { recursive: true })
    makeTool("tool-scons", "SCons", sconsVersion())
}

/** SCons 4.11.1 is PlatformIO's package 4.41101.0. */
function sconsVersion() {
    const version = /^SCons==(\d+)\.(\d+)\.(\d+)$/m.exec(readFileSync(join(root, requirements), "utf8"))
    if (version === null) throw new Error(`${requirements} names no version of SCons`)
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

// @ts-check
// ESP-IDF's component manager, the oldest and the newest that a build of ours may meet, each in a Python environment of its
// own, for the test that shows our manifests to both.
import { rmSync } from "node:fs"
import { join } from "node:path"
import { root } from "./shell.mjs"

export const managers = /** @type {const} */ (["oldest", "newest"])

/** @param {string} which */
const home = (which) => join(root, "build/python/component-manager", which)

/** @param {string} which */
export const managerPython = (which) => join(home(which), "bin/python")

/** @param {(command: string[]) => string} run */
export function makeManagers(run) {
    for (const which of managers) {
        rmSync(home(which), { recursive: true, force: true })
        run(["python3", "-m", "venv", home(which)])
        const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        run([managerPython(which), ...install, "-r", `test/idf/managers/${which}.txt`])
    }
}

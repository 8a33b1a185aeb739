// @ts-check
// Python's packages, each set in an environment of its own below build/.
import { copyFileSync, existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { perform, root } from "./shell.mjs"

/** What a file of requirements makes. @typedef {{folder: string, requirements: string, options?: string[]}} Environment */

/** @type {Environment} */
export const pyjls = { folder: join(root, "build/python"), requirements: "test/support/requirements.txt" }

/** @type {Environment} */
export const platformio = { folder: join(root, "build/platformio/python"), requirements: "test/pio/requirements.txt" }

/** @type {Environment} */
export const hostilePeer = {
    folder: join(root, "build/hostile/python"),
    requirements: "dev/hostile/peer/requirements.txt",
}

/** @type {Environment} */
export const storm = { folder: join(root, "build/storm/python"), requirements: "dev/storm/requirements.txt" }

/** @type {Environment} */
export const stormTests = { folder: join(root, "build/storm/manifests"), requirements: "test/storm/requirements.txt" }

/** ESP-IDF's component manager, the oldest and the newest that a build of ours may meet. @param {string} which */
const manager = (which) => ({
    folder: join(root, "build/component-manager", which),
    requirements: `test/idf/managers/${which}.txt`,
    options: ["--no-deps"],
})

/** @type {Record<"oldest" | "newest", Environment>} */
export const managers = { oldest: manager("oldest"), newest: manager("newest") }

/** @param {Environment} environment @param {string} name */
export const pythonProgram = ({ folder }, name) => join(folder, "bin", name)

/** What it was made of, put there when it was whole. @param {Environment} environment */
const madeOf = ({ folder }) => join(folder, "requirements.txt")

/** @param {Environment} environment */
export function hasPython(environment) {
    const made = madeOf(environment)
    return existsSync(made) && readFileSync(made).equals(readFileSync(join(root, environment.requirements)))
}

/** @param {Environment} environment */
export async function installPython(environment) {
    const { folder, requirements, options = [] } = environment
    rmSync(folder, { recursive: true, force: true })
    await perform(["python3", "-m", "venv", folder])
    const pip = [pythonProgram(environment, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    await perform([...pip, ...options, "-r", requirements])
    copyFileSync(join(root, requirements), madeOf(environment))
}

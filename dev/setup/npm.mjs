// @ts-check
// The npm packages. npm itself writes down what it has installed, in node_modules/.package-lock.json.
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { linkNode, livingNode, nodeIsLinked, nodeIsTooOld } from "../../ts/cli/node-version.mjs"
import { perform, root } from "./shell.mjs"

/** @typedef {{version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[]}} Locked */

/** Two more attempts as usual, but not a minute apart: without a network that would be a minute of silence. */
const NPM_PATIENCE = ["--fetch-retry-maxtimeout=10000"]

/** @param {string} path @returns {Record<string, Locked>} of each folder in node_modules */
function readLock(path) {
    const { "": _, ...packages } = JSON.parse(readFileSync(join(root, path), "utf8")).packages
    return packages
}

const { header } = /** @type {{header: Record<string, string>}} */ (process.report.getReport())
const libcHere = header.glibcVersionRuntime === undefined ? "musl" : "glibc"

/** npm leaves out what is optional and for other machines; an old Node makes it leave out more. @param {Locked} locked */
function mayBeLeftOut({ optional = false, os = [], cpu = [], libc = [libcHere] }) {
    return optional && !(os.includes(process.platform) && cpu.includes(process.arch) && libc.includes(libcHere))
}

function npmIsDone() {
    if (!existsSync(join(root, "node_modules/.package-lock.json"))) return false
    const there = readLock("node_modules/.package-lock.json")
    return Object.entries(readLock("package-lock.json")).every(([path, locked]) => {
        const found = there[path]
        return found === undefined ? mayBeLeftOut(locked) : found.version === locked.version
    })
}

/** An old Node only fetches enough for a living one to be among it, which then sees what is missing. */
export const hasNpmPackages = () => (nodeIsTooOld ? livingNode() !== undefined : npmIsDone() && nodeIsLinked())

export async function installNpmPackages() {
    const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
    const omit = nodeIsTooOld ? ["--omit=dev"] : []
    await perform(["npm", "ci", ...omit, "--ignore-scripts", "--no-audit", "--no-fund", ...NPM_PATIENCE], {
        env: { PATH },
    })
    linkNode()
}

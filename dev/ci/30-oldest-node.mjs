// @ts-check
// All that Node runs of ours has run on the Node that npm brings. On the oldest one that package.json allows runs what
// meets Node itself: commands, servers and clients, files, meters; not what is C, a browser's, or another program's, nor
// the servers of others, which see what the core sends.
import { join } from "node:path"
import { root, vitest } from "../setup/shell.mjs"

const folder = join(root, "build/oldest-node/node_modules", `node-${process.platform}-${process.arch}`, "bin")
const interop = ["apps", "example", "preload", "program"].map((name) => `test/interop/${name}.test`)
const files = ["test/ts/", ...interop, "test/measure/", "test/energy/", "test/report/html", "test/vectors/"]

export default () => vitest(files, { PATH: `${folder}:${process.env.PATH}` }, join(folder, "node"))

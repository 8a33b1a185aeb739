// @ts-check
// The pages about what users call: build/docs/c by Doxygen, of the public headers, and build/docs/typescript by TypeDoc, of the
// library for DeviceScript apps. Exits 1 when a public function or type of the headers has no description.
//
//   node dev/api-docs/make.mjs            both
//   node dev/api-docs/make.mjs --check    the first alone, for lint
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root, run } from "../setup/shell.mjs"

const here = join(root, "dev/api-docs")

/** Members of a struct, values and constants may be plain by their names. */
const MAY_BE_PLAIN = /\((variable|enumvalue|macro definition)\) of .* is not documented/

function describeHeaders() {
    mkdirSync(join(root, "build/docs"), { recursive: true })
    if (!run(["doxygen", join(here, "Doxyfile")])) return false
    const problems = readFileSync(join(root, "build/docs/c.log"), "utf8")
        .split("\n")
        .filter((line) => line !== "" && !MAY_BE_PLAIN.test(line))
    for (const problem of problems) process.stderr.write(`${problem.replace(`${root}/`, "")}\n`)
    return problems.length === 0
}

/** TypeDoc wants a TypeScript with an API, which the one that compiles this project has not: hence packages of its own. */
function describeLibrary() {
    const typedoc = join(here, "node_modules/typedoc/bin/typedoc")
    if (!existsSync(typedoc)) {
        const install = ["npm", "ci", "--prefix", here, "--ignore-scripts", "--no-audit", "--no-fund"]
        if (!run(install)) return false
    }
    return run([process.execPath, typedoc, "--options", join(here, "typedoc.json")])
}

const ok = describeHeaders() && (process.argv.includes("--check") || describeLibrary())
process.exitCode = ok ? 0 : 1

// The process of DeviceScript's compiler: this script's arguments are those of its command line.
//
// The compiler writes the bytecode to one file per project, so two compilers at a time would take
// each other's: it is handed to the parent at the moment that it is written.
import fs from "node:fs"
import { createRequire } from "node:module"
import { basename } from "node:path"

const write = fs.writeFileSync
fs.writeFileSync = (file, data, options) => {
    write(file, data, options)
    if (typeof file === "string" && basename(file) === "bytecode.devs") process.send?.(data)
}

// In a git checkout it would take the program's version from git, and of a changed one from the clock: the
// same source must give the same bytes, so the version is that of package.json.
const exists = fs.existsSync
fs.existsSync = (path) => (basename(String(path)) === ".git" ? false : exists(path))

createRequire(import.meta.url)("@devicescript/cli/built/devicescript-cli.cjs").mainCli()

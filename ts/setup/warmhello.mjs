#!/usr/bin/env node
// The `warmhello` command. It only starts the compiled program, or says what is missing.
import "./living-node.mjs"
import { existsSync } from "node:fs"

const program = new URL("../../build/ts/cli/main.js", import.meta.url)
if (existsSync(program)) {
    import(program.href)
} else {
    console.error("warmhello is not built yet. Run: npm run setup")
    process.exitCode = 6
}

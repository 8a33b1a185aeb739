#!/usr/bin/env node
// The `warmhello` command. It only starts the compiled program, or says what is missing.
import "./living-node.mjs"

import("../../build/ts/cli/main.js").catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error
    console.error("warmhello is not built yet, or not whole. Run: npm run setup")
    process.exitCode = 6
})

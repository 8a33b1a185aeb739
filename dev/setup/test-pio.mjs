// @ts-check
// What platformio.ini's native environment does, by `pio run -e native` and `pio test -e native`, and the core as
// a library in another project. Leaves the counts in build/pio-results.json.
import { rmSync } from "node:fs"
import { join } from "node:path"
import { pio, pioEnvironment, pioResults } from "./platformio.mjs"
import { root, run } from "./shell.mjs"

/** @param {string[]} args */
const runPio = (...args) => run([pio, ...args], pioEnvironment)

rmSync(pioResults, { force: true })
const ok =
    runPio("run", "--silent", "--environment", "native") &&
    runPio("test", "--environment", "native", "--json-output-path", pioResults) &&
    runPio("run", "--silent", "--project-dir", join(root, "test/pio/library")) &&
    run([join(root, "build/platformio/library/build/native/program")])
process.exitCode = ok ? 0 : 1

// @ts-check
// Runs all tests: the C tests by CTest and through PlatformIO, the TypeScript tests by vitest. `npm test -- NAME` runs only
// the vitest files whose path contains NAME. Leaves the counts for .ci/run in build/test-results.json.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { pioResults } from "./platformio.mjs"
import { root, run } from "./shell.mjs"

const filters = process.argv.slice(2)
const vitestResults = join(root, "build/vitest.json")

/** @typedef {{passed: number, failed: number}} Counts */

/** @returns {Counts} */
function runC() {
    const ok = run([
        ...["ctest", "--test-dir", "build/asan", "--output-on-failure", "--no-tests=error"],
        ...["-j", String(availableParallelism())],
    ])
    const log = readFileSync(join(root, "build/asan/Testing/Temporary/LastTest.log"), "utf8")
    const passed = [...log.matchAll(/^\[ {7}OK \]/gm)].length
    const failed = [...log.matchAll(/^\[ {2}FAILED {2}\] \S+$/gm)].length
    return { passed, failed: ok ? failed : Math.max(1, failed) }
}

/** @returns {Counts} */
function runTypeScript() {
    rmSync(vitestResults, { force: true })
    const ok = run([
        ...["node_modules/.bin/vitest", "run", "--config", "test/vitest.config.ts"],
        ...["--reporter=default", "--reporter=json", `--outputFile.json=${vitestResults}`, ...filters],
    ])
    if (!existsSync(vitestResults)) return { passed: 0, failed: 1 }
    const results = JSON.parse(readFileSync(vitestResults, "utf8"))
    return { passed: results.numPassedTests, failed: ok ? 0 : Math.max(1, results.numFailedTests) }
}

/** @returns {Counts} */
function runPio() {
    const ok = run([process.execPath, "dev/setup/test-pio.mjs"])
    if (!existsSync(pioResults)) return { passed: 0, failed: 1 }
    const {
        testcase_nums: all,
        error_nums: errors,
        failure_nums: failures,
    } = JSON.parse(readFileSync(pioResults, "utf8"))
    const failed = errors + failures
    return { passed: all - failed, failed: ok ? failed : Math.max(1, failed) }
}

const counts = filters.length > 0 ? [runTypeScript()] : [runC(), runPio(), runTypeScript()]
const passed = counts.reduce((sum, count) => sum + count.passed, 0)
const failed = counts.reduce((sum, count) => sum + count.failed, 0)
writeFileSync(join(root, "build/test-results.json"), JSON.stringify({ passed, failed }))
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

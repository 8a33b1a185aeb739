// @ts-check
// Tests of any language, after set-up. All of them: the C tests by CTest, platformio.ini's native environment, the TypeScript
// tests by vitest, whose counts are left for .ci/run in build/test-results.json. Or those that names choose:
//
//   npm test -- NAME ... [option of vitest ...]
//
// A name is looked for in the names of the C tests' programs and in the paths of vitest's files; if it is in none, in the
// names of the tests themselves.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { pioResults } from "./platformio.mjs"
import { root, run, vitest } from "./shell.mjs"

const vitestResults = join(root, "build/vitest.json")

/** @param {string[]} args */
const setUp = (...args) => run([process.execPath, "dev/setup/setup.mjs", ...args])

/** @param {string[]} args */
const ctest = (...args) =>
    run(["ctest", "--test-dir", "build/asan", "--output-on-failure", "--no-tests=error", ...args])

// ---- All of them ---------------------------------------------------------------------------------------

/** @typedef {{passed: number, failed: number}} Counts */

/** @returns {Counts} */
function runC() {
    const ok = ctest("-j", String(availableParallelism()))
    const log = readFileSync(join(root, "build/asan/Testing/Temporary/LastTest.log"), "utf8")
    const passed = [...log.matchAll(/^\[ {7}OK \]/gm)].length
    const failed = [...log.matchAll(/^\[ {2}FAILED {2}\] \S+$/gm)].length
    return { passed, failed: ok ? failed : Math.max(1, failed) }
}

/** @returns {Counts} */
function runTypeScript(/** @type {string[]} */ ...args) {
    rmSync(vitestResults, { force: true })
    const ok = vitest(["--reporter=default", "--reporter=json", `--outputFile.json=${vitestResults}`, ...args])
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

function runAll() {
    if (!setUp("--tests")) return false
    const counts = [runC(), runPio(), runTypeScript()]
    const passed = counts.reduce((sum, count) => sum + count.passed, 0)
    const failed = counts.reduce((sum, count) => sum + count.failed, 0)
    writeFileSync(join(root, "build/test-results.json"), JSON.stringify({ passed, failed }))
    process.stdout.write(`${passed} passed, ${failed} failed\n`)
    return failed === 0
}

// ---- By name -------------------------------------------------------------------------------------------

/** @param {string} folder @param {RegExp} pattern @returns {string[]} paths from the checkout's folder */
function filesIn(folder, pattern) {
    return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((name) => pattern.test(name))
        .map((name) => join(folder, name))
        .sort()
}

/** @param {string} path */
const textOf = (path) => readFileSync(join(root, path), "utf8")

const vitestFiles = filesIn("test", /\.test\.ts$/)
/** The sources of the programs that CTest runs, which have the programs' names. */
const cFiles = [
    ...filesIn("test/c", /^test_\w+\.c$/),
    ...[...textOf("test/powercuts/CMakeLists.txt").matchAll(/add_test\(NAME (\w+)/g)].map(
        ([, name]) => `test/powercuts/${name}.c`,
    ),
]

/** @typedef {{c: string[], typeScript: string[], title?: string}} Choice what runs, and of that only tests with this title */

/** @param {string} title @returns {Choice} by what tests are called: functions in C, sentences in TypeScript */
function chooseTests(title) {
    const calls = (/** @type {string} */ path) => [...textOf(path).matchAll(/^static void (\w+)\(void \*\*/gm)]
    const c = cFiles.filter((path) => calls(path).some(([, test = ""]) => test.includes(title)))
    const typeScript = vitestFiles.filter((path) => textOf(path).includes(title))
    if (c.length + typeScript.length > 0) return { c, typeScript, title }
    process.stdout.write(`no file has "${title}" in it: looking through the names of all TypeScript tests ...\n`)
    return { c, typeScript: vitestFiles, title } // of a title that is put together, in a table, no file has all
}

/** @param {string[]} names @returns {Choice} */
function choose(names) {
    if (names.length === 0) return { c: [], typeScript: vitestFiles } // options of vitest alone
    const isNamed = (/** @type {string} */ path) => names.some((name) => path.includes(name))
    const [c, typeScript] = [cFiles.filter(isNamed), vitestFiles.filter(isNamed)]
    return c.length + typeScript.length > 0 ? { c, typeScript } : chooseTests(names.join(" "))
}

/** @param {Choice} choice */
function runCOf({ c, title }) {
    if (c.length === 0) return true
    const programs = c.map((path) => path.replace(/^.*\/|\.c$/g, ""))
    if (!setUp("--c-tests", ...programs)) return false
    if (title !== undefined) process.env.WH_ONLY_TEST = `*${title}*`
    return ctest("-j", String(availableParallelism()), "-R", `^(${programs.join("|")})(_prepared)?$`)
}

/** What is compiled for the tests in a folder, beside the C tests. @type {Record<string, string[]>} */
const programsOf = {
    "test/arduino/": ["arduino_sketch_2", "arduino_sketch_3"],
    "test/esp32/": ["esp32_board"],
    "test/esp_tls/": ["esp_tls_app", "esp_tls_app_bundle"],
}

/** @param {Choice} choice @param {string[]} options of vitest */
function runTypeScriptOf({ c, typeScript, title }, options) {
    if (typeScript.length === 0) return true
    const targets = Object.entries(programsOf)
        .filter(([folder]) => typeScript.some((file) => file.startsWith(folder)))
        .flatMap(([, programs]) => programs)
    if (targets.length > 0 && !setUp("--c-tests", ...targets)) return false
    if (title === undefined) return vitest([...typeScript, ...options])
    const pattern = title.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
    const { passed, failed } = runTypeScript(...typeScript, "-t", pattern, ...options)
    if (passed + failed === 0) process.stderr.write(`no test of vitest has "${title}" in its name\n`)
    return failed === 0 && (passed > 0 || c.length > 0)
}

/** @param {Choice} choice */
function sentenceOf({ c, typeScript, title }) {
    const files = [...c, ...typeScript]
    const where = files.length > 12 ? `${files.length} files` : files.join(", ")
    return title === undefined ? where : `tests with "${title}" in their name, of ${where}`
}

/** @param {string[]} names @param {string[]} options */
function runNamed(names, options) {
    const choice = choose(names)
    process.stdout.write(`chosen: ${sentenceOf(choice)}\n`)
    const okC = runCOf(choice)
    return runTypeScriptOf(choice, options) && okC
}

const words = process.argv.slice(2)
const firstOption = words.findIndex((word) => word.startsWith("-"))
const names = firstOption === -1 ? words : words.slice(0, firstOption)
const options = words.slice(names.length)
const ok = words.length === 0 ? runAll() : runNamed(names, options)
process.exitCode = ok ? 0 : 1

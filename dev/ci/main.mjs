// @ts-check
// The stages of .ci/run, after set-up with --ci: each file beside this one whose name begins with a number, in that
// order, or those that are named. Ends with a table, and a line that counts tests and stages.
//
//   npm run ci -- lint fuzz
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import Table from "cli-table3"

process.env.WARMHELLO_NOTHING_SKIPPED = "1" // see test/support/needs.ts

const names = process.argv.slice(2)
const all = readdirSync(import.meta.dirname)
    .filter((file) => /^\d/.test(file))
    .sort()
const stages = all.filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
const unknown = names.filter((name) => !all.some((file) => file.includes(name)))

/** @typedef {{passed: number, failed: number}} Counts */

/** Whatever goes wrong in a stage is its failure, and the others still run. @param {string} file @returns {Promise<Counts>} */
async function runStage(file) {
    try {
        const { default: stage } = await import(pathToFileURL(join(import.meta.dirname, file)).href)
        /** @type {boolean | Counts} */
        const result = stage()
        return typeof result === "boolean" ? { passed: Number(result), failed: Number(!result) } : result
    } catch (error) {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
        return { passed: 0, failed: 1 }
    }
}

const table = new Table({ head: ["stage", "passed", "failed", "seconds"], style: { head: [], border: [] } })
let [passed, failed] = [0, 0]
for (const file of stages) {
    const name = file.replace(/^\d+-|\.mjs$/g, "")
    process.stdout.write(`\n== ${name}\n`)
    const started = performance.now()
    const counts = await runStage(file)
    table.push([name, counts.passed, counts.failed, ((performance.now() - started) / 1000).toFixed(0)])
    passed += counts.passed
    failed += counts.failed
}
for (const name of unknown) process.stderr.write(`there is no stage ${name}\n`)
failed += unknown.length
process.stdout.write(`\n${table}\n\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

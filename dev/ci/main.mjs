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
const stages = readdirSync(import.meta.dirname)
    .filter((file) => /^\d/.test(file) && (names.length === 0 || names.some((name) => file.includes(name))))
    .sort()

const table = new Table({ head: ["stage", "passed", "failed", "seconds"], style: { head: [], border: [] } })
let [passed, failed] = [0, 0]
for (const file of stages) {
    const name = file.replace(/^\d+-|\.mjs$/g, "")
    process.stdout.write(`\n== ${name}\n`)
    const { default: stage } = await import(pathToFileURL(join(import.meta.dirname, file)).href)
    const started = performance.now()
    /** @type {boolean | {passed: number, failed: number}} */
    const result = stage()
    const counts = typeof result === "boolean" ? { passed: Number(result), failed: Number(!result) } : result
    table.push([name, counts.passed, counts.failed, ((performance.now() - started) / 1000).toFixed(0)])
    passed += counts.passed
    failed += counts.failed
}
if (stages.length === 0) failed = 1
process.stdout.write(`\n${table}\n\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

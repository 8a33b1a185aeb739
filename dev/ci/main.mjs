// @ts-check
// The stages of .ci/run, after set-up with --ci: each file beside this one whose name begins with a number, in that
// order, or those that are named. Ends with a table, and a line that counts tests and stages.
//
//   npm run ci -- lint fuzz
import { spawn } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import Table from "cli-table3"
import { root } from "../setup/shell.mjs"
import { tellingLines } from "./telling-lines.mjs"

process.env.WARMHELLO_NOTHING_SKIPPED = "1" // see test/support/needs.ts

const names = process.argv.slice(2)
const all = readdirSync(import.meta.dirname)
    .filter((file) => /^\d/.test(file))
    .sort()
const stages = all.filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
const unknown = names.filter((name) => !all.some((file) => file.includes(name)))

/** @typedef {{passed: number, failed: number}} Counts */

const folder = join(root, "build/ci")
mkdirSync(folder, { recursive: true })

/**
 * A stage in a process of its own, whose output is shown and kept. Whatever goes wrong in it is its failure, and the others
 * still run.
 * @param {string} file @returns {Promise<Counts & {output: string}>}
 */
async function runStage(file) {
    const results = join(folder, `${file}.json`)
    rmSync(results, { force: true })
    const child = spawn(process.execPath, [join(import.meta.dirname, "stage.mjs"), file, results], {
        stdio: ["inherit", "pipe", "pipe"],
    })
    let output = ""
    for (const [from, to] of /** @type {const} */ ([
        [child.stdout, process.stdout],
        [child.stderr, process.stderr],
    ])) {
        from.setEncoding("utf8").on("data", (text) => {
            output += text
            to.write(text)
        })
    }
    await new Promise((done) => child.on("close", done))
    writeFileSync(join(folder, `${file}.log`), output)
    try {
        return { ...JSON.parse(readFileSync(results, "utf8")), output }
    } catch {
        return { passed: 0, failed: 1, output }
    }
}

const table = new Table({ head: ["stage", "passed", "failed", "seconds"], style: { head: [], border: [] } })
let [passed, failed] = [0, 0]
let trouble = ""
for (const file of stages) {
    const name = file.replace(/^\d+-|\.mjs$/g, "")
    process.stdout.write(`\n== ${name}\n`)
    const started = performance.now()
    const counts = await runStage(file)
    table.push([name, counts.passed, counts.failed, ((performance.now() - started) / 1000).toFixed(0)])
    passed += counts.passed
    failed += counts.failed
    if (counts.failed > 0) trouble += `\n== ${name} failed:\n${tellingLines(counts.output)}\n`
}
for (const name of unknown) process.stderr.write(`there is no stage ${name}\n`)
failed += unknown.length
// Once more, as what else was printed is long.
process.stdout.write(`${trouble}\n${table}\n\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

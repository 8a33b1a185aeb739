// @ts-check
// Each fuzz target for half a minute, with what earlier runs have found; as many at a time as there are
// processors, since one takes one.
import { execFile } from "node:child_process"
import { mkdirSync, readdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { root } from "../setup/shell.mjs"

const SECONDS = 30

const execute = promisify(execFile)

/** @param {string} target */
async function fuzz(target) {
    const corpus = `build/fuzz/corpus/${target}`
    mkdirSync(join(root, corpus), { recursive: true })
    const args = [`-max_total_time=${SECONDS}`, "-max_len=4096", "-print_final_stats=1", "-verbosity=0"]
    const folders = [`-artifact_prefix=build/fuzz/${target}-`, corpus, `test/fuzz/seeds/${target}`]
    try {
        await execute(`build/fuzz/fuzz/${target}`, [...args, ...folders], { cwd: root, maxBuffer: 1 << 28 })
        process.stdout.write(`ok   ${target}\n`)
        return true
    } catch (error) {
        const { stdout = "", stderr = String(error) } = /** @type {{stdout?: string, stderr?: string}} */ (error)
        process.stderr.write(`${stdout}${stderr}\n`)
        process.stdout.write(`FAIL ${target}\n`)
        return false
    }
}

/** @returns {Promise<{passed: number, failed: number}>} */
export default async function all() {
    const waiting = readdirSync(join(root, "test/fuzz/seeds")).sort()
    const counts = { passed: 0, failed: 0 }
    const work = async () => {
        for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
            counts[(await fuzz(target)) ? "passed" : "failed"]++
        }
    }
    await Promise.all(Array.from({ length: availableParallelism() }, work))
    return counts
}

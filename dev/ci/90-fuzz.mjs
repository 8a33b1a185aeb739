// @ts-check
// Each fuzz target for three quarters of a minute, with what earlier runs have found.
import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { root, runQuietly } from "../setup/shell.mjs"

const SECONDS = 45

/** @param {string} target */
function fuzz(target) {
    const corpus = `build/fuzz/corpus/${target}`
    mkdirSync(join(root, corpus), { recursive: true })
    const ok = runQuietly([
        ...[`build/fuzz/fuzz/${target}`, `-max_total_time=${SECONDS}`, "-max_len=4096", "-print_final_stats=1"],
        ...["-verbosity=0", `-artifact_prefix=build/fuzz/${target}-`, corpus, `test/fuzz/seeds/${target}`],
    ])
    process.stdout.write(`${ok ? "ok  " : "FAIL"} ${target}\n`)
    return ok
}

/** @returns {{passed: number, failed: number}} */
export default function all() {
    const results = readdirSync(join(root, "test/fuzz/seeds")).sort().map(fuzz)
    const passed = results.filter((ok) => ok).length
    return { passed, failed: results.length - passed }
}

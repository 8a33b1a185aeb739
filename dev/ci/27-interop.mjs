// @ts-check
// The interop matrix, whole: cells that are as they should be, and those that are not or are missing. Then the probe's
// verdict on each of those servers.
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { root, run, vitest } from "../setup/shell.mjs"

const results = join(root, "build/ci/interop.json")

/** @returns {{passed: number, failed: number}} */
export default function interop() {
    rmSync(results, { force: true })
    const ok = run(["npm", "run", "--silent", "interop", "--", "--json", results])
    if (!existsSync(results)) return { passed: 0, failed: 1 }
    const { cells, defects, missing } = JSON.parse(readFileSync(results, "utf8"))
    const lacking = cells.filter((/** @type {{version: string}} */ { version }) => version === "").length
    const failed = defects.length + (missing.length > 0 ? lacking : 0)
    const isProbed = vitest(["test/probe/matrix", "--maxConcurrency=8"], { WARMHELLO_PROBE_MATRIX: "whole" })
    return {
        passed: cells.length - failed + (isProbed ? 1 : 0),
        failed: (ok ? failed : Math.max(1, failed)) + (isProbed ? 0 : 1),
    }
}

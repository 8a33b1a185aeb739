// @ts-check
// All tests: npm test, with its own counts.
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { root, run } from "../setup/shell.mjs"

const results = join(root, "build/test-results.json")

/** @returns {{passed: number, failed: number}} */
export default function tests() {
    rmSync(results, { force: true })
    const ok = run(["npm", "test", "--silent"])
    const { passed, failed } = existsSync(results)
        ? JSON.parse(readFileSync(results, "utf8"))
        : { passed: 0, failed: 1 }
    return { passed, failed: ok ? failed : Math.max(1, failed) }
}

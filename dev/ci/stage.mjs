// @ts-check
// One stage of .ci/run, for main.mjs: FILE beside this one, whose counts go to RESULTS.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const [file = "", results = ""] = process.argv.slice(2)
const { default: stage } = await import(pathToFileURL(join(import.meta.dirname, file)).href)
/** @type {boolean | {passed: number, failed: number}} */
const result = await stage()
const counts = typeof result === "boolean" ? { passed: Number(result), failed: Number(!result) } : result
writeFileSync(results, JSON.stringify(counts))

// @ts-check
// The report's page as one program: build/report/page.js, which warmhello report puts into the page.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { build } from "rolldown"

const root = resolve(import.meta.dirname, "../..")
const page = join(root, "build/report/page.js")

const { output } = await build({
    input: join(root, "ts/report/page/main.ts"),
    cwd: root,
    platform: "browser",
    logLevel: "warn",
    write: false,
    output: { format: "iife", minify: true },
})
const [{ code }] = output
if (!existsSync(page) || readFileSync(page, "utf8") !== code) {
    mkdirSync(dirname(page), { recursive: true })
    writeFileSync(page, code)
}

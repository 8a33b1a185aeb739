// @ts-check
// The pages' programs, each as one file: build/report/page.js, which warmhello report puts into the page, and
// build/fleet/page.js, which warmhello fleet serves.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { build } from "rolldown"

const root = resolve(import.meta.dirname, "../..")

for (const room of ["report", "fleet"]) {
    const page = join(root, `build/${room}/page.js`)
    const { output } = await build({
        input: join(root, `ts/${room}/page/main.ts`),
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
}

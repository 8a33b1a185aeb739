// @ts-check
// The report's page as one program: build/report/page.js, which warmhello report puts into the page.
import { join, resolve } from "node:path"
import { build } from "rolldown"

const root = resolve(import.meta.dirname, "../..")

await build({
    input: join(root, "ts/report/page/main.ts"),
    cwd: root,
    platform: "browser",
    logLevel: "warn",
    output: { file: join(root, "build/report/page.js"), format: "iife", minify: true },
})

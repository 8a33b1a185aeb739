// Compiles the test apps once for all test files; vitest runs it before them.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, join } from "node:path"
import { checkoutPath } from "#warmhello/core/paths.js"
import { compile } from "#warmhello/sim/compile.js"

const SOURCES = checkoutPath("test/apps/src")
const OUT = checkoutPath("build/test-apps")

/** The sample apps of devs/, and the apps of test/apps/src. */
export type AppName =
    | "app"
    | "mqtt"
    | "counts-wakes"
    | "gets"
    | "local"
    | "misuses-sockets"
    | "never-connects"
    | "never-sleeps"
    | "reports"
    | "throws"

/** The compiled app, as a file that the command line takes. */
export function appFile(name: AppName): string {
    return join(OUT, `${name}.devs`)
}

export function appBytecode(name: AppName): Uint8Array {
    return readFileSync(appFile(name))
}

function compilerVersion(): string {
    const manifest = createRequire(import.meta.url).resolve("@devicescript/cli/package.json")
    return JSON.parse(readFileSync(manifest, "utf8")).version
}

/** Leaves the source's hash beside the bytecode, so that only what has changed is compiled again. */
async function compileIfChanged(source: string, version: string): Promise<void> {
    const name = basename(source, ".ts")
    const bytecode = join(OUT, `${name}.devs`)
    const stamp = join(OUT, `${name}.sha256`)
    const hash = createHash("sha256").update(version).update(readFileSync(source)).digest("hex")
    if (existsSync(bytecode) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return
    writeFileSync(bytecode, await compile(source))
    writeFileSync(stamp, hash)
}

export async function setup(): Promise<void> {
    mkdirSync(OUT, { recursive: true })
    const version = compilerVersion()
    const testApps = readdirSync(SOURCES).filter((file) => file.endsWith(".ts"))
    // One after the other: the first compilation of a project also writes its libraries.
    const samples = ["devs/src/app.ts", "devs/src/mqtt.ts"].map(checkoutPath)
    for (const source of [...samples, ...testApps.map((file) => join(SOURCES, file))]) {
        await compileIfChanged(source, version)
    }
}

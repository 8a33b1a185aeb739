// Compiles the test apps once for all test files; vitest runs it before them.
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, join } from "node:path"
import { checkoutPath } from "#warmhello/base/paths.js"
import { compile } from "#warmhello/devicescript/compile.js"

const SOURCES = "test/apps/src"
const OUT = checkoutPath("build/test-apps")

/** The sample apps of devs/, its programs of run-tests/, and the apps of test/apps/src. */
export type AppName =
    | "app"
    | "mqtt"
    | "telemetry"
    | "publish"
    | "commission"
    | RunTestName
    | "counts-wakes"
    | "gets"
    | "hoards"
    | "local"
    | "loops"
    | "misuses-sockets"
    | "never-connects"
    | "never-sleeps"
    | "recurses"
    | "reports"
    | "sleeps-early"
    | "spins"
    | "throws"

export type RunTestName = "run-service" | "run-socket" | "run-mqtt" | "run-no-service"

interface App {
    name: string
    source: string
    /** What it is made from. */
    from: string[]
}

/** Files of the DeviceScript package, which is made from source each time that it is used. */
const PACKAGE = ["src/index.ts", "src/link.ts", "src/tls-session.ts", "services/tls-session.md", "run-tests/until.ts"]

function listApps(): App[] {
    const ofPackage = PACKAGE.map((file) => checkoutPath(`devs/${file}`))
    const app = (name: string, path: string, more: string[]): App => {
        const source = checkoutPath(path)
        return { name, source, from: [source, ...more] }
    }
    return [
        ...["app", "mqtt"].map((name) => app(name, `devs/src/${name}.ts`, [])),
        ...["telemetry", "publish", "commission"].map((name) => app(name, `devs/src/${name}.ts`, ofPackage)),
        ...["service", "socket", "mqtt", "no-service"].map((name) =>
            app(`run-${name}`, `devs/run-tests/${name}.ts`, ofPackage),
        ),
        ...readdirSync(checkoutPath(SOURCES))
            .filter((file) => file.endsWith(".ts"))
            .map((file) => app(basename(file, ".ts"), `${SOURCES}/${file}`, [])),
    ]
}

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
async function compileIfChanged({ name, source, from }: App, version: string): Promise<void> {
    const bytecode = join(OUT, `${name}.devs`)
    const stamp = join(OUT, `${name}.sha256`)
    const hash = from
        .reduce((sum, file) => sum.update(readFileSync(file)), createHash("sha256").update(version))
        .digest("hex")
    if (existsSync(bytecode) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return
    writeFileSync(bytecode, await compile(source))
    writeFileSync(stamp, hash)
}

export async function setup(): Promise<void> {
    mkdirSync(OUT, { recursive: true })
    const version = compilerVersion()
    // One after the other: the first compilation of a project also writes its libraries.
    for (const app of listApps()) await compileIfChanged(app, version)
}

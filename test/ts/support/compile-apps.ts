// The test apps, each compiled when a test first asks for it and again only when its source has changed.
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { checkoutPath } from "#warmhello/base/paths.js"

const OUT = checkoutPath("build/test-apps")

/** The sample apps of devs/, its programs of run-tests/, and the apps of test/apps/src. */
export type AppName =
    | "app"
    | "mqtt"
    | "telemetry"
    | "publish"
    | "commission"
    | "too-early"
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

/** Files of the DeviceScript package, which is made from source each time that it is used. */
const PACKAGE = [
    "src/compact-outcome.ts",
    "src/index.ts",
    "src/link.ts",
    "src/tls-payloads.ts",
    "src/tls-session.ts",
    "src/tls-words.ts",
    "services/tls-session.md",
    "run-tests/until.ts",
]

function sourceOf(name: AppName): string {
    const places = [`devs/src/${name}.ts`, `devs/run-tests/${name.replace(/^run-/, "")}.ts`, `test/apps/src/${name}.ts`]
    const found = places.map(checkoutPath).find((path) => existsSync(path))
    if (found === undefined) throw new Error(`there is no app ${name}`)
    return found
}

const compilerManifest = createRequire(import.meta.url).resolve("@devicescript/cli/package.json")

/** Of all that the bytecode is made from. */
function hashOf(source: string): string {
    const usesPackage = !/\/src\/(app|mqtt)\.ts$/.test(source) && source.startsWith(checkoutPath("devs"))
    const from = [source, compilerManifest, ...(usesPackage ? PACKAGE.map((file) => checkoutPath(`devs/${file}`)) : [])]
    return from.reduce((sum, file) => sum.update(readFileSync(file)), createHash("sha256")).digest("hex")
}

/** Each worker's own file until it is whole: several may want the same app at once. */
function put(path: string, contents: Uint8Array | string): void {
    writeFileSync(`${path}.${process.pid}`, contents)
    renameSync(`${path}.${process.pid}`, path)
}

/** The compiled app, as a file that the command line takes. The source's hash is beside it. */
export function appFile(name: AppName): string {
    const [source, bytecode, stamp] = [sourceOf(name), join(OUT, `${name}.devs`), join(OUT, `${name}.sha256`)]
    const hash = hashOf(source)
    if (existsSync(bytecode) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return bytecode
    mkdirSync(OUT, { recursive: true })
    const compiler = checkoutPath("test/ts/support/compile-app.mjs")
    put(bytecode, execFileSync(process.execPath, [compiler, source], { maxBuffer: 1 << 24 }))
    put(stamp, hash)
    return bytecode
}

export function appBytecode(name: AppName): Uint8Array {
    return readFileSync(appFile(name))
}

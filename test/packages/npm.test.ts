// The package as others have it: packed, and installed into an empty folder, where PATH has Node and npm and no more than
// a C compiler.
import { execFileSync, type SpawnSyncOptions, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import {
    chmodSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    realpathSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs"
import { delimiter, join } from "node:path"
import { beforeAll, expect, type TestContext, test } from "vitest"
import { createIdentity } from "#dev/servers/identities.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { skipped } from "../support/needs.js"
import { temporaryFolder } from "../support/temporary-folder.js"

/** wolfSSL is compiled meanwhile, by one process, on a machine that may be busy. */
const PATIENCE_MS = 600_000

const folder = temporaryFolder()
chmodSync(folder, 0o755) // also for another user
const inFolder = (name: string): string => join(folder, name)

function inPath(program: string): string | undefined {
    const paths = (process.env.PATH ?? "").split(delimiter).map((path) => join(path, program))
    return paths.find((path) => existsSync(path))
}

/** A folder with these programs and no others, to be PATH. */
function pathWith(name: string, programs: string[]): string {
    mkdirSync(inFolder(name))
    for (const program of programs) {
        const path = inPath(program)
        if (path === undefined) throw new Error(`there is no ${program}`)
        symlinkSync(realpathSync(path), join(inFolder(name), program))
    }
    return inFolder(name)
}

const bare = pathWith("bare", ["node", "npm", "npx", "sh"])
const withCompiler = pathWith("with-compiler", ["node", "npm", "npx", "sh", "cc", "as", "ld"])

interface Packed {
    filename: string
    size: number
    files: { path: string; size: number }[]
}

let packed: Packed
/** Why nothing can be installed here. */
let noNetwork: string | undefined

beforeAll(() => {
    const stdout = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
        cwd: checkoutPath("."),
        encoding: "utf8",
    })
    packed = JSON.parse(stdout)[0]
    mkdirSync(inFolder("project"))
    writeFileSync(inFolder("project/package.json"), "{}") // npm would look for one in the folders above
    const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-retries", "1"]
    const installed = spawnSync("npm", ["install", ...flags, inFolder(packed.filename)], {
        cwd: inFolder("project"),
        encoding: "utf8",
    })
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(installed.stderr))
        noNetwork = skipped("npm's registry is out of reach")
    else if (installed.status !== 0) throw new Error(installed.stderr)
    writeFileSync(inFolder("project/my-app.ts"), APP)
}, PATIENCE_MS)

const APP = `
import { fetch } from "@devicescript/net"
import { standby } from "@devicescript/runtime"

const response = await fetch("https://warmhello.test/")
await response.close()
await standby(1000)
`

const inPackage = (path: string): string => inFolder(join("project/node_modules/warmhello", path))

interface Run {
    code: number | null
    stdout: string
    stderr: string
}

function run(program: string, args: string[], path: string, options: SpawnSyncOptions = {}): Run {
    const { PATH: _, ...environment } = process.env
    const { status, stdout, stderr } = spawnSync(program, args, {
        cwd: inFolder("project"),
        ...options,
        encoding: "utf8",
        env: { ...environment, NO_COLOR: "1", ...options.env, PATH: path },
    })
    return { code: status, stdout, stderr }
}

const warmhello = (path: string, ...args: string[]): Run => run(join(path, "npx"), ["warmhello", ...args], path)

const COMPILING = /^compiling the native core, once \.\.\.$/m

const needsInstall = (context: TestContext) => context.skip(noNetwork !== undefined, noNetwork)

const resultsIn = (json: string): string[] => JSON.parse(json).wakes.map(({ result }: { result: string }) => result)

test("it holds the product, and nothing of the workshop or of tests", () => {
    const top = (path: string) =>
        path
            .split("/")
            .slice(0, path.startsWith("build/") ? 2 : 1)
            .join("/")
    const folders = new Set(packed.files.map(({ path }) => top(path)))
    expect([...folders].toSorted()).toEqual([
        ...[
            "LICENSE",
            "README.md",
            "boards",
            "build/fleet",
            "build/package",
            "build/report",
            "build/ts",
            "devs",
            "docs",
        ],
        ...["firmware", "package.json", "platformio.ini", "ts"],
    ])
    const paths = packed.files.map(({ path }) => path)
    expect(paths.filter((path) => /\btests?\b|\.map$|\.d\.ts$|^ts\/.*(?<!\.d)\.ts$/.test(path))).toEqual([])
    const wolfssl = paths.filter((path) => path.startsWith("build/package/wolfssl/"))
    expect(wolfssl).toEqual(
        expect.arrayContaining(["COPYING", "LICENSING"].map((name) => `build/package/wolfssl/${name}`)),
    )
    const listed = readFileSync(checkoutPath("firmware/wolfssl/sources.txt"), "utf8").trim().split("\n")
    expect(wolfssl).toEqual(expect.arrayContaining(listed.map((source) => `build/package/wolfssl/${source}`)))
})

test("it is no larger than wolfSSL's sources make it", () => {
    const others = packed.files.filter(({ path }) => !path.startsWith("build/package/wolfssl/"))
    expect(others.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(3_000_000)
    expect(packed.size).toBeLessThan(4_600_000)
})

test("each page that a message of the program names is in it", () => {
    const paths = packed.files.map(({ path }) => path)
    const programs = paths.filter((path) => /^build\/(ts|fleet|report)\/.*\.js$/.test(path))
    const strings = programs.flatMap((path) =>
        readFileSync(checkoutPath(path), "utf8")
            .split("\n")
            .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line)),
    )
    const pages = new Set(strings.flatMap((line) => line.match(/\bdocs\/[A-Z-]+\.md\b/g) ?? []))
    expect(pages.size).toBeGreaterThan(5)
    expect(paths).toEqual(expect.arrayContaining([...pages]))
})

/** 3 s asleep, then 100 ms awake, twice. */
const TWO_WAKES = [
    "time(ms),current(mA),voltage(V)",
    ...Array.from({ length: 9300 }, (_, ms) => `${ms},${ms % 3100 >= 3000 && ms < 6200 ? 80 : 0.01},3.3`),
].join("\n")

test("without a compiler all runs that needs none, and the rest says what is missing", (context) => {
    needsInstall(context)
    const { version } = JSON.parse(readFileSync(checkoutPath("package.json"), "utf8"))
    expect(warmhello(bare, "--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" })
    writeFileSync(inFolder("project/wakes.csv"), TWO_WAKES)
    const commands = [
        ["measure", "wakes.csv", "--results", "full,resumed", "--out", "measured.json"],
        ["estimate", "--board", "esp32c3_bare", "--sleep", "10m", "--out", "estimated.json"],
        ["report", "measured.json", "estimated.json", "--out", "report.html"],
        ["build", "my-app.ts", "--board", "esp32c3_bare"],
    ]
    for (const args of commands) expect(warmhello(bare, ...args), args.join(" ")).toMatchObject({ code: 0 })
    expect(readFileSync(inFolder("project/report.html"), "utf8")).toContain("esp32c3_bare")
    const preloaded = ["--import", "warmhello/preload", "-p", "String(require('tls').connect)"]
    expect(run(join(bare, "node"), preloaded, bare).stdout).toContain("VmSocket") // in place of Node's own
    const outcome = "88011922ba0100183d190305190e101928a2"
    const read = `import("warmhello/outcome").then(({ decodeOutcome: of }) => console.log(of(Buffer.from("${outcome}", "hex")).firmware))`
    expect(run(join(bare, "node"), ["-e", read], bare).stdout).toBe("10402\n")
    const simulated = warmhello(bare, "simulate", "my-app.ts")
    expect(simulated.code).toBe(6)
    expect(simulated.stderr).toMatch(
        /^error: the native core must be compiled once, and there is no cc, gcc or clang in PATH\nInstall/,
    )
    expect(existsSync(inPackage("build/host/libwarmhello.so"))).toBe(false)
})

/** A TLS server of Node's in another process, as the commands here run while this one waits. */
const SERVER = `
    const { CERTIFICATE: cert, KEY: key } = process.env
    const server = require("node:tls").createServer({ cert, key }, (socket) => socket.on("error", () => {}).resume())
    server.listen(0, "127.0.0.1", () => console.log(server.address().port))
`

test("without a compiler a server is probed", async (context) => {
    needsInstall(context)
    const { ca, server } = await createIdentity()
    writeFileSync(inFolder("project/probed.pem"), ca)
    const env = { CERTIFICATE: server.certificate, KEY: server.key }
    const child = spawn(process.execPath, ["-e", SERVER], { env, stdio: ["ignore", "pipe", "inherit"] })
    const [port] = await once(child.stdout, "data")
    const args = ["--ca", "probed.pem", "--sleep", "1s", "--tls", "1.3", "--runs", "1", "--json", "-"]
    const { code, stdout } = warmhello(bare, "probe", `localhost:${String(port).trim()}`, ...args)
    const asDevice = warmhello(bare, "probe", `localhost:${String(port).trim()}`, ...args, "--as-device")
    child.kill()
    expect(asDevice).toMatchObject({
        code: 6,
        stderr: expect.stringContaining("the native core must be compiled once"),
    })
    // Node's server gives no ticket in a resumption.
    expect(JSON.parse(stdout).verdict).toMatchObject({ answer: "sometimes", protocol: "TLS1.3" })
    expect(code).toBe(1)
    expect(existsSync(inPackage("build/host/libwarmhello.so"))).toBe(false)
})

test("without a compiler a provisioning file is checked as far as its fields, and a good one is not blamed", (context) => {
    needsInstall(context)
    const wifi = { ssid: "workshop", password: "correct horse" }
    writeFileSync(inFolder("project/ca.pem"), "")
    const check = (server: object) => {
        writeFileSync(inFolder("project/device.json"), JSON.stringify({ wifi, server }))
        return warmhello(bare, "provision", "device.json", "--check")
    }
    const good = check({ host: "example.com", ca: "ca.pem" })
    expect(good.stderr).toMatch(/^error: the native core must be compiled once, .*\nInstall a C compiler/)
    expect(good.code).toBe(6)
    const wrong = check({ host: "example.com", ca: "ca.pem", port: 0, tls: 1 })
    expect(wrong.stderr).toMatch(/server\.port/)
    expect(wrong.stderr).toMatch(/server\.tls is no field/)
    expect(wrong.code).toBe(2)
})

test("with a compiler an app in an empty project is simulated, and the core is compiled once", {
    timeout: PATIENCE_MS,
}, (context) => {
    needsInstall(context)
    const first = warmhello(withCompiler, "simulate", "my-app.ts", "--cycles", "3", "--json", "-")
    expect(first.stderr).toMatch(COMPILING)
    expect(first.code).toBe(0)
    expect(resultsIn(first.stdout)).toEqual(["full", "resumed", "resumed"])
    const second = warmhello(bare, "simulate", "my-app.ts", "--cycles", "2", "--json", "-")
    expect(second.code).toBe(0)
    expect(second.stderr).not.toMatch(COMPILING)
    expect(readdirSync(inPackage("build/host")).toSorted()).toEqual(["libshifted_clock.so", "libwarmhello.so"])
})

/** Somebody who may read the package but not write to it. */
function stranger(): { uid?: number; gid?: number } {
    if (process.getuid?.() === 0) return { uid: 65534, gid: 65534 }
    chmodSync(inPackage("build"), 0o555)
    return {}
}

test("in a package that belongs to somebody else, by Clang where there is one, the core is compiled into the user's cache", {
    timeout: PATIENCE_MS,
}, (context) => {
    needsInstall(context)
    rmSync(inPackage("build/host"), { recursive: true, force: true })
    const home = inFolder("home")
    mkdirSync(join(home, "project"), { recursive: true })
    writeFileSync(join(home, "project/package.json"), "{}")
    writeFileSync(join(home, "project/my-app.ts"), APP)
    const who = stranger()
    if (who.uid !== undefined) execFileSync("chown", ["-R", `${who.uid}`, home])
    const clang = inPath("clang")
    const environment = { HOME: home, XDG_CACHE_HOME: "", TMPDIR: home, CC: clang ?? "cc" }
    const options = { cwd: join(home, "project"), env: environment, ...who }
    const node = realpathSync(inFolder("project/node_modules/.bin/node"))
    const simulate = (...app: string[]) => {
        const args = ["simulate", ...app, "--cycles", "2", "--json", "-"]
        return run(node, [inPackage("ts/cli/warmhello.mjs"), ...args], withCompiler, options)
    }
    const own = simulate("my-app.ts")
    const sample = simulate()
    if (who.uid === undefined) chmodSync(inPackage("build"), 0o755)
    expect(own.stderr).toMatch(COMPILING)
    for (const { code, stderr, stdout } of [own, sample]) {
        expect(code, stderr).toBe(0)
        expect(resultsIn(stdout)).toEqual(["full", "resumed"])
    }
    const [cached = ""] = readdirSync(join(home, ".cache/warmhello"))
    expect(readdirSync(join(home, ".cache/warmhello", cached)).toSorted()).toEqual([
        "libshifted_clock.so",
        "libwarmhello.so",
    ])
})

test("a compiler that fails is told in its own words, and leaves nothing half made", (context) => {
    needsInstall(context)
    rmSync(inPackage("build/host"), { recursive: true, force: true })
    const failing = inFolder("failing-cc")
    writeFileSync(failing, "#!/bin/sh\necho 'stdio.h: No such file' >&2\nexit 1\n", { mode: 0o755 })
    const args = ["warmhello", "simulate", "my-app.ts"]
    const { code, stderr } = run(join(withCompiler, "npx"), args, withCompiler, { env: { CC: failing } })
    expect(code).toBe(6)
    expect(stderr).toContain(`error: ${failing} cannot compile the native core: stdio.h: No such file\n`)
    expect(readdirSync(inPackage("build/host"))).toEqual([])
})

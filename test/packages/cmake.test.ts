// The C side as CMake projects of other people get it: found where it is installed, fetched, or as a folder of their own. Each
// builds firmware/examples/resume.c outside the checkout, beside something that calls itself wolfSSL.
import { execFile, spawnSync } from "node:child_process"
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startServer, type TestServer } from "../ts/support/tls-server.js"

const BUILD_TIMEOUT_MS = 600_000
const folder = temporaryFolder()

const wolfsslVersion = readFileSync(checkoutPath("firmware/wolfssl/VERSION"), "utf8").trim()
const wolfssl = process.env.WOLFSSL_DIR ?? checkoutPath(`build/wolfssl-${wolfsslVersion}`)
const { WOLFSSL_DIR: _, ...environment } = process.env

let server: TestServer
beforeAll(async () => {
    server = await startServer({ names: ["localhost"] })
    writeFileSync(join(folder, "ca.pem"), server.ca)
})
afterAll(() => server[Symbol.asyncDispose]())

/** What the command printed; it must end well. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    const { status, stdout, stderr, error } = spawnSync(command, args, {
        encoding: "utf8",
        env: { ...environment, ...env },
    })
    if (error !== undefined) throw error
    expect(status, `${command} ${args.join(" ")}\n${stdout}${stderr}`).toBe(0)
    return stdout
}

/** A project of somebody else. */
function project(name: string): string {
    const project = join(folder, name)
    cpSync(checkoutPath(`test/packages/${name}`), project, { recursive: true })
    copyFileSync(checkoutPath("test/packages/other_wolfssl.c"), join(project, "other_wolfssl.c"))
    copyFileSync(checkoutPath("firmware/examples/resume.c"), join(project, "app.c"))
    return project
}

const configure = (project: string, options: readonly string[]) => [
    ...["-G", "Ninja", "-S", project, "-B", join(project, "build"), "-DCMAKE_BUILD_TYPE=Debug"],
    ...options,
]

/** Builds it, and lets its program connect twice. */
async function resume(project: string, options: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<unknown[]> {
    run("cmake", configure(project, options), env)
    run("cmake", ["--build", join(project, "build")])
    const args = ["localhost", String(server.port), join(folder, "ca.pem")]
    return new Promise((done, fail) => {
        execFile(join(project, "build/app"), args, { encoding: "utf8" }, (error, stdout, stderr) => {
            if (error !== null) return fail(new Error(`${error.message}${stderr}`))
            done(
                stdout
                    .trim()
                    .split("\n")
                    .map((line) => JSON.parse(line)),
            )
        })
    })
}

const IN_FULL_THEN_RESUMED = [
    { result: "full", reason: "none" },
    { result: "resumed", reason: "accepted" },
]

/** The firmware's folder and nothing else of the checkout. */
function copyFirmware(to: string): void {
    mkdirSync(to, { recursive: true })
    cpSync(checkoutPath("firmware"), join(to, "firmware"), { recursive: true })
}

test("a project finds it where it is installed", { timeout: BUILD_TIMEOUT_MS }, async () => {
    const prefix = join(folder, "installed")
    run("cmake", ["--install", checkoutPath("build/host"), "--prefix", prefix])
    expect(await resume(project("find_package"), [`-DCMAKE_PREFIX_PATH=${prefix}`])).toMatchObject(IN_FULL_THEN_RESUMED)
})

test("what is installed are public headers and static libraries, and nothing of wolfSSL can be seen", () => {
    const prefix = join(folder, "seen")
    run("cmake", ["--install", checkoutPath("build/host"), "--prefix", prefix])
    const files = readdirSync(prefix, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name)
    expect(files).toContain("connect.h")
    expect(files).toContain("port_host.h")
    expect(files.filter((name) => /wolfssl|^ffi|^binding|^conn\.h$/.test(name))).toEqual([])
    const core = readdirSync(prefix, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("_core.a"))
    const seen = run("nm", ["-g", "--defined-only", "-j", join(prefix, core ?? "no core")])
    const names = seen.split("\n").filter((line) => /^\w+$/.test(line))
    expect(names).toContain("wh_connect_begin")
    expect(names.filter((name) => !name.startsWith("wh_"))).toEqual([])
})

test("another minor version, or a part that it has not, is not found", () => {
    const prefix = join(folder, "versions")
    run("cmake", ["--install", checkoutPath("build/host"), "--prefix", prefix])
    for (const [asked, answer] of [
        ["0.2 REQUIRED", /compatible with requested version/],
        ["REQUIRED COMPONENTS radio", /no\s+component 'radio'/],
    ] as const) {
        const asks = join(folder, asked.replace(/\W/g, ""))
        mkdirSync(asks)
        writeFileSync(
            join(asks, "CMakeLists.txt"),
            `cmake_minimum_required(VERSION 3.21)\nproject(asks C)\nfind_package(warmhello ${asked})\n`,
        )
        const { status, stderr } = spawnSync("cmake", configure(asks, [`-DCMAKE_PREFIX_PATH=${prefix}`]), {
            encoding: "utf8",
        })
        expect(stderr).toMatch(answer)
        expect(status).not.toBe(0)
    }
})

test("a project fetches it, with wolfSSL's source where a variable says", { timeout: BUILD_TIMEOUT_MS }, async () => {
    const archive = join(folder, "warmhello.tar.gz")
    copyFirmware(join(folder, "to-archive/warmhello"))
    run("tar", ["-czf", archive, "-C", join(folder, "to-archive"), "warmhello"])
    const options = [`-DWARMHELLO_ARCHIVE=${archive}`, `-DWOLFSSL_DIR=${wolfssl}`]
    expect(await resume(project("fetch_content"), options)).toMatchObject(IN_FULL_THEN_RESUMED)
})

test("a project has it as a folder, with wolfSSL's source where the environment says, or is told that it is missing", {
    timeout: BUILD_TIMEOUT_MS,
}, async () => {
    const own = project("add_subdirectory")
    copyFirmware(join(own, "warmhello"))
    const told = (directory: string | undefined) =>
        spawnSync("cmake", configure(own, []), {
            encoding: "utf8",
            env: directory === undefined ? environment : { ...environment, WOLFSSL_DIR: directory },
        }).stderr
    expect(told(undefined)).toMatch(/needs\s+the\s+source\s+of\s+wolfSSL[\s\S]*set\s+WOLFSSL_DIR/)
    const other = join(folder, "other-wolfssl")
    mkdirSync(join(other, "wolfssl"), { recursive: true })
    writeFileSync(join(other, "wolfssl/version.h"), '#define LIBWOLFSSL_VERSION_STRING "1.2.3"\n')
    expect(told(other)).toMatch(/holds\s+1\.2\.3/)
    const forTheWhole = ["-DCMAKE_C_FLAGS=-flto"] // as the project sets it for all its parts
    expect(await resume(own, forTheWhole, { WOLFSSL_DIR: wolfssl })).toMatchObject(IN_FULL_THEN_RESUMED)
})

// The C core as a PlatformIO library, in a project outside the checkout, on the stand-ins of test/pio.
import { execFile, spawnSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { pio, pioEnvironment } from "../../dev/setup/platformio.mjs"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startServer } from "../ts/support/tls-server.js"

const BUILD_TIMEOUT_MS = 600_000
const folder = temporaryFolder()

const version = readFileSync(checkoutPath("firmware/wolfssl/VERSION"), "utf8").trim()
const { WOLFSSL_DIR: _, ...inherited } = process.env
const environment = { ...inherited, ...pioEnvironment }
const wolfssl = process.env.WOLFSSL_DIR ?? checkoutPath(`build/wolfssl-${version}`)

function run(command: string, args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env: environment })
    expect(status, `${command} ${args.join(" ")}\n${stdout}${stderr}`).toBe(0)
    return stdout
}

describe("the library as PlatformIO packs it", () => {
    const archive = join(folder, "warmhello.tar.gz")
    let files: string[] = []

    beforeAll(() => {
        const python = join(dirname(pio), "python")
        run(python, [checkoutPath("test/packages/pack.py"), checkoutPath("firmware"), archive])
        files = run("tar", ["-tzf", archive]).trim().split("\n")
    })

    /** Somebody's project that takes the packed library, and what else is said. */
    function project(name: string, lines: readonly string[]): string {
        const project = join(folder, name)
        mkdirSync(join(project, "src"), { recursive: true })
        copyFileSync(checkoutPath("firmware/examples/resume.c"), join(project, "src/main.c"))
        writeFileSync(
            join(project, "platformio.ini"),
            ["[env:desk]", "platform = native@1.2.1", "build_flags = -std=gnu11", ...lines, ""].join("\n"),
        )
        return project
    }

    test("has what a build needs, and none of the programs of this checkout", () => {
        expect(files).toEqual(
            expect.arrayContaining([
                ...["library.json", "platformio.py", "core/include/warmhello/warmhello.h", "core/src/connect.c"],
                ...["wolfssl/user_settings.h", "wolfssl/sources.txt", "wolfssl/VERSION", "Kconfig"],
            ]),
        )
        expect(files.filter((file) => /(^|\/)(test|build|node_modules|\.git)\/|rv32|ffi|Cargo/.test(file))).toEqual([])
    })

    test("says what to do without wolfSSL's source", () => {
        const without = project("without", ["lib_deps =", `    warmhello=file://${archive}`])
        const { status, stdout, stderr } = spawnSync(pio, ["run", "--project-dir", without], {
            encoding: "utf8",
            env: environment,
        })
        expect(stdout + stderr).toContain(`warmhello needs the source of wolfSSL ${version}. Name it in lib_deps`)
        expect(status).not.toBe(0)
    })

    test("connects in full and then resumes, with wolfSSL's source as another library of the project", {
        timeout: BUILD_TIMEOUT_MS,
    }, async () => {
        await using server = await startServer({ names: ["localhost"] })
        const ca = join(folder, "ca.pem")
        writeFileSync(ca, server.ca)
        const own = project("with", [
            ...["lib_deps =", `    warmhello=file://${archive}`, `    wolfssl=file://${wolfssl}`],
            "lib_ignore = wolfssl",
        ])
        run(pio, ["run", "--project-dir", own])
        const output = await new Promise<string>((done, fail) => {
            const args = ["localhost", String(server.port), ca]
            execFile(join(own, ".pio/build/desk/program"), args, { encoding: "utf8" }, (error, stdout, stderr) =>
                error === null ? done(stdout) : fail(new Error(`${error.message}${stderr}`)),
            )
        })
        expect(
            output
                .trim()
                .split("\n")
                .map((line) => JSON.parse(line).result),
        ).toEqual(["full", "resumed"])
    })
})

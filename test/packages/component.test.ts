// The component as ESP-IDF's registry would have it: packed by its own tool, then configured and compiled outside the checkout.
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { hasPython, managers, pythonProgram } from "../../dev/setup/python.mjs"
import { skipped } from "../support/needs.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()
const component = checkoutPath("build/component/warmhello")
const unpacked = join(folder, "warmhello")

const compote = pythonProgram(managers.newest, "compote")
const canPack = hasPython(managers.newest)
if (!canPack) skipped("there is no compote, the component manager of ESP-IDF (npm run setup -- --ci)")

const { WOLFSSL_DIR: _, ...environment } = process.env
/** The tool says so if it does not know for which ESP-IDF and chip it works. */
const options = {
    encoding: "utf8",
    env: { ...environment, IDF_TARGET: "esp32c3", IDF_VERSION: "6.0.2" },
    cwd: folder,
} as const

describe.skipIf(!canPack)("the packed component", () => {
    const archive = join(folder, "dist/warmhello_0.1.0.tgz")
    let files: string[] = []

    beforeAll(() => {
        execFileSync(process.execPath, [checkoutPath("build/dev/pack/component.js")], options)
        const where = ["--project-dir", component, "--dest-dir", join(folder, "dist")]
        execFileSync(compote, ["component", "pack", "--name", "warmhello", ...where], options)
        mkdirSync(unpacked)
        execFileSync("tar", ["-xzf", archive, "-C", unpacked])
        files = execFileSync("tar", ["-tzf", archive], options).split("\n")
    })

    test("is taken by the tool's own check, and is no larger than it has to be", () => {
        expect(spawnSync(compote, ["-W", "manifest", "lint", component], options)).toMatchObject({ status: 0 })
        expect(statSync(archive).size).toBeLessThan(5_000_000)
    })

    test("has licences, examples and what it compiles, and nothing that is for Node or for the emulator", () => {
        expect(readFileSync(join(unpacked, "idf_component.yml"), "utf8")).toMatch(/^license: "?MIT AND GPL/m)
        const needed = ["LICENSE", "CHANGELOG.md", "Kconfig", "CMakeLists.txt", "wolfssl/source/COPYING"]
        const example = ["main/http_deep_sleep.c", "partitions.csv", "sdkconfig.defaults", "CMakeLists.txt"]
        expect(files).toEqual(
            expect.arrayContaining(
                [...needed, ...example.map((name) => `examples/http_deep_sleep/${name}`)].map((name) => `./${name}`),
            ),
        )
        expect(
            files.filter((file) => /(^|\/)(build|rv32)\/|\/ffi|Cargo|ca\.pem|dependencies\.lock/.test(file)),
        ).toEqual([])
    })

    test("has all that its core and wolfSSL are compiled from", () => {
        const build = join(folder, "build")
        const definitions = ["-DSOC=esp32c3", "-DDEVICESCRIPT=n", `-DFIRMWARE=${unpacked}`]
        execFileSync("cmake", ["-G", "Ninja", "-S", checkoutPath("test/idf"), "-B", build, ...definitions], options)
        const commands: { file: string; command: string }[] = JSON.parse(
            readFileSync(join(build, "compile_commands.json"), "utf8"),
        )
        const portable = commands.filter(({ file }) => /\/warmhello\/(wolfssl|core|base|provision|wake)\//.test(file))
        expect(portable.length).toBeGreaterThan(60)
        for (const { command } of portable) {
            const { stderr } = spawnSync("sh", ["-c", command.replace(/ -o \S+/, " -fsyntax-only")], {
                ...options,
                cwd: build,
            })
            expect(stderr).toBe("")
        }
    })
})

// `warmhello build`: an app as C sources. Compiled here by the host's compiler and by a board's.

import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { beforeAll, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { compile } from "#warmhello/devicescript/compile.js"
import { skipped } from "../support/needs.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand, warmhello } from "./support/command.js"

const folder = temporaryFolder()

const built = join(folder, "built")
const INCLUDES = ["-I", checkoutPath("firmware/port/esp32/include"), "-I", built]
const FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", ...INCLUDES]

/** A project of its own with the sample apps, in a folder of that name. */
function projectIn(name: string): string {
    const project = join(folder, name)
    for (const part of ["src", "services", "package.json", "devsconfig.json"]) {
        cpSync(checkoutPath(join("devs", part)), join(project, part), { recursive: true })
    }
    return project
}

function build(project: string, out: string) {
    return warmhello("build", join(project, "src/telemetry.ts"), "--board", "esp32c3_bare", "--out", out)
}

const filesIn = (out: string) => readdirSync(out).map((name) => [name, readFileSync(join(out, name), "base64")])

let project = ""
beforeAll(async () => {
    project = projectIn("a")
    const { code, stderr } = await build(project, built)
    expect(stderr).toBe("")
    expect(code).toBe(0)
})

test("the same app gives the same bytes in another folder, in a git checkout with changes too", async () => {
    const other = projectIn(join("somewhere", "else"))
    const git = (...args: string[]) =>
        execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: other })
    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "first")
    git("add", "src/app.ts")
    const out = join(folder, "built-there")
    expect((await build(other, out)).code).toBe(0)
    expect(filesIn(out).map(([name]) => name)).toEqual(["dcfg.bin", "program.c", "services.h"])
    expect(filesIn(out)).toEqual(filesIn(built))
})

test("what is written, the app and TMPDIR may be named from where one is", async () => {
    const args = ["build", "a/src/telemetry.ts", "--board", "esp32c3_bare", "--out", "from/here"]
    const { code, stderr } = await startCommand(args, { TMPDIR: "." }, undefined, folder).ended
    expect(stderr).toBe("")
    expect(code).toBe(0)
    expect(filesIn(join(folder, "from/here"))).toEqual(filesIn(built))
})

test("no path of this machine is in what is emitted", () => {
    for (const name of readdirSync(built)) {
        const text = readFileSync(join(built, name), "latin1")
        expect(text).not.toContain(folder)
        expect(text).not.toContain(dirname(checkoutPath(".")))
    }
})

test("the C holds the very bytecode, its hash and the services' constants", async () => {
    const main = join(folder, "main.c")
    writeFileSync(
        main,
        `#include <stdio.h>
#include "services.h"
#include "warmhello/program.h"
int main(void)
{
    const wh_program *app = &wh_app_program;
    printf("%s %s %x ", app->name, app->board, (unsigned)JD_SERVICE_CLASS_TLS_SESSION);
    for (unsigned i = 0; i < sizeof app->sha256; i++) printf("%02x", app->sha256[i]);
    printf("\\n");
    return fwrite(app->image, 1, app->size, stderr) == app->size ? 0 : 1;
}
`,
    )
    const program = join(folder, "main")
    execFileSync("gcc", [...FLAGS, "-o", program, main, join(built, "program.c")])
    const { stdout, stderr } = spawnSync(program)
    const bytecode = await compile(join(project, "src/telemetry.ts"))
    const hash = createHash("sha256").update(bytecode).digest("hex")
    expect(stdout.toString()).toBe(`telemetry esp32c3_bare 1b6e47d9 ${hash}\n`)
    expect(Buffer.compare(stderr, bytecode)).toBe(0)
})

const crossCompiler = "riscv64-unknown-elf-gcc"
const hasCrossCompiler = spawnSync(crossCompiler, ["--version"]).status === 0
if (!hasCrossCompiler) skipped(`there is no ${crossCompiler} (npm run setup -- --mcu)`)

test.skipIf(!hasCrossCompiler)("it compiles for a board's processor, into read-only data", () => {
    const object = join(folder, "program.o")
    const target = ["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs", "-fdata-sections"]
    execFileSync(crossCompiler, [...FLAGS, ...target, "-c", "-o", object, join(built, "program.c")])
    const sizes = execFileSync("riscv64-unknown-elf-size", ["-A", object], { encoding: "utf8" })
    expect(sizes).toMatch(/^\.rodata\.image +\d{4,}/m)
    expect(sizes).not.toMatch(/^\.(data|bss)\S* +[1-9]/m)
})

test("an app of a project without services is built, and from bytecode as well", async () => {
    const out = join(folder, "without")
    mkdirSync(out)
    const bytecode = join(folder, "wakes.devs")
    const app = checkoutPath("test/apps/src/reports.ts")
    expect((await warmhello("build", app, "--board", "esp32_bare", "--out", out)).code).toBe(0)
    const source = readFileSync(join(out, "program.c"), "utf8")
    writeFileSync(bytecode, await compile(app))
    const fromBytecode = join(folder, "from-bytecode")
    expect((await warmhello("build", bytecode, "--board", "esp32_bare", "--out", fromBytecode)).code).toBe(0)
    expect(readFileSync(join(fromBytecode, "program.c"), "utf8")).toBe(source.replaceAll("reports", "wakes"))
})

test("what cannot be built is one error, and nothing is left behind", async () => {
    const file = (name: string, contents: string) => {
        writeFileSync(join(folder, name), contents)
        return join(folder, name)
    }
    const out = join(folder, "nothing")
    const cases: [string[], number, RegExp][] = [
        [[join(project, "src/telemetry.ts"), "--board", "esp8266"], 2, /there is no board esp8266; there are: /],
        [[file("text.devs", "no bytecode"), "--board", "esp32_bare"], 3, /is not bytecode of DeviceScript/],
        [[join(folder, "none.ts"), "--board", "esp32_bare"], 2, /there is no .*none\.ts/],
        [[join(folder, "text.devs", "below.ts"), "--board", "esp32_bare"], 2, /there is no .*below\.ts/],
        [[join(project, "src/telemetry.ts")], 2, /required option '--board <id>' not specified/],
    ]
    const results = await Promise.all(cases.map(([args]) => warmhello("build", ...args, "--out", out)))
    for (const [index, { code, stderr }] of results.entries()) {
        expect(stderr).toMatch(cases[index]?.[2] ?? "")
        expect(code).toBe(cases[index]?.[1])
        expect(stderr.match(/^error:/gm)).toHaveLength(1)
    }
    expect(existsSync(out)).toBe(false)
})

test("a folder that cannot be written is an error", async () => {
    const out = join(folder, "a-file")
    writeFileSync(out, "")
    const { code, stderr } = await build(project, join(out, "below"))
    expect(stderr).toMatch(/cannot write .*a-file/)
    expect(code).toBe(2)
})

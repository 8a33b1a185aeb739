// Shows that each guard against a known mistake is missed by its test: takes them out one by one, in a copy of the
// source, and demands that the test fails by an assertion of its own. Prints a table. Exits 1 when a guard has no
// effect, or when the list and docs/SECURITY.md do not name the same tests.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { checkoutPath } from "../../ts/base/paths.js"
import type { Guard } from "./guard.js"
import { guards } from "./list.js"

const tree = checkoutPath("build/guards/tree")
const build = checkoutPath("build/guards/build")
const TEST_TIMEOUT_MS = 60_000

/** The list, the documents or the machine are not as they should be. */
class SetupError extends Error {}

// ---- The copy -----------------------------------------------------------------------------------------

function filesIn(folder: string): string[] {
    if (!existsSync(folder)) return []
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

/** Files that are the same keep their time, so that wolfSSL is compiled once for all runs. */
function copyFolder(folder: string): void {
    const from = checkoutPath(folder)
    const to = join(tree, folder)
    const wanted = new Set(filesIn(from))
    for (const file of filesIn(to)) if (!wanted.has(file)) rmSync(join(to, file))
    for (const file of wanted) {
        const contents = readFileSync(join(from, file))
        const copy = join(to, file)
        if (existsSync(copy) && readFileSync(copy).equals(contents)) continue
        mkdirSync(dirname(copy), { recursive: true })
        writeFileSync(copy, contents)
    }
}

function run(program: string, args: string[]): { ok: boolean; output: string } {
    const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 28 })
    return { ok: done.status === 0, output: `${done.stdout ?? ""}${done.stderr ?? ""}${done.error?.message ?? ""}` }
}

function must(program: string, args: string[]): void {
    const { ok, output } = run(program, args)
    if (!ok) throw new SetupError(`${output}\nThis command failed: ${program} ${args.join(" ")}`)
}

function prepare(): void {
    const tests = ["arduino", "c", "esp32", "esp_tls", "esp_transport", "powercuts"]
    for (const folder of ["firmware", ...tests.map((name) => `test/${name}`)]) copyFolder(folder)
    const version = readFileSync(checkoutPath("firmware/wolfssl/VERSION"), "utf8").trim()
    const wolfssl = process.env.WOLFSSL_DIR ?? checkoutPath(`build/wolfssl-${version}`)
    must("cmake", [
        ...["-G", "Ninja", "-S", join(tree, "firmware"), "-B", build, `-DWOLFSSL_DIR=${wolfssl}`, "-DWH_TESTS=ON"],
        // Code without its guard may leave a variable unused.
        ...["-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-O1 -w"],
    ])
    must("ninja", ["-C", build, ...new Set(guards.flatMap(({ tests }) => tests.map(([program]) => program)))])
}

// ---- One guard ----------------------------------------------------------------------------------------

type Verdict = "passes" | "fails by an assertion" | "ends in another way"

function runTest([program, name]: Guard["tests"][number]): Verdict {
    const done = spawnSync(join(build, "tests", program), [], {
        encoding: "utf8",
        env: { ...process.env, WH_ONLY_TEST: name },
        timeout: TEST_TIMEOUT_MS,
        killSignal: "SIGKILL",
    })
    const output = `${done.stdout}${done.stderr}`
    if (done.status === 0 && output.includes(`[       OK ] ${name}\n`)) return "passes"
    const asserted = output.includes("error: Failure!") && !output.includes("Test failed with exception")
    const failed = done.status === 1 && output.includes(`[  FAILED  ] ${name}\n`)
    return failed && asserted ? "fails by an assertion" : "ends in another way"
}

const pathOf = (file: string): string => join(tree, "firmware", file)

/** The files that it is in, as they are and without it. */
function filesOf({ edits, mistake }: Guard): { path: string; with: string; without: string }[] {
    return [...new Set(edits.map(([file]) => file))].map((name) => {
        const source = readFileSync(pathOf(name), "utf8")
        const without = edits.reduce((text, [file, guard, instead]) => {
            if (file !== name) return text
            const found = text.split(guard).length - 1
            if (found !== 1) throw new SetupError(`${mistake}: ${file} has this ${found} times, not once: ${guard}`)
            return text.replace(guard, () => instead)
        }, source)
        return { path: pathOf(name), with: source, without }
    })
}

/** What came of taking it out, or undefined if its tests have missed it as they should. */
function tryWithout(guard: Guard): string | undefined {
    const files = filesOf(guard)
    for (const file of files) writeFileSync(file.path, file.without)
    try {
        const { ok, output } = run("ninja", ["-C", build, ...new Set(guard.tests.map(([program]) => program))])
        if (!ok) return `it does not compile without:\n${output}`
        const found = guard.tests.map((test) => [test, runTest(test)] as const)
        const [wrong] = found.filter(([, verdict]) => verdict !== "fails by an assertion")
        return wrong && `the test ${wrong[0].join(" ")} ${wrong[1]} without it`
    } finally {
        for (const file of files) writeFileSync(file.path, file.with)
    }
}

// ---- All of them --------------------------------------------------------------------------------------

/** Each test that SECURITY.md names has a guard here, and the other way round. */
function compareWithDocument(): void {
    const document = readFileSync(checkoutPath("docs/SECURITY.md"), "utf8")
    const named = new Set([...document.matchAll(/`([a-z0-9]+(?:_[a-z0-9]+){3,})`/g)].map(([, name = ""]) => name))
    const listed = new Set(guards.flatMap(({ tests }) => tests.map(([, name]) => name)))
    const problems = [
        ...[...named].filter((name) => !listed.has(name)).map((name) => `no guard is listed for ${name}`),
        ...[...listed].filter((name) => !named.has(name)).map((name) => `docs/SECURITY.md does not name ${name}`),
    ]
    if (problems.length > 0) throw new SetupError(problems.join("\n"))
}

/** Without that, a failure later would say nothing. */
function demandThatAllPass(): void {
    for (const test of guards.flatMap(({ tests }) => tests)) {
        const verdict = runTest(test)
        if (verdict !== "passes") throw new SetupError(`${test.join(" ")} ${verdict} with every guard in place`)
    }
}

function main(): void {
    const started = performance.now()
    compareWithDocument()
    prepare()
    for (const guard of guards) filesOf(guard)
    demandThatAllPass()
    const width = Math.max(...guards.map(({ mistake }) => mistake.length))
    let withoutEffect = 0
    for (const guard of guards) {
        const problem = tryWithout(guard)
        if (problem !== undefined) withoutEffect++
        const told = problem === undefined ? "missed by" : "NOT MISSED BY"
        console.log(`${guard.mistake.padEnd(width)}  ${told} ${guard.tests.map(([, name]) => name).join(", ")}`)
        if (problem !== undefined) console.log(`    ${problem}`)
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    console.log(`${guards.length} guards, ${withoutEffect} without effect (${seconds} s)`)
    if (withoutEffect > 0) process.exitCode = 1
}

try {
    main()
} catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(error.message)
    process.exitCode = 1
}

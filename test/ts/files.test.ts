// What becomes of the files that people name, when all goes well and when it does not.
import { execFile, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import {
    chmodSync,
    existsSync,
    lstatSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    readlinkSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { describe, expect, test } from "vitest"
import { checkWritable, readFile, writeWhole } from "#warmhello/base/files.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand, warmhello } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"

const folder = temporaryFolder()

let count = 0
/** A path in a folder of its own, in which nothing else may be left. */
function fresh(contents?: string): string {
    const path = join(folder, String(count++), "file")
    mkdirSync(join(path, ".."))
    if (contents !== undefined) writeFileSync(path, contents)
    return path
}
const beside = (path: string): string[] => readdirSync(join(path, ".."))

function fifo(): string {
    const path = fresh()
    execFileSync("mkfifo", [path])
    return path
}

describe("a file that is written", () => {
    test("is there whole, with its mode, and nothing beside it", () => {
        const path = fresh()
        writeWhole(path, "secret", 0o600)
        expect(readFileSync(path, "utf8")).toBe("secret")
        expect(statSync(path).mode & 0o777).toBe(0o600)
        expect(beside(path)).toEqual(["file"])
    })

    test("takes the place of another one and keeps its permissions", () => {
        const path = fresh("old")
        chmodSync(path, 0o640)
        writeWhole(path, "new")
        expect(readFileSync(path, "utf8")).toBe("new")
        expect(statSync(path).mode & 0o777).toBe(0o640)
    })

    test("through a link leaves the link, also one that led nowhere yet", () => {
        const [path, link] = [fresh("old"), fresh()]
        symlinkSync(path, link)
        for (const contents of ["new", "newer"]) {
            writeWhole(link, contents)
            expect(readlinkSync(link)).toBe(path)
            expect(readFileSync(path, "utf8")).toBe(contents)
            rmSync(path)
        }
        expect(lstatSync(link).isSymbolicLink()).toBe(true)
    })

    test("into a pipe reaches its reader, however much it is", async () => {
        const path = fifo()
        const reader = spawn("cat", [path], { stdio: ["ignore", "pipe", "ignore"] })
        let length = 0
        reader.stdout.on("data", (bytes: Buffer) => {
            length += bytes.length
        })
        const writer = promisify(execFile)(process.execPath, [
            ...["--input-type=module", "--eval"],
            `import { checkWritable, writeWhole } from ${JSON.stringify(checkoutPath("build/ts/base/files.js"))}
            checkWritable(${JSON.stringify(path)})
            writeWhole(${JSON.stringify(path)}, "x".repeat(1_000_000))`,
        ])
        await Promise.all([once(reader, "close"), writer])
        expect(length).toBe(1_000_000)
        expect(lstatSync(path).isFIFO()).toBe(true)
    })

    test("into a pipe that nobody reads is an error after a while", () => {
        expect(() => writeWhole(fifo(), "x")).toThrow(/cannot write .*file: nobody reads from this pipe/)
    })

    test.each([
        ["in no folder", "/no/such/file", /cannot write \/no\/such\/file: there is no \/no\/such/],
        ["that is a folder", folder, /cannot write .*: it is a folder/],
        ["where links lead in a circle", "circle", /too many symbolic links/],
    ])("%s is an error beforehand", (_, name, message) => {
        const path = name === "circle" ? fresh() : name
        if (name === "circle") symlinkSync(path, path)
        expect(() => checkWritable(path)).toThrow(message)
        expect(() => writeWhole(path, "x")).toThrow(message)
    })
})

describe("a file that is read", () => {
    test("may be a pipe, but not without end", async () => {
        const path = fifo()
        const writer = spawn("sh", ["-c", 'sleep 0.3; printf hello > "$1"', "sh", path])
        expect(readFile(path).toString()).toBe("hello")
        await once(writer, "close")
        expect(() => readFile("/dev/zero")).toThrow(/cannot read \/dev\/zero: it has no end, or is larger than 64 MB/)
    })

    test("is waited for in a pipe, but not for ever", () => {
        expect(() => readFile(fifo())).toThrow(/cannot read .*: nothing has come through it/)
    })
})

/** A command that fails in spite of flags that are good, and what it writes to: FILE. */
const failing: [string, string[]][] = [
    ["simulate, --json", ["simulate", "no/app.ts", "--json", "FILE"]],
    ["build, --json", ["build", "no/app.ts", "--board", "esp32_bare", "--json", "FILE"]],
    ["estimate, --json", ["estimate", "--board", "nothing", "--json", "FILE"]],
    ["estimate, --out", ["estimate", "--board", "nothing", "--out", "FILE"]],
    ["measure, --json", ["measure", "/dev/ttyNONE", "--json", "FILE"]],
    ["measure, --out", ["measure", "/dev/ttyNONE", "--out", "FILE"]],
    ["report, --out", ["report", "no/run.json", "--out", "FILE"]],
    ["report, --csv", ["report", "no/run.json", "--csv", "FILE"]],
    ["provision, --json and --out", ["provision", "no/device.json", "--out", "FILE"]],
    ["provision, --slot", ["provision", "no/device.json", "--slot", "FILE"]],
    ["inspect, --json", ["inspect", "package.json", "--json", "FILE"]],
    ["monitor, --json", ["monitor", "--port", "/dev/ttyNONE", "--json", "FILE"]],
]

describe("a run that fails", () => {
    test.each(failing)("keeps a good file, and leaves none where there was none: %s", async (_, args) => {
        const [good, none] = [fresh("good"), fresh()]
        const results = await Promise.all(
            [good, none].map((file) => warmhello(...args.map((word) => word.replace("FILE", file)))),
        )
        for (const { code, stderr } of results) {
            expect(code).toBeGreaterThan(0)
            expect(stderr).not.toMatch(/^ +at .*:\d+/m)
        }
        expect(readFileSync(good, "utf8")).toBe("good")
        expect([beside(good), beside(none)]).toEqual([["file"], []])
    })

    test("because there is no room left keeps a good file as well, in one line", async () => {
        const good = fresh("good")
        const estimate = 'exec "$0" build/ts/cli/main.js estimate --board esp32c3_bare --json "$1"'
        const limited = spawn("sh", ["-c", `ulimit -f 1; ${estimate}`, process.execPath, good], {
            cwd: checkoutPath("."),
            stdio: ["ignore", "pipe", "pipe"],
        })
        let stderr = ""
        limited.stderr.on("data", (text) => {
            stderr += text
        })
        limited.stdout.resume()
        const [code] = await once(limited, "close")
        expect(stderr).toMatch(/^error: cannot write .*file: EFBIG/)
        expect(code).toBe(2)
        expect(readFileSync(good, "utf8")).toBe("good")
        expect(beside(good)).toEqual(["file"])
    })

    test("because there is no room for flash says so and leaves none", async () => {
        const flash = fresh()
        const simulate = 'exec "$0" build/ts/cli/main.js simulate "$1" --cycles 1 --flash "$2"'
        const limited = spawn("sh", ["-c", `ulimit -f 1; ${simulate}`, process.execPath, appFile("app"), flash], {
            cwd: checkoutPath("."),
            stdio: ["ignore", "ignore", "pipe"],
        })
        let stderr = ""
        limited.stderr.on("data", (text) => {
            stderr += text
        })
        const [code] = await once(limited, "close")
        expect(stderr).toMatch(/^error: cannot write .*file: EFBIG/)
        expect(code).toBe(2)
        expect(beside(flash)).toEqual([])
    })

    test("with a raw trace leaves none of a meter that never answered", async () => {
        const raw = fresh()
        expect((await warmhello("measure", "/dev/ttyNONE", "--raw", raw)).code).toBeGreaterThan(0)
        expect(existsSync(raw)).toBe(false)
    })
})

test("--json /dev/stdout is standard output, also where that is a file with more in it", async () => {
    const path = fresh("before\n")
    const args = ["estimate", "--board", "esp32c3_bare", "--json", "/dev/stdout"]
    execFileSync("sh", ["-c", `exec "$0" build/ts/cli/main.js ${args.join(" ")} >> "$1"`, process.execPath, path], {
        cwd: checkoutPath("."),
    })
    const text = readFileSync(path, "utf8")
    expect(text).toMatch(/^before\n/)
    expect(text).toContain("lasts")
    expect(JSON.parse(text.slice(text.indexOf("\n{\n")))).toMatchObject({ schema: "warmhello-run" })
    expect(beside(path)).toEqual(["file"])
})

test("standard output that is closed early ends the command with a message and its own exit code", async () => {
    const command = startCommand(["simulate", "--help"])
    command.process.stdout?.destroy()
    const { code, stderr } = await command.ended
    expect(stderr).toBe("error: standard output was closed before the end\n")
    expect(code).toBe(141)
})

test("standard output without room is an error in one line", async () => {
    const full = spawn("sh", ["-c", 'exec "$0" build/ts/cli/main.js simulate --help > /dev/full', process.execPath], {
        cwd: checkoutPath("."),
        stdio: ["ignore", "ignore", "pipe"],
    })
    let stderr = ""
    full.stderr.on("data", (text) => {
        stderr += text
    })
    const [code] = await once(full, "close")
    expect(stderr).toMatch(/^error: cannot write standard output: ENOSPC.*\nThere is no room left/)
    expect(code).toBe(2)
})

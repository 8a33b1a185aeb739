import { execFileSync, spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test, vi } from "vitest"
import { whyNoMcu } from "../mcu/support.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { type RunningCommand, startCommand, startDevCommand } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"

const TMPDIR = temporaryFolder()

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    return text.split(" ").filter(Boolean).map(Number)
}

/** Presses Ctrl-C, or sends another signal, and returns the processes that the command had started. */
function interrupt({ process }: RunningCommand, signal: NodeJS.Signals = "SIGINT"): number[] {
    const children = childrenOf(process.pid ?? 0)
    process.kill(signal)
    return children
}

const areGone = (pids: number[]) =>
    vi.waitFor(() => expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), 10_000)

describe.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
] as const)("%s", (signal, exitCode) => {
    const simulation = ["a simulation", ["simulate", appFile("app"), "--cycles", "1000000"], "  full  ", 1] as const
    test.each([simulation])(`ends %s with ${exitCode}, its servers and its files`, async (_, args, shown, servers) => {
        const command = startCommand([...args], { TMPDIR })
        await command.shows(shown)
        const children = interrupt(command, signal)
        expect(children).toHaveLength(servers)
        const { code, stderr } = await command.ended
        expect(code).toBe(exitCode)
        expect(stderr).toBe("")
        await areGone(children)
        expect(readdirSync(TMPDIR)).toEqual([])
    })

    test(`ends a compiler with ${exitCode}`, async () => {
        const command = startCommand(["simulate", "--cycles", "1"], { TMPDIR })
        await command.shows("compiling")
        const compilers = interrupt(command, signal)
        expect((await command.ended).code).toBe(exitCode)
        await areGone(compilers)
    })
})

describe.each([1, 2])("a soak in %d processes", (jobs) => {
    test.each([
        ["SIGINT", 130],
        ["SIGTERM", 143],
    ] as const)("tells after %s what is known, and leaves nothing", { timeout: 60_000 }, async (signal, exitCode) => {
        const command = startDevCommand(["soak", "--cycles", "10000", "--jobs", `${jobs}`], { TMPDIR })
        await command.shows("100 wakes ...")
        const began = jobs === 1 ? [] : childrenOf(command.process.pid ?? 0).flatMap(childrenOf)
        const children = [...interrupt(command, signal), ...began]
        expect(children.length).toBeGreaterThanOrEqual(jobs === 1 ? 1 : 2 * jobs) // servers, and their processes
        const { code, stdout, stderr } = await command.ended
        expect(code).toBe(exitCode)
        expect(stderr).toBe("")
        expect(stdout).toMatch(/^\d{3} wakes: \d+ resumed .* 0 failed/m)
        await areGone(children)
        expect(readdirSync(TMPDIR)).toEqual([])
    })
})

describe("Ctrl-C", () => {
    test("in a sleep in real time exits 130 and leaves neither a server nor a file", async () => {
        const command = startCommand(["simulate", appFile("app"), "--real-time", "--sleep", "1h"], { TMPDIR })
        await command.shows("  full  ")
        const servers = interrupt(command)
        const { code, stderr } = await command.ended
        expect(code).toBe(130)
        expect(stderr).toBe("")
        expect(servers).toHaveLength(1)
        await areGone(servers)
        expect(readdirSync(TMPDIR)).toEqual([])
    })

    test("ends a measurement that waits for a pipe in which nothing comes", async () => {
        const fifo = join(TMPDIR, "fifo")
        execFileSync("mkfifo", [fifo])
        const writer = spawn("sh", ["-c", 'exec sleep 60 > "$1"', "sh", fifo])
        const command = startCommand(["measure", fifo, "--json", join(TMPDIR, "none.json")], { TMPDIR })
        await vi.waitFor(() => expect(childrenOf(command.process.pid ?? 0)).toHaveLength(1), 20_000)
        const readers = interrupt(command)
        expect((await command.ended).code).toBe(130)
        await areGone(readers)
        writer.kill()
        rmSync(fifo)
        expect(readdirSync(TMPDIR)).toEqual([])
    })

    test("ends what computes without a pause at once", async () => {
        const command = startDevCommand(["bench-measure", "--samples", "1000000000"], { TMPDIR })
        await new Promise((loaded) => setTimeout(loaded, 1500)) // whenever it comes, the end is the same
        interrupt(command)
        const { code, stdout } = await command.ended
        expect([code, command.process.signalCode]).toEqual([null, "SIGINT"])
        expect(stdout).toBe("")
    })

    test.skipIf(whyNoMcu() !== undefined)("leaves no emulated microcontroller behind", async () => {
        const command = startCommand(["simulate", appFile("app"), "--mcu", "rv32", "--cycles", "1000000"], { TMPDIR })
        await command.shows("  full  ")
        const children = interrupt(command)
        const { code, stderr } = await command.ended
        expect(code).toBe(130)
        expect(stderr).toBe("")
        expect(children).toHaveLength(2) // and the server
        await areGone(children)
        expect(readdirSync(TMPDIR)).toEqual([])
    })
})

test("a folder for temporary files that is missing is an error in one line", async () => {
    const command = startCommand(["simulate", appFile("app")], { TMPDIR: join(TMPDIR, "missing") })
    const { code, stderr } = await command.ended
    expect(stderr).toMatch(/^error: cannot write to the folder for temporary files, .*missing: ENOENT.*\nTMPDIR names/)
    expect(code).toBe(6)
})

test("the built-in server is gone and no file is left after a run to the end", async () => {
    const command = startCommand(["simulate", appFile("app"), "--cycles", "2"], { TMPDIR })
    await command.shows("  full  ")
    const servers = childrenOf(command.process.pid ?? 0)
    expect(servers).toHaveLength(1)
    expect((await command.ended).code).toBe(0)
    await areGone(servers)
    expect(readdirSync(TMPDIR)).toEqual([])
})

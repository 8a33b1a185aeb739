import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test, vi } from "vitest"
import { whyNoMcu } from "../mcu/support.js"
import { type RunningCommand, startCommand } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"

const TMPDIR = mkdtempSync(join(tmpdir(), "warmhello-test-"))
afterAll(() => rmSync(TMPDIR, { recursive: true }))

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    return text.split(" ").filter(Boolean).map(Number)
}

/** Presses Ctrl-C and returns the processes that the command had started. */
function interrupt({ process }: RunningCommand): number[] {
    const children = childrenOf(process.pid ?? 0)
    process.kill("SIGINT")
    return children
}

describe("Ctrl-C", () => {
    test.each([
        ["in a sleep in real time", ["--real-time", "--sleep", "1h"]],
        ["between wakes whose sleep is skipped", ["--cycles", "1000000"]],
    ])("%s exits 130 and leaves neither a server nor a file", async (_, flags) => {
        const command = startCommand(["simulate", appFile("app"), ...flags], { TMPDIR })
        await command.shows("  full  ")
        const servers = interrupt(command)
        const { code, stderr } = await command.ended
        expect(code).toBe(130)
        expect(stderr).toBe("")
        expect(servers).toHaveLength(1)
        await vi.waitFor(() => expect(servers.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), 10_000)
        expect(readdirSync(TMPDIR)).toEqual([])
    })

    test.skipIf(whyNoMcu() !== undefined)("leaves no emulated microcontroller behind", async () => {
        const command = startCommand(["simulate", appFile("app"), "--mcu", "rv32", "--cycles", "1000000"], { TMPDIR })
        await command.shows("  full  ")
        const children = interrupt(command)
        const { code, stderr } = await command.ended
        expect(code).toBe(130)
        expect(stderr).toBe("")
        expect(children).toHaveLength(2) // and the server
        await vi.waitFor(() => expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), 10_000)
        expect(readdirSync(TMPDIR)).toEqual([])
    })

    test("while the app is compiled exits 130", async () => {
        const command = startCommand(["simulate", "--cycles", "1"], { TMPDIR })
        await command.shows("compiling")
        const compilers = interrupt(command)
        expect((await command.ended).code).toBe(130)
        await vi.waitFor(() => expect(compilers.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), 10_000)
    })
})

test("the built-in server is gone and no file is left after a run to the end", async () => {
    const command = startCommand(["simulate", appFile("app"), "--cycles", "2"], { TMPDIR })
    await command.shows("  full  ")
    const servers = childrenOf(command.process.pid ?? 0)
    expect(servers).toHaveLength(1)
    expect((await command.ended).code).toBe(0)
    await vi.waitFor(() => expect(servers.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), 10_000)
    expect(readdirSync(TMPDIR)).toEqual([])
})

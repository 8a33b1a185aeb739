// What was acknowledged outlives the process, whatever ends it.
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, cpSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { Intake } from "#warmhello/fleet/intake.js"
import { FolderStore } from "#warmhello/fleet/store.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "../ts/support/command.js"
import { full, RunningFleet, resumed } from "./programs.js"

const folder = temporaryFolder()
const nobody = { device: undefined, server: undefined }

const keep = (intake: Intake, n: number) =>
    new Promise<void>((kept) => intake.json({ ...resumed, device: `d${n % 7}` }, nobody, false, kept))

/** As after a loss of power: what is on the disk now, without the process that wrote it. */
function copyOf(state: string, name: string): string {
    const copy = join(folder, name)
    cpSync(state, copy, { recursive: true })
    return copy
}

test("after each acknowledgement the folder tells all that was acknowledged, across many turns of the log", async () => {
    const state = join(folder, "turns")
    await using store = await FolderStore.open(state, { mostLogBytes: 1500 })
    const intake = new Intake(store)
    for (let n = 1; n <= 40; n++) {
        await keep(intake, n)
        await using again = await FolderStore.open(copyOf(state, `turns-${n}`))
        expect(again.fleet.reports).toBe(n)
        expect(again.fleet.devices.size).toBe(Math.min(n, 7))
    }
    expect(readdirSync(state).filter((name) => name.startsWith("reports-")).length).toBeLessThanOrEqual(2)
})

test("a log whose last line was cut is read up to there, and written on", async () => {
    const state = join(folder, "cut")
    {
        await using store = await FolderStore.open(state)
        const intake = new Intake(store)
        for (let n = 0; n < 5; n++) await keep(intake, n)
        const copy = copyOf(state, "cut-copy")
        const log = join(copy, readdirSync(copy).find((name) => name.startsWith("reports-")) ?? "")
        truncateSync(log, statSync(log).size - 20)
        await using again = await FolderStore.open(copy)
        expect(again.fleet.reports).toBe(4)
        await keep(new Intake(again), 9)
        expect(again.fleet.reports).toBe(5)
    }
    await using closed = await FolderStore.open(state)
    expect(closed.fleet.reports).toBe(5)
    appendFileSync(join(state, "state.json"), "damage")
    await expect(FolderStore.open(copyOf(state, "damaged"))).rejects.toMatchObject({ code: "state-unreadable" })
})

test("two processes do not write to one folder, and one that was killed keeps nobody out", async () => {
    const state = join(folder, "owned")
    const first = await RunningFleet.start(["--state", state])
    const inUse = { code: "state-in-use", message: expect.stringMatching(/^process \d+ on \S+ keeps its state in /) }
    await expect(FolderStore.open(state)).rejects.toMatchObject(inUse)
    await first.end("SIGKILL")
    await using _second = await FolderStore.open(state)
})

/** The first process of a container of its own, with what is shared being the folder. */
const inContainer = (...args: string[]) => {
    const command = [process.execPath, checkoutPath("build/ts/cli/main.js"), "fleet", ...args]
    return spawn("unshare", ["--pid", "--fork", "--mount-proc", "--kill-child", ...command])
}

test("two containers, in each of which it is process 1, do not write to one folder either", async ({ skip }) => {
    if (spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status !== 0) {
        skip("unshare makes no namespace of processes here, which takes root")
    }
    const state = join(folder, "contained")
    const start = () => inContainer("--state", state, "--page", "0", "--http", "0")
    const first = start()
    try {
        await once(first.stdout, "data") // it says where it listens, once it has the folder
        const second = start()
        const [said, [code]] = await Promise.all([text(second.stderr), once(second, "close")])
        expect(said).toMatch(/^error: process 1 on \S+ keeps its state in /)
        expect(code).toBe(2)
        await expect(FolderStore.open(state)).rejects.toMatchObject({ code: "state-in-use" })
    } finally {
        first.kill("SIGKILL")
        await once(first, "close")
    }
    await using again = await FolderStore.open(state)
    expect(again.fleet.reports).toBe(0)
})

test("on a disk that is full nothing is counted that was not kept, and that is said", async ({ skip }) => {
    const disk = join(folder, "disk")
    mkdirSync(disk)
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status !== 0) {
        skip("mount makes no small disk here, which takes root")
    }
    try {
        const file = join(folder, "many.jsonl")
        writeFileSync(
            file,
            Array.from({ length: 1000 }, (_, n) => `${JSON.stringify({ ...full, device: `d${n}` })}\n`).join(""),
        )
        for (let run = 1; run <= 2; run++) {
            const { code, stdout, stderr } = await warmhello("fleet", file, "--state", join(disk, "state"))
            expect(stdout).toBe("")
            expect(stderr).toMatch(/^error: cannot write .*ENOSPC.*\nThere is no room left/)
            expect(code).toBe(2)
        }
    } finally {
        spawnSync("umount", [disk])
    }
})

test("killed while devices send, it has every report that it answered for, in metrics and on the page", async () => {
    const state = join(folder, "killed")
    let [sent, answered] = [0, 0]
    for (let round = 1; round <= 3; round++) {
        const fleet = await RunningFleet.start(["--state", state])
        expect((await fleet.summary()).reports).toBeGreaterThanOrEqual(answered)
        const enough = answered + 300
        const device = async (name: string) => {
            while (true) {
                sent++
                const response = await fleet.post(name, JSON.stringify(full)).catch(() => undefined)
                if (response === undefined) return // it is dead
                expect(response.status).toBe(204)
                answered++
                if (answered === enough) fleet.command.process.kill("SIGKILL")
            }
        }
        await Promise.all(Array.from({ length: 8 }, (_, n) => device(`device-${n}`)))
        await fleet.command.ended
    }
    const fleet = await RunningFleet.start(["--state", state])
    const { reports } = await fleet.summary()
    expect(reports).toBeGreaterThanOrEqual(answered)
    expect(reports).toBeLessThanOrEqual(sent)
    expect(await fleet.metrics()).toMatch(new RegExp(`^warmhello_wakes_total\\{.*\\} ${reports}$`, "m"))
    expect(await fleet.metrics()).toMatch(new RegExp(`^warmhello_handshake_duration_count\\{.*\\} ${reports}$`, "m"))
    await fleet.end()
})

test("a folder that cannot be written to is said, and nothing is acknowledged", async () => {
    const file = join(folder, "file")
    writeFileSync(file, "")
    await expect(FolderStore.open(join(file, "state"))).rejects.toMatchObject({ code: "file-unwritable" })
    await expect(FolderStore.open(file)).rejects.toMatchObject({ message: `cannot write ${file}: it is no folder` })
})

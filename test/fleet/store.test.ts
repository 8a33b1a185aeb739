// What was acknowledged outlives the process, whatever ends it.
import { appendFileSync, cpSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { Intake } from "#warmhello/fleet/intake.js"
import { FolderStore } from "#warmhello/fleet/store.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { full, RunningFleet, resumed } from "./programs.js"

const folder = temporaryFolder()
const nobody = { device: undefined, server: undefined }

const keep = (intake: Intake, n: number) =>
    new Promise<void>((kept) => intake.json({ ...resumed, device: `d${n % 7}` }, nobody, false, kept))

/** As after a loss of power: what is on the disk now, without the process that wrote it. */
function copyOf(state: string, name: string): string {
    const copy = join(folder, name)
    cpSync(state, copy, { recursive: true })
    rmSync(join(copy, "owner.pid"), { force: true })
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
    await expect(FolderStore.open(state)).rejects.toMatchObject({ code: "state-in-use" })
    await first.end("SIGKILL")
    await using _second = await FolderStore.open(state)
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
})

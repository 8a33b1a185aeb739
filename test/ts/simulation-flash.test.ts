// A board with flash: its session outlives a loss of power, and the process.
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { temporaryFolder } from "../support/temporary-folder.js"
import { kindOptions, resultsOf, runApp } from "./support/simulate.js"
import { SERVER_NAME, sessionKinds, startServer } from "./support/tls-server.js"

const folder = temporaryFolder()
let files = 0
const newFile = () => join(folder, `flash-${files++}.bin`)

describe.each(sessionKinds)("with a $title in flash", (session) => {
    test("the wake after a loss of power resumes, on trust since the time is unknown", async () => {
        const { wakes } = await runApp("app", { ...kindOptions(session), flash: newFile(), powerLossEvery: 2 })
        expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed"])
        expect(wakes.map(({ powerLost }) => powerLost)).toEqual([true, false, true])
        expect(wakes[0]?.stored).toBe("both")
        expect(wakes[1]?.sessionAgeS).toBeGreaterThanOrEqual(600)
        expect(wakes[2]).toMatchObject({ reason: "accepted", sessionAgeS: null, serverSaysResumed: true })
    })

    test("a new process resumes from the file", async () => {
        await using server = await startServer({ names: [SERVER_NAME, "localhost"] })
        const flash = newFile()
        const options = { ...kindOptions(session), flash, cycles: 1 }
        const to = { host: "localhost", port: server.port, ca: server.ca }
        const first = await runApp("reports", { ...options, server: to })
        const second = await runApp("reports", { ...options, server: to })
        expect(resultsOf([...first.wakes, ...second.wakes])).toEqual(["full", "resumed"])
        expect(server.resumed).toEqual([false, true])
    })
})

test("flash of another board is of no use", async () => {
    await using server = await startServer({ names: [SERVER_NAME, "localhost"] })
    const flash = newFile()
    const options = { flash, cycles: 1, server: { host: "localhost", port: server.port, ca: server.ca } }
    await runApp("reports", options)
    writeFileSync(`${flash}.key`, Buffer.alloc(32, 1))
    const { wakes } = await runApp("reports", options)
    expect(wakes).toMatchObject([{ result: "full", serverSaysResumed: null }])
    expect(server.resumed).toEqual([false, false])
})

test("a file that is no flash is refused, and told what one is", async () => {
    const wrong = newFile()
    writeFileSync(wrong, "not flash")
    const made = newFile()
    await runApp("app", { flash: made, cycles: 1 })
    await expect(runApp("app", { flash: wrong })).rejects.toMatchObject({
        code: "file-unreadable",
        message: expect.stringContaining(`${wrong} is no flash: it must have ${statSync(made).size} bytes`),
    })
})

test("a path that cannot be used as flash gets no key beside it, and the next run works", async () => {
    const [wrong, directory] = [newFile(), newFile()]
    writeFileSync(wrong, "not flash")
    mkdirSync(directory)
    const nowhere = join(folder, "no/such/flash.bin")
    for (const flash of [wrong, directory, nowhere]) {
        await expect(runApp("app", { flash })).rejects.toMatchObject({ exitCode: 2 })
        expect(existsSync(`${flash}.key`)).toBe(false)
    }
    const { wakes } = await runApp("app", { flash: newFile(), powerLossEvery: 2 })
    expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed"])
})

test("flash whose key cannot be written is refused", async () => {
    const flash = newFile()
    symlinkSync(join(folder, "no/such/key"), `${flash}.key`)
    await expect(runApp("app", { flash })).rejects.toMatchObject({ code: "file-unwritable" })
})

test("a file whose making was cut short is made to its end", async () => {
    const half = newFile()
    writeFileSync(half, Buffer.alloc(5000, 0xff))
    const { wakes } = await runApp("app", { flash: half, powerLossEvery: 2 })
    expect(wakes[0]?.stored).toBe("both")
    expect(resultsOf(wakes)).toEqual(["full", "resumed", "resumed"])
})

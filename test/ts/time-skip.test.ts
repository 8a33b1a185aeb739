// The clock of a server that skips along with sleeps: what a process that lives on it is told.
import { execFileSync, spawn } from "node:child_process"
import { statSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { TimeSkip } from "#warmhello/sim/time-skip.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()

const HOUR_MS = 3_600_000
/** No machine is so slow that this passes between two looks at its clock, and no skip below is so short. */
const TOLERANCE_MS = HOUR_MS / 2

const isAbout = (ms: number, expectedMs: number): void =>
    expect(Math.abs(ms - expectedMs), `${new Date(ms)} is not ${new Date(expectedMs)}`).toBeLessThan(TOLERANCE_MS)

function onClock(skip: TimeSkip, program: string, ...args: string[]): string {
    return execFileSync(program, args, { encoding: "utf8", env: { ...process.env, ...skip.environment } }).trim()
}

test.each([Date.UTC(1970, 0, 2, 12), Date.UTC(2038, 0, 20, 12), Date.UTC(2106, 1, 8, 12)])(
    "Node and the system's programs see the day %d",
    (ms) => {
        using skip = new TimeSkip()
        skip.skip(ms - Date.now())
        const day = new Date(ms).toISOString().slice(0, 10)
        expect(onClock(skip, "date", "-u", "+%F")).toBe(day)
        expect(onClock(skip, process.execPath, "-p", "new Date().toISOString().slice(0, 10)")).toBe(day)
    },
)

test("it skips where the path of the library has a blank, which LD_PRELOAD takes for its end", () => {
    using skip = new TimeSkip()
    skip.skip(1000 * HOUR_MS)
    const { LD_LIBRARY_PATH = "", ...environment } = skip.environment
    const place = join(folder, "a folder of mine")
    symlinkSync(LD_LIBRARY_PATH.split(":")[0] ?? "", place)
    const env = { ...process.env, ...environment, LD_LIBRARY_PATH: place }
    const now = execFileSync(process.execPath, ["-p", "Date.now()"], { encoding: "utf8", env })
    isAbout(Number(now), Date.now() + skip.skippedMs)
})

test("it moves under a process that runs", async () => {
    using skip = new TimeSkip()
    const program = 'process.stdin.on("data", () => console.log(Date.now()))'
    const child = spawn(process.execPath, ["-e", program], {
        env: { ...process.env, ...skip.environment },
        stdio: ["pipe", "pipe", "inherit"],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const now = async (): Promise<number> => {
        child.stdin.write("?")
        return Number((await lines.next()).value)
    }
    isAbout(await now(), Date.now())
    for (const hours of [1, 30 * 24]) {
        skip.skip(hours * HOUR_MS)
        isAbout(await now(), Date.now() + skip.skippedMs)
    }
    child.kill()
})

test("durations and the times of files stay as they are", () => {
    using skip = new TimeSkip()
    skip.skip(1000 * HOUR_MS)
    const file = join(folder, "file")
    onClock(skip, "touch", file)
    isAbout(statSync(file).mtimeMs, Date.now())
    const monotonic = () => Number(process.hrtime.bigint() / 1_000_000n)
    isAbout(
        Number(onClock(skip, process.execPath, "-p", "process.hrtime.bigint() / 1000000n").replace("n", "")),
        monotonic(),
    )
})

test("on such a clock another one begins where that is", () => {
    using skip = new TimeSkip()
    skip.skip(100 * HOUR_MS)
    const program = `
        import { execFileSync } from "node:child_process"
        import { TimeSkip } from ${JSON.stringify(checkoutPath("build/ts/sim/time-skip.js"))}
        const skip = new TimeSkip()
        skip.skip(${10 * HOUR_MS})
        process.stdout.write(execFileSync("date", ["+%s"], { env: { ...process.env, ...skip.environment } }))
        skip[Symbol.dispose]()`
    const seconds = Number(onClock(skip, process.execPath, "--input-type=module", "-e", program))
    isAbout(seconds * 1000, Date.now() + 110 * HOUR_MS)
})

test("a process whose clock is not there ends, since a wrong time would be worse", () => {
    const skip = new TimeSkip()
    const environment = { ...process.env, ...skip.environment }
    skip[Symbol.dispose]()
    expect(() => execFileSync("date", { env: environment, stdio: "pipe" })).toThrow(/shift: No such file or directory/)
})

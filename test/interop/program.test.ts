// How programs of servers end.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { Program } from "#dev/servers/program.js"
import { temporaryFolder } from "../support/temporary-folder.js"

const folder = temporaryFolder()

/** Also of one that nobody has asked for its exit code. */
function hasEnded(pid: string): boolean {
    try {
        return / Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
    } catch {
        return true
    }
}

test("a program's workers end with it", async () => {
    const program = new Program("/bin/sh", ["-c", "sleep 1000 >/dev/null 2>&1 & echo worker $!; wait"], {}, folder)
    const [, worker = ""] = /(\d+)/.exec(await program.line(/^worker/)) ?? []
    expect(hasEnded(worker)).toBe(false)
    await program.stop()
    await expect.poll(() => hasEnded(worker)).toBe(true)
})

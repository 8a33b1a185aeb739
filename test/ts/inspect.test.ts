// `warmhello inspect`: what a flash image holds, however broken.
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { readJournal } from "#warmhello/core/journal.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "./support/command.js"
import { appFile } from "./support/compile-apps.js"

const folder = temporaryFolder()

function file(name: string, contents: Buffer | string): string {
    writeFileSync(join(folder, name), contents)
    return join(folder, name)
}

/** A board's flash after three wakes over TLS 1.3, with its key beside it. */
const flash = join(folder, "flash.bin")
await warmhello("simulate", appFile("app"), "--tls", "1.3", "--cycles", "3", "--flash", flash)
const image = readFileSync(flash)

test("shows the session that waits there, and that its seal opens", async () => {
    const { stdout, code } = await warmhello("inspect", flash)
    expect(stdout).toMatch(/│ 0x[\da-f]+ +│ fresh +│ \d+ +│ TLS1\.3 +│ psk +│ once +│ .*│ 2h +│ \d+ +│ opens +│/)
    expect(code).toBe(0)
})

test("its JSON has the fields of the header, and no secret", async () => {
    const { stdout } = await warmhello("inspect", flash, "--json", "-")
    const { sectors, records } = JSON.parse(stdout)
    expect(sectors[0]).toMatchObject({ valid: true, erased: 1, sequence: 1, forgotten: false })
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({ state: "fresh", protocol: "TLS1.3", kind: "psk", lifetimeS: 7200 })
    const [{ at, size }] = records
    const sealed = image.subarray(at + 160, at + size)
    for (let from = 0; from + 8 <= sealed.length; from += 8) {
        expect(stdout).not.toContain(sealed.subarray(from, from + 8).toString("hex"))
    }
})

test("without the key, or with another one, it says so", async () => {
    const alone = file("alone.bin", image)
    expect((await warmhello("inspect", alone)).stdout).toMatch(/no key.*Without the device's key/s)
    file("alone.bin.key", Buffer.alloc(32))
    expect((await warmhello("inspect", alone)).stdout).toMatch(/damaged.*broken/)
})

test("a spent ticket is shown as spent", () => {
    const spent = Buffer.from(image)
    const [record] = readJournal(image, false).records
    spent.writeUInt32LE(0, (record?.at ?? 0) - 4)
    expect(readJournal(spent, false).records).toMatchObject([{ spent: true }])
})

describe("what is no journal is said to be none, and leaves no JSON:", () => {
    const noise = Buffer.from(Array.from({ length: 8192 }, (_, i) => (i * 31 + (i >> 5)) & 255))
    const fifo = join(folder, "fifo")
    execFileSync("mkfifo", [fifo])

    test.each([
        ["noise", file("noise.bin", noise), /noise\.bin holds no journal: none of its 2 sectors/],
        ["an empty file", file("empty.bin", ""), /empty\.bin has 0 bytes; a journal has two sectors or more/],
        ["one too short to be one", file("short.bin", "short"), /short\.bin has 5 bytes/],
        ["a program", process.execPath, /cannot read .*: it has no end, or is larger than 64 MB/],
        ["a folder", folder, /is no file/],
        ["a device that never ends", "/dev/zero", /\/dev\/zero is no file/],
        ["a pipe that nobody writes to", fifo, /fifo is no file/],
        ["nothing", join(folder, "nothing"), /cannot read .*nothing: ENOENT/],
    ])("%s", async (_, path, message) => {
        const json = join(folder, "none.json")
        const { stderr, code } = await warmhello("inspect", path, "--json", json)
        expect(stderr).toMatch(message)
        expect(stderr.match(/^error:/gm)).toHaveLength(1)
        expect(code).toBe(2)
        expect(existsSync(json)).toBe(false)
    })
})

test("flash that was never used is a journal without records", async () => {
    const { stdout, code } = await warmhello("inspect", file("erased.bin", Buffer.alloc(8192, 0xff)))
    expect(stdout).toContain("There is no record in it.")
    expect(code).toBe(0)
})

describe("a broken image gives a report:", () => {
    test("one that ends within a sector", async () => {
        const { stdout } = await warmhello("inspect", file("cut.bin", image.subarray(0, 9000)))
        expect(stdout).toContain("The last 808 bytes are not a whole sector")
        expect(stdout).toContain("fresh")
    })

    test("each byte of it inverted, in turn", () => {
        for (let at = 0; at < 600; at++) {
            const broken = Buffer.from(image)
            broken.writeUInt8(broken.readUInt8(at) ^ 0xff, at)
            expect(readJournal(broken, true).sectors).toHaveLength(4)
        }
    })
})

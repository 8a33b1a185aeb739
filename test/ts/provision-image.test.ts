// Images, rotation, and a board on a port: what is written, where, and what stays.
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { PROVISION_SLOT_SIZE, readProvisionImage } from "#warmhello/core/provision.js"
import { provisionImage } from "#warmhello/provision/provision.js"
import { callsOf, DOUBLE_PORT, folderOfDoubles, pathWith } from "../support/espressif/doubles.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { startCommand, warmhello } from "./support/command.js"
import { createProvisionFiles } from "./support/provision-files.js"

const folder = temporaryFolder()
const files = await createProvisionFiles(folder)
const withSsid = (ssid: string) => files.provision({ wifi: { ssid } })
const ssidOf = (image: Buffer) => readProvisionImage(image).wifi.ssid
let count = 0
const newPath = () => join(folder, `made-${count++}.bin`)

async function make(...args: string[]): Promise<Buffer> {
    const out = newPath()
    const { code, stderr } = await warmhello("provision", ...args, "--out", out)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(statSync(out).mode & 0o777).toBe(0o600)
    return readFileSync(out)
}

describe("an image", () => {
    test("is the same each time, and the one that other commands get", async () => {
        const file = withSsid("same")
        const image = await make(file)
        expect(await make(file)).toEqual(image)
        expect(provisionImage(file)).toEqual(image)
    })

    test("is rotated into the slot that is not in use, and the other one stays to the byte", async () => {
        let current = await make(withSsid("first"))
        for (const [index, ssid] of ["second", "third", "fourth"].entries()) {
            const path = files.write("current.bin", current)
            const next = await make(withSsid(ssid), "--image", path)
            const { slot, sequence, wifi } = readProvisionImage(next)
            expect({ slot, sequence, ssid: wifi.ssid }).toEqual({ slot: (index + 1) % 2, sequence: index + 2, ssid })
            const kept = (1 - slot) * PROVISION_SLOT_SIZE
            const keptBytes = (image: Buffer) => image.subarray(kept, kept + PROVISION_SLOT_SIZE)
            expect(keptBytes(next)).toEqual(keptBytes(current))
            current = next
        }
    })

    test("to rotate must be one", async () => {
        const blank = files.write("blank.bin", Buffer.alloc(16384, 0xff))
        const short = files.write("short.bin", Buffer.alloc(100))
        for (const [image, message] of [
            [blank, "the image is blank"],
            [short, "a provisioning image has 16384 bytes, not 100"],
        ] as const) {
            const { code, stderr } = await warmhello("provision", withSsid("x"), "--image", image, "--out", newPath())
            expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
        }
    })

    test("of one slot is what a device is sent", async () => {
        const path = newPath()
        const file = withSsid("sent")
        expect(await warmhello("provision", file, "--slot", path)).toMatchObject({ code: 0 })
        const slot = readFileSync(path)
        expect(provisionImage(file).subarray(0, slot.length)).toEqual(slot)
        expect(slot.length).toBe(readProvisionImage(provisionImage(file)).size)
    })
})

// ---- A board, that is a double of esptool ------------------------------------------------------------

const PARTITION_AT = 0x10000
const esptool = folderOfDoubles(folder, ["esptool"])

/** Flash with a partition table of ESP-IDF's form: type data, subtype 0x41, flag encrypted. */
function newBoard(name = "wh_prov", size = 0x4000): string {
    const flash = Buffer.alloc(0x20000, 0xff)
    const entry = (at: number, label: string, offset: number, bytes: number) => {
        flash.writeUInt16LE(0x50aa, at)
        flash.set([1, 0x41], at + 2)
        flash.writeUInt32LE(offset, at + 4)
        flash.writeUInt32LE(bytes, at + 8)
        flash.fill(0, at + 12, at + 32)
        flash.write(label, at + 12)
        flash[at + 28] = 1
    }
    entry(0x8000, "nvs", 0x9000, 0x4000)
    entry(0x8020, name, PARTITION_AT, size)
    const path = newPath()
    writeFileSync(path, flash)
    return path
}

const run = (flash: string, file: string, environment: Record<string, string> = {}, bin = esptool) =>
    startCommand(["provision", file, "--port", DOUBLE_PORT], {
        ...{ PATH: pathWith(bin), WH_DOUBLE_FLASH: flash },
        ...environment,
    }).ended
const partitionOf = (flash: string) => readFileSync(flash).subarray(PARTITION_AT, PARTITION_AT + 16384)

describe("a board (a double of esptool, no chip)", () => {
    test("is read first, and then only the other slot is written", async () => {
        const flash = newBoard()
        expect(await run(flash, withSsid("first"))).toMatchObject({ code: 0, stderr: "" })
        const before = readFileSync(flash)
        expect(await run(flash, withSsid("second"))).toMatchObject({ code: 0, stderr: "" })
        expect(ssidOf(partitionOf(flash))).toBe("second")
        const after = readFileSync(flash)
        const at = PARTITION_AT + PROVISION_SLOT_SIZE
        expect(after.subarray(0, at)).toEqual(before.subarray(0, at))
        expect(after.subarray(at + PROVISION_SLOT_SIZE)).toEqual(before.subarray(at + PROVISION_SLOT_SIZE))

        const calls = callsOf(flash)
            .slice(-5)
            .map((args) => args.slice(4, 6).join(" "))
        expect(calls).toEqual([
            "read_flash 0x8000",
            "read_flash 0x10000",
            "write_flash 0x12000",
            "read_flash 0x10000",
            "read_mac",
        ])
        expect(callsOf(flash).at(-1)).toEqual(["--port", DOUBLE_PORT, "--after", "hard_reset", "read_mac"])
    })

    test("whose plug is pulled in the write keeps what it had", async () => {
        const flash = newBoard()
        await run(flash, withSsid("kept"))
        const { code, stderr } = await run(flash, withSsid("lost"), { WH_DOUBLE_CUT: "write" })
        expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining("esptool could not do it") })
        expect(ssidOf(partitionOf(flash))).toBe("kept")
        await run(flash, withSsid("again"))
        expect(ssidOf(partitionOf(flash))).toBe("again")
    })

    test("leaves nothing of the image in temporary files", async () => {
        const temporary = mkdtempSync(join(folder, "tmp-"))
        const { code } = await run(newBoard(), withSsid("x"), { TMPDIR: temporary })
        expect(code).toBe(0)
        expect(statSync(temporary).nlink).toBe(2) // no folder in it
    })

    test.each([
        ["another table", () => newBoard("other"), "no partition wh_prov"],
        ["a partition of another size", () => newBoard("wh_prov", 0x2000), "has 8192 bytes, not 16384"],
    ])("with %s is not touched", async (_, makeBoard, message) => {
        const flash = makeBoard()
        const before = readFileSync(flash)
        const { code, stderr } = await run(flash, withSsid("x"))
        expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
        expect(readFileSync(flash)).toEqual(before)
    })

    test("whose table cannot be read is not touched, and encryption is named as the cause", async () => {
        const flash = newBoard()
        writeFileSync(flash, readFileSync(flash).fill(0x5c, 0x8000, 0x8c00))
        const { stderr } = await run(flash, withSsid("x"))
        expect(stderr).toContain("no partition table that can be read")
        expect(stderr).toContain("With flash encryption on")
        expect(callsOf(flash).flat()).not.toContain("write_flash")
    })

    test("is reached through esptool 4 as well, by its old name; without either, one line says how to get it", async () => {
        const flash = newBoard()
        const old = folderOfDoubles(folder, ["esptool.py"])
        expect(await run(flash, withSsid("old"), {}, old)).toMatchObject({ code: 0 })
        const { code, stderr } = await run(flash, withSsid("x"), { PATH: folder })
        expect(code).toBe(6)
        expect(stderr).toBe("error: esptool is not in PATH\nGet esptool with: pip install esptool\n")
    })

    test("gets nothing of a file with an error", async () => {
        const flash = newBoard()
        expect(await run(flash, files.provision({ server: { port: 0 } }))).toMatchObject({ code: 2 })
        expect(callsOf(flash)).toEqual([])
    })
})

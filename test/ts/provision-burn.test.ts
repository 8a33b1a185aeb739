// The device key goes into an eFuse block once, and only when a person has typed so. All of it against a double of
// espefuse: nothing here was ever run on a chip.
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { type BurnOptions, burnKey } from "#warmhello/provision/burn.js"
import { callsOf, DOUBLE_PORT, folderOfDoubles, pathWith } from "../support/espressif/doubles.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "./support/command.js"

const BLANK = { key: "00".repeat(32), purpose: "USER", closed: false }
const WORDS = "burn BLOCK_KEY3 a0b4" // the double's MAC address ends so

const folder = temporaryFolder()
const bin = folderOfDoubles(folder, ["espefuse"])
const before = { PATH: process.env.PATH, WH_DOUBLE_EFUSES: process.env.WH_DOUBLE_EFUSES }
beforeAll(() => {
    process.env.PATH = pathWith(bin)
})
afterAll(() => void Object.assign(process.env, before))

let count = 0
function newChip(fuses: object = BLANK): string {
    const file = join(folder, `fuses-${count++}.json`)
    writeFileSync(file, JSON.stringify(fuses))
    process.env.WH_DOUBLE_EFUSES = file
    return file
}
const fusesOf = (file: string) => JSON.parse(readFileSync(file, "utf8"))
const burns = (file: string) => callsOf(file).filter((args) => args.includes("burn_key"))

function options(typed = WORDS): BurnOptions {
    return { chip: "esp32c3", port: DOUBLE_PORT, confirm: async (_, words) => typed === words }
}

test("the typed words burn 32 random bytes, closed to reading, for HMAC", async () => {
    const [first, second] = [newChip(), newChip()]
    process.env.WH_DOUBLE_EFUSES = first
    await burnKey(options())
    process.env.WH_DOUBLE_EFUSES = second
    await burnKey(options())
    for (const chip of [first, second]) {
        expect(fusesOf(chip)).toMatchObject({ purpose: "HMAC_UP", closed: true })
        expect(fusesOf(chip).key).toMatch(/^[0-9a-f]{64}$/)
        const command = ["--do-not-confirm", "burn_key", "BLOCK_KEY3", "/dev/stdin", "HMAC_UP"]
        expect(burns(chip)).toEqual([["--chip", "esp32c3", "--port", DOUBLE_PORT, ...command]])
    }
    expect(fusesOf(first).key).not.toBe(fusesOf(second).key)
})

test("the key is in no file and on no command line", async () => {
    const chip = newChip()
    const temporary = mkdtempSync(join(folder, "tmp-"))
    const before = process.env.TMPDIR
    process.env.TMPDIR = temporary
    await burnKey(options())
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    expect(readdirSync(temporary)).toEqual([])
    expect(readFileSync(`${chip}.log`, "utf8")).not.toContain(fusesOf(chip).key)
})

test("it is told beforehand what cannot be undone, and which board it is", async () => {
    newChip()
    let told = ""
    await burnKey({
        ...options(),
        confirm: async (explanation, words) => {
            told = explanation.join("\n")
            return words === WORDS
        },
    })
    expect(told).toContain("60:55:f9:12:A0:b4")
    expect(told).toContain("cannot be undone")
})

describe("nothing is burned", () => {
    test.each(["", "yes", "burn BLOCK_KEY3", "burn BLOCK_KEY3 ffff", `${WORDS} `])(
        "when '%s' is typed",
        async (typed) => {
            const chip = newChip()
            await expect(burnKey(options(typed))).rejects.toMatchObject({ code: "not-confirmed" })
            expect(burns(chip)).toEqual([])
            expect(fusesOf(chip)).toEqual(BLANK)
        },
    )

    test.each([
        ["holds a readable key", { ...BLANK, key: "ab".repeat(32) }, "is not blank"],
        ["is kept for something else", { ...BLANK, purpose: "XTS_AES_128_KEY" }, "XTS_AES_128_KEY"],
        ["is closed", { ...BLANK, closed: true }, "is not blank"],
        ["has its key already", { ...BLANK, purpose: "HMAC_UP", closed: true }, "holds a key"],
    ])("when the block %s", async (_, fuses, message) => {
        const chip = newChip(fuses)
        await expect(burnKey(options())).rejects.toMatchObject({
            code: "key-block-in-use",
            message: expect.stringContaining(message),
        })
        expect(burns(chip)).toEqual([])
    })

    test("on an ESP32, which is not even asked", async () => {
        const chip = newChip()
        await expect(burnKey({ ...options(), chip: "esp32" })).rejects.toMatchObject({ code: "no-key-block" })
        expect(callsOf(chip)).toEqual([])
    })

    test("without a terminal, whatever comes on standard input", async () => {
        const chip = newChip()
        const { code, stderr } = await warmhello("provision", "--burn", "--chip", "esp32c3", "--port", DOUBLE_PORT)
        expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no terminal") })
        expect(callsOf(chip)).toEqual([])
    })
})

test("a block that is still open afterwards is told", async () => {
    newChip()
    process.env.WH_DOUBLE_BURN = "half"
    await expect(burnKey(options())).rejects.toMatchObject({ code: "burn-failed" })
    delete process.env.WH_DOUBLE_BURN
})

// ---- In a terminal --------------------------------------------------------------------------------------

const script = "/usr/bin/script" // util-linux: runs a command in a terminal of its own
const isLinuxScript = existsSync(script) && process.platform === "linux"
if (!isLinuxScript) console.warn("skipped: there is no util-linux `script` to make a terminal with")

/** Types the line when the question is there. */
async function inTerminal(line: string): Promise<string> {
    const command = `'${process.execPath}' '${checkoutPath("build/ts/cli/main.js")}' provision --burn --chip esp32c3 --port ${DOUBLE_PORT}`
    const child = spawn(script, ["-qec", command, "/dev/null"], { env: { ...process.env, NO_COLOR: "1" } })
    let shown = ""
    let typed = false
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
        shown += text
        if (typed || !shown.includes("\n> ")) return
        typed = true
        child.stdin.write(`${line}\n`)
    })
    const code = await new Promise((ended) => child.on("close", ended))
    return `${shown}\nexit ${code}`
}

describe.skipIf(!isLinuxScript)("in a terminal", () => {
    test("a person who types the words gets the key burned", async () => {
        const chip = newChip()
        const shown = await inTerminal(WORDS)
        expect(shown).toContain(`To go on, type: ${WORDS}`)
        expect(shown).toContain("exit 0")
        expect(fusesOf(chip)).toMatchObject({ purpose: "HMAC_UP", closed: true })
        expect(shown).not.toContain(fusesOf(chip).key)
    })

    test("a person who types anything else does not", async () => {
        const chip = newChip()
        const shown = await inTerminal("yes")
        expect(shown).toContain("exit 2")
        expect(fusesOf(chip)).toEqual(BLANK)
    })
})

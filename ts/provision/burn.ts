// The device key of an ESP32-S2, S3 or C3: 32 random bytes in an eFuse block that only the HMAC engine can
// read. Burned once and for good, so a person has to ask for it in words.
import { randomBytes } from "node:crypto"
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { findProgram, runProgram } from "./programs.js"

/** The port on the ESP32 asks for HMAC_KEY3, which is this block. */
const KEY_BLOCK = "BLOCK_KEY3"
const PURPOSE_FIELD = "KEY_PURPOSE_3"
/** Its key is for the program that runs, and not for a peripheral. */
const PURPOSE = "HMAC_UP"
const KEY_SIZE = 32

/** Chips that have no such key, and those that have. */
export const burnChips = ["esp32", "esp32s2", "esp32s3", "esp32c3"] as const
export type BurnChip = (typeof burnChips)[number]

export interface BurnOptions {
    chip: BurnChip
    port: string
    /** Shows what will happen, and asks for these words. True if they were typed. */
    confirm: (explanation: string[], words: string) => Promise<boolean>
}

const fieldSchema = z.object({
    value: z.union([z.string(), z.number(), z.boolean()]),
    readable: z.boolean(),
    writeable: z.boolean(),
})
const summarySchema = z.object({ MAC: fieldSchema, [KEY_BLOCK]: fieldSchema, [PURPOSE_FIELD]: fieldSchema })
type Summary = z.infer<typeof summarySchema>

function runEspefuse({ chip, port }: BurnOptions, args: string[], input?: Buffer): string {
    const { ok, stdout, words } = runProgram(findProgram("espefuse"), ["--chip", chip, "--port", port, ...args], input)
    if (ok) return stdout
    process.stderr.write(`${words}\n`)
    const code = input === undefined ? "esptool-failed" : "burn-failed"
    throw new WarmhelloError(code, `espefuse could not do it: ${args.join(" ")}`)
}

/** What the chip's eFuses are. A banner stands before the JSON. */
function readSummary(options: BurnOptions): Summary {
    const text = runEspefuse(options, ["summary", "--format", "json"])
    try {
        return summarySchema.parse(JSON.parse(text.slice(text.indexOf("{"))))
    } catch (cause) {
        throw new WarmhelloError("esptool-failed", `espefuse's summary shows no ${KEY_BLOCK}`, { cause })
    }
}

function isFree(summary: Summary): boolean {
    const [block, purpose] = [summary[KEY_BLOCK], summary[PURPOSE_FIELD]]
    const isZero = typeof block.value === "string" && /^[0 ]+$/.test(block.value)
    return block.readable && block.writeable && isZero && purpose.writeable && purpose.value === "USER"
}

const isBurned = (summary: Summary): boolean =>
    summary[PURPOSE_FIELD].value === PURPOSE && !summary[KEY_BLOCK].readable && !summary[KEY_BLOCK].writeable

function refuseUnlessFree(summary: Summary): void {
    if (isFree(summary)) return
    if (isBurned(summary)) {
        const hint = "This board has its key already: there is nothing to do."
        throw new WarmhelloError("key-block-in-use", `${KEY_BLOCK} holds a key with purpose ${PURPOSE}`, { hint })
    }
    const purpose = summary[PURPOSE_FIELD].value
    throw new WarmhelloError("key-block-in-use", `${KEY_BLOCK} is not blank, or protected; its purpose is ${purpose}`)
}

function lastOfMac(summary: Summary): string {
    const digits = /^([0-9a-f]{2}(?::[0-9a-f]{2}){5})/i.exec(String(summary.MAC.value))?.[1]
    if (digits === undefined) throw new WarmhelloError("esptool-failed", "espefuse's summary shows no MAC address")
    return digits.replaceAll(":", "").slice(-4).toLowerCase()
}

const explanation = ({ chip, port }: BurnOptions, summary: Summary) => [
    `The ${chip} on ${port}, MAC ${summary.MAC.value}:`,
    `  ${KEY_BLOCK} gets 32 random bytes, which nobody sees and nothing keeps,`,
    `  its purpose becomes ${PURPOSE}, and it is closed to reading and writing.`,
    "This cannot be undone, and the block can never serve anything else.",
    "Sessions that were sealed with another key are of no use any more: the next connect makes a full handshake.",
]

/** Burns the key. Throws before anything is burned: `no-key-block`, `key-block-in-use`, `not-confirmed`,
 * `esptool-missing`, `esptool-failed`. And afterwards, when the block is not as it should be: `burn-failed`. */
export async function burnKey(options: BurnOptions): Promise<void> {
    if (options.chip === "esp32") {
        throw new WarmhelloError("no-key-block", "the ESP32 has no HMAC engine with a key of its own")
    }
    const before = readSummary(options)
    refuseUnlessFree(before)
    const words = `burn ${KEY_BLOCK} ${lastOfMac(before)}`
    if (!(await options.confirm(explanation(options, before), words))) {
        throw new WarmhelloError("not-confirmed", `what was typed is not "${words}"`)
    }
    const key = randomBytes(KEY_SIZE)
    try {
        runEspefuse(options, ["--do-not-confirm", "burn_key", KEY_BLOCK, "/dev/stdin", PURPOSE], key)
    } finally {
        key.fill(0)
    }
    if (!isBurned(readSummary(options))) {
        throw new WarmhelloError("burn-failed", `${KEY_BLOCK} is not a closed key with purpose ${PURPOSE} afterwards`)
    }
}

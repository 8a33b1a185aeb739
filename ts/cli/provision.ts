// `warmhello provision`: one file with Wi-Fi, server, trust and identity, for a board or an image of it.
import { createInterface } from "node:readline/promises"
import pc from "picocolors"
import { WarmhelloError } from "../base/errors.js"
import { checkWritable, readFile, writeWhole } from "../base/files.js"
import { PROVISION_SLOT_SIZE, type Provision, readProvisionImage } from "../core/provision.js"
import { isPskIdentity, PSK_IDENTITY_RULE } from "../core/settings.js"
import { provisionBoard } from "../provision/board-partition.js"
import { type BurnChip, burnKey } from "../provision/burn.js"
import type { Warning } from "../provision/findings.js"
import { CONTENTS_MAX, imageOf, slotOf } from "../provision/format.js"
import { checkProvision, type Rotation, rotate } from "../provision/provision.js"
import { newPsk } from "../provision/psk.js"
import { Output, reportError } from "./output.js"

export interface ProvisionFlags {
    check?: boolean
    out?: string
    image?: string
    slot?: string
    port?: string
    burn?: boolean
    chip?: BurnChip
    psk?: string
    json?: string
}

function refuse(message: string): never {
    throw new WarmhelloError("bad-option", message)
}

/** What only goes together, and what never does. */
function checkFlags(file: string | undefined, flags: ProvisionFlags): void {
    const { check, out, image, slot, port, chip, psk } = flags
    const ofFile = [file, check, out, image, slot]
    if (flags.burn) {
        if (isAny([...ofFile, psk])) refuse("--burn stands alone, with --chip and --port")
        if (chip === undefined || port === undefined) refuse("--burn needs --chip and --port")
        return
    }
    if (psk !== undefined) {
        checkPsk(psk, [...ofFile, port, chip])
        return
    }
    if (file === undefined) refuse("name the provisioning file")
    if (chip !== undefined) refuse("--chip goes with --burn")
    if (image !== undefined && out === undefined) refuse("--image needs --out, for the image that comes of it")
    if ([check, out, slot, port].filter((target) => target !== undefined).length > 1)
        refuse("only one of --check, --out, --slot and --port can be done at a time")
}

function checkPsk(identity: string, others: unknown[]): void {
    if (isAny(others)) refuse("--psk stands alone, or with --json")
    if (!isPskIdentity(identity)) refuse(`--psk ${PSK_IDENTITY_RULE}`)
}

const isAny = (given: unknown[]): boolean => given.some((one) => one !== undefined)

/** It holds the key and the password in clear. */
const writeSecret = (path: string, bytes: Buffer): void => writeWhole(path, bytes, 0o600)

function printWarnings(output: Output, warnings: Warning[]): void {
    for (const { code, message, advice } of warnings) {
        output.line(`${pc.yellow(`warning: ${code}:`)} ${message}`)
        output.line(pc.dim(advice))
    }
}

/** All errors but the last, which is thrown. */
function failWith(errors: WarmhelloError[]): never {
    for (const error of errors.slice(0, -1)) reportError(error)
    throw errors.at(-1) ?? new WarmhelloError("provision-field", "the file cannot be used")
}

/** Does what was asked for, and tells it. */
function perform(provision: Provision, flags: ProvisionFlags, output: Output): Omit<Rotation, "image"> | undefined {
    if (flags.slot !== undefined) {
        const slot = slotOf(provision, 1)
        const { size } = readProvisionImage(imageOf([slot]))
        writeSecret(flags.slot, slot.subarray(0, size))
        output.line(`Wrote ${flags.slot}, ${size} bytes: a slot to send to a device, which numbers it by itself.`)
        return undefined
    }
    if (flags.port === undefined && flags.out === undefined) return undefined
    const current = flags.image === undefined ? undefined : readFile(flags.image)
    const made =
        flags.port === undefined
            ? rotate(provision, current, current && readProvisionImage(current))
            : provisionBoard(flags.port, provision)
    if (flags.out !== undefined) writeSecret(flags.out, made.image)
    const where = flags.out ?? `the board on ${flags.port}`
    output.line(`Wrote ${where}: slot ${made.slot}, sequence ${made.sequence}.`)
    return { slot: made.slot, sequence: made.sequence }
}

function contentsLine(file: string, provision: Provision, bytes: number): string {
    const { host, port, identity, psk, policy } = provision.client
    const certificate = identity === undefined ? "no client certificate" : "with a client certificate"
    const own = psk === undefined ? certificate : `${certificate}, with a pre-shared key`
    const profile = `profile ${policy?.profile ?? "balanced"}`
    const consent = policy?.earlyData === true ? ", with early data (docs/EARLY-DATA.md: they may arrive twice)" : ""
    return `${file} is good: ${host}:${port}, ${own}, ${profile}${consent}; ${bytes} of ${CONTENTS_MAX} bytes of a slot of ${PROVISION_SLOT_SIZE}.`
}

function provisionFile(file: string, flags: ProvisionFlags): void {
    const output = new Output(flags.json)
    for (const path of [flags.out, flags.slot]) if (path !== undefined) checkWritable(path)
    const { provision, errors, warnings, contentsBytes } = checkProvision(file)
    printWarnings(output, warnings)
    if (provision !== undefined) output.line(contentsLine(file, provision, contentsBytes))
    const written = provision && perform(provision, flags, output)
    output.json({
        file,
        ok: errors.length === 0,
        errors: errors.map(({ code, message, hint }) => ({ code, message, hint })),
        warnings,
        contentsBytes,
        roomBytes: CONTENTS_MAX,
        profile: provision === undefined ? null : (provision.client.policy?.profile ?? "balanced"),
        written: written ?? null,
    })
    if (errors.length > 0) failWith(errors)
}

async function confirm(explanation: string[], words: string): Promise<boolean> {
    for (const line of explanation) process.stdout.write(`${line}\n`)
    const asking = createInterface({ input: process.stdin, output: process.stdout })
    try {
        return (await asking.question(`To go on, type: ${words}\n> `)) === words
    } finally {
        asking.close()
    }
}

async function burn(chip: BurnChip, port: string): Promise<void> {
    if (!process.stdin.isTTY)
        throw new WarmhelloError("not-a-terminal", "--burn asks a person, and there is no terminal")
    await burnKey({ chip, port, confirm })
    process.stdout.write(`${pc.green("Burned.")} The block is closed; its key is known to nobody.\n`)
}

/** To be printed and nowhere else: whoever wants a file of it sends it to one. */
function tellNewPsk(identity: string, json: string | undefined): void {
    const output = new Output(json)
    const made = newPsk(identity)
    output.line(pc.dim("For this device's provisioning file:"))
    output.line(`"psk": ${JSON.stringify(made.psk)}`)
    for (const { server, line } of made.servers) {
        output.line(pc.dim(`${server}:`))
        output.line(line)
    }
    output.json(made)
}

export async function provisionCommand(file: string | undefined, flags: ProvisionFlags): Promise<void> {
    checkFlags(file, flags)
    if (flags.psk !== undefined) return tellNewPsk(flags.psk, flags.json)
    if (flags.chip !== undefined && flags.port !== undefined) return await burn(flags.chip, flags.port)
    if (file !== undefined) provisionFile(file, flags)
}

// Where the instructions go: each function of the firmware, and each part of a handshake, counted exactly by a plugin
// of the emulator (test/mcu/profile_plugin.c) while a recording is replayed.
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { WarmhelloError } from "../../ts/base/errors.js"
import { checkoutPath } from "../../ts/base/paths.js"
import { TemporaryFolder } from "../../ts/base/temporary.js"
import type { Recording } from "./recording.js"
import { replay } from "./replay.js"

/** What belongs to each part, with all that it calls. The first that is entered counts. */
const partFunctions = [
    ["restore", /^wh_resumption_(attach|stands|offer)$/],
    ["save", /^wh_resumption_(ticket|handshake_done|settle)$/],
    ["key generation", /^wc_(curve25519_make_key|ecc_make_key_ex)$/],
    ["key agreement", /^wc_(curve25519_shared_secret_ex|ecc_shared_secret)$/],
    ["signatures", /^wc_(ecc_verify_hash|RsaSSL_VerifyInline|RsaPSS_VerifyInline|RsaPSS_VerifyInline_ex)$/],
    ["hashes", /^(wc_Sha(256|384|512)\w*|wc_InitSha\w+|wc_Hmac\w+|wc_HKDF\w*|wc_Tls13_HKDF\w*|wc_PRF\w*)$/],
    ["cipher", /^(wc_AesGcm\w+|wc_AesSetKey\w*|wc_Chacha\w*|wc_ChaCha\w+|wc_Poly1305\w*)$/],
    ["random", /^wc_RNG_GenerateBlock$/],
] as const satisfies [string, RegExp][]

export type HandshakePart = (typeof partFunctions)[number][0] | "rest"
export const handshakeParts: readonly HandshakePart[] = [...partFunctions.map(([part]) => part), "rest"]

export interface FunctionCost {
    name: string
    own: number
    withCallees: number
    calls: number
}

export interface InstructionProfile {
    /** Instructions, of the handshake alone. */
    total: number
    phases: Record<HandshakePart, number>
    /** The most expensive first. */
    functions: FunctionCost[]
}

const PLUGIN = checkoutPath("build/rv32/profile_plugin.so")
/** Of main.c: does what one request asks for. */
const ROOT = "perform"

function partOf(name: string): number {
    return partFunctions.findIndex(([, pattern]) => pattern.test(name)) + 1
}

/** The functions of an image, as the plugin wants them. */
function functionList(image: string): string {
    const listing = execFileSync("riscv64-unknown-elf-nm", [image], { encoding: "utf8" })
    return [...listing.matchAll(/^([0-9a-f]+) [tT] (\S+)$/gm)]
        .map(([, at = "", name = ""]) => `${at} ${partOf(name)} ${name}`)
        .sort()
        .join("\n")
}

type CallCost = Pick<InstructionProfile, "phases"> & { functions: FunctionCost[] }

const noParts = () => Object.fromEntries(handshakeParts.map((part) => [part, 0])) as Record<HandshakePart, number>

/** One call of the root, as the plugin writes it. */
function readCall(text: string): CallCost {
    const call: CallCost = { phases: noParts(), functions: [] }
    for (const line of text.trim().split("\n")) {
        const [name = "", first, second, third] = line.split(" ")
        if (name === "phase") call.phases[partFunctions[Number(first) - 1]?.[0] ?? "rest"] += Number(second)
        else call.functions.push({ name, own: Number(first), withCallees: Number(second), calls: Number(third) })
    }
    return call
}

function sum(calls: CallCost[]): InstructionProfile {
    const functions = new Map<string, FunctionCost>()
    const total = noParts()
    for (const call of calls) {
        for (const part of handshakeParts) total[part] += call.phases[part]
        for (const one of call.functions) {
            const sum = functions.get(one.name) ?? { name: one.name, own: 0, withCallees: 0, calls: 0 }
            sum.own += one.own
            sum.withCallees += one.withCallees
            sum.calls += one.calls
            functions.set(one.name, sum)
        }
    }
    return {
        total: Object.values(total).reduce((all, one) => all + one, 0),
        phases: total,
        functions: [...functions.values()].sort((one, other) => other.own - one.own),
    }
}

/** Profiles of the full and the resumed handshake of a recording. */
export function profileInstructions(recording: Recording, image: string): [InstructionProfile, InstructionProfile] {
    if (!existsSync(PLUGIN)) throw new WarmhelloError("emulator-missing", "the emulator's plugin is not built")
    using folder = new TemporaryFolder("profile")
    const list = folder.write("functions", functionList(image))
    const out = folder.file("profile")
    const plugin = `file=${PLUGIN},functions=${list},root=${ROOT},out=${out}`
    const measured = replay(recording, image, ["-plugin", plugin])
    const calls = readFileSync(out, "utf8")
        .split(/^call \d+$/m)
        .slice(1)
        .map(readCall)
    const [full, resumed] = measured.map(({ calls: [first, end] }) => sum(calls.slice(first, end)))
    if (full === undefined || resumed === undefined) throw new Error("a recording has two connections")
    return [full, resumed]
}

// The service's enums are the core's, but for one of its own: their members are written into the definition from the
// lists and headers of C, so that no number is written twice by hand.
import { readFileSync } from "node:fs"
import { checkoutPath } from "../../../ts/base/paths.js"
import type { ErrorEntry, ReasonEntry } from "../core-lists.js"

export interface CoreMember {
    name: string
    value: number
    /** Null for the member that says there is nothing. */
    word: string | null
}

const camelized = (word: string) => word.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The members of an enum of a header. Those that have no word in outcome.c are called by their own name. */
function enumOf(path: string, type: string, prefix: string): CoreMember[] {
    const header = readFileSync(checkoutPath(path), "utf8")
    const source = readFileSync(checkoutPath("firmware/core/src/outcome.c"), "utf8")
    const body = new RegExp(`typedef enum ${type} \\{([^}]*)\\}`).exec(header)?.[1]
    if (body === undefined) throw new Error(`${path} has no ${type}`)
    const written = body.split(",").map((text) => text.trim())
    return written.filter(Boolean).map((member, value) => {
        const word = new RegExp(`case ${member}:\\s*return "([^"]+)"`).exec(source)?.[1]
        const name = member.replace(/^WH_/, "").replace(prefix, "").toLowerCase().replaceAll("_", "-")
        return { name: camelized(name), value, word: word ?? (name === "none" ? null : name) }
    })
}

const enumOfOutcome = (type: string, prefix: string): CoreMember[] =>
    enumOf("firmware/core/include/warmhello/outcome.h", type, prefix)

export type CoreEnums = Record<string, CoreMember[]>

export function coreEnums(reasons: ReasonEntry[], errors: ErrorEntry[]): CoreEnums {
    return {
        Result: enumOfOutcome("wh_result", "RESULT_"),
        Reason: reasons.map(({ word }, value) => ({ name: camelized(word), value, word })),
        Protocol: enumOfOutcome("wh_protocol", "PROTOCOL_"),
        Kind: enumOfOutcome("wh_kind", "KIND_"),
        Tiers: enumOfOutcome("wh_tiers", "TIERS_"),
        Clock: enumOfOutcome("wh_clock_state", "CLOCK_"),
        Profile: enumOf("firmware/core/include/warmhello/client.h", "wh_profile", "PROFILE_"),
        EarlyData: enumOfOutcome("wh_early_data", "EARLY_DATA_"),
        Consent: enumOf("firmware/service/include/warmhello/service.h", "wh_consent", "CONSENT_"),
        Error: [
            { name: "Ok", value: 0, word: null },
            // Negated: DeviceScript's compiler runs into its stack's end at a negative member.
            ...errors.map(({ word, value }) => ({ name: camelized(word), value: -value, word })),
        ],
    }
}

/** The definition with the members of its enums written anew. */
export function withCoreEnums(markdown: string, enums: CoreEnums): string {
    return Object.entries(enums).reduce((text, [name, members]) => {
        const lines = members.map((member) => `        ${member.name} = ${member.value}\n`).join("")
        return text.replace(
            new RegExp(`( {4}enum ${name} : \\w+ \\{\\n)[^}]*( {4}\\})`),
            (_, head: string, tail: string) => head + lines + tail,
        )
    }, markdown)
}

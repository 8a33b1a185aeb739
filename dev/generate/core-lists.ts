// The .def lists of the firmware, read as text.
import { readFileSync } from "node:fs"
import { checkoutPath } from "../../ts/base/paths.js"

export interface ReasonEntry {
    word: string
    meaning: string
}
export interface ErrorEntry extends ReasonEntry {
    value: number
    class: string
}

export interface PhaseEntry extends ReasonEntry {
    channel: number | null
}

export function readDef(name: string, part = "core"): string {
    return readFileSync(checkoutPath(`firmware/${part}/include/warmhello/${name}`), "utf8")
}

/** The rows of a list of words with their meanings. */
function readWords(text: string, macro: string): ReasonEntry[] {
    const pattern = new RegExp(`^${macro}\\(\\w+, "([^"]+)", "([^"]+)"\\)$`, "gm")
    return [...text.matchAll(pattern)].map(([, word = "", meaning = ""]) => ({ word, meaning }))
}

export const readReasons = (): ReasonEntry[] => readWords(readDef("reasons.def"), "WH_REASON")
export const readCauses = (): ReasonEntry[] => readWords(readDef("causes.def", "wake"), "WH_CAUSE")

export function readErrors(): ErrorEntry[] {
    const pattern = /^WH_ERROR\(\w+, (-\d+), (\w+), "([^"]+)", "([^"]+)"\)$/gm
    return [...readDef("errors.def").matchAll(pattern)].map(([, value = "", kind = "", word = "", meaning = ""]) => ({
        value: Number(value),
        class: kind,
        word,
        meaning,
    }))
}

export function readPhases(): PhaseEntry[] {
    const pattern = /^WH_PHASE\(\w+, "([^"]+)", (\w+), "([^"]+)"\)$/gm
    return [...readDef("phases.def", "wake").matchAll(pattern)].map(([, word = "", channel = "", meaning = ""]) => ({
        word,
        channel: channel === "WH_CHANNEL_NONE" ? null : Number(channel),
        meaning,
    }))
}

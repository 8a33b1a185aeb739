// The .def lists of the core, read as text.
import { readFileSync } from "node:fs"
import { checkoutPath } from "../core/paths.js"

export interface ReasonEntry {
    word: string
    meaning: string
}
export interface ErrorEntry extends ReasonEntry {
    value: number
    class: string
}

function readDef(name: string): string {
    return readFileSync(checkoutPath(`firmware/core/include/warmhello/${name}`), "utf8")
}

export function readReasons(): ReasonEntry[] {
    return [...readDef("reasons.def").matchAll(/^WH_REASON\(\w+, "([^"]+)", "([^"]+)"\)$/gm)].map(
        ([, word = "", meaning = ""]) => ({ word, meaning }),
    )
}

export function readErrors(): ErrorEntry[] {
    const pattern = /^WH_ERROR\(\w+, (-\d+), (\w+), "([^"]+)", "([^"]+)"\)$/gm
    return [...readDef("errors.def").matchAll(pattern)].map(([, value = "", kind = "", word = "", meaning = ""]) => ({
        value: Number(value),
        class: kind,
        word,
        meaning,
    }))
}

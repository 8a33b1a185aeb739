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

/** The rows by macros of this name: each its macro's, then its arguments, texts without their quotes. */
export function rowsOf(text: string, macro: string): string[][] {
    const rows = [...text.matchAll(new RegExp(String.raw`^(${macro})\(((?:"(?:[^"\\]|\\.)*"|[^")])*)\)$`, "gm"))]
    const begun = text.match(new RegExp(String.raw`^${macro}\(`, "gm")) ?? []
    if (rows.length !== begun.length) throw new Error(`a row of ${macro} cannot be read`)
    return rows.map(([, name = "", all = ""]) => [
        name,
        ...[...all.matchAll(/"(?:[^"\\]|\\.)*"|[^\s,]+/g)].map(([one]) =>
            one.startsWith('"') ? JSON.parse(one) : one,
        ),
    ])
}

const readWords = (text: string, macro: string): ReasonEntry[] =>
    rowsOf(text, macro).map(([, , word = "", meaning = ""]) => ({ word, meaning }))

export const readReasons = (): ReasonEntry[] => readWords(readDef("reasons.def"), "WH_REASON")
export const readTicketWaits = (): ReasonEntry[] => readWords(readDef("ticket_waits.def"), "WH_TICKET_WAIT")
export const readCauses = (): ReasonEntry[] => readWords(readDef("causes.def", "wake"), "WH_CAUSE")

export const readErrors = (): ErrorEntry[] =>
    rowsOf(readDef("errors.def"), "WH_ERROR").map(([, , value, of = "", word = "", meaning = ""]) => {
        return { value: Number(value), class: of, word, meaning }
    })

export const readPhases = (): PhaseEntry[] =>
    rowsOf(readDef("phases.def", "wake"), "WH_PHASE").map(([, , word = "", channel, meaning = ""]) => {
        return { word, channel: channel === "WH_CHANNEL_NONE" ? null : Number(channel), meaning }
    })

// What restoring and saving a session costs within whole connections, counted by callgrind.
import { mkdirSync, rmSync } from "node:fs"
import { z } from "zod"
import { WarmhelloError } from "../../ts/base/errors.js"
import type { Kind } from "../../ts/base/outcome.js"
import type { Section } from "./call-costs.js"
import { countSections } from "./callgrind.js"

/** The connections of one run, in order: the store empty; the session in RTC RAM; in flash
 * alone, after a loss of power; what the third one left. */
const visitNames = ["full", "resumed", "power-lost", "both-tiers"] as const
export type VisitName = (typeof visitNames)[number]

/** Instructions. The parts do not overlap and come to the total. The flash model's own are left
 * out: on a board it is the chip's time that passes there. */
interface Cost<Part extends string = string> {
    total: number
    parts: Record<Part | "rest", number>
}

/** Looking for a session, opening its seal, reading and attaching it, taking it out if it may be offered once;
 * and, when it was resumed, noting that. */
type RestoreCost = Cost<"seal" | "d2i" | "attach" | "rtc" | "note">
/** Taking a session from the connection and putting it, sealed, into RTC RAM; of TLS 1.3, one or two. */
type SaveCost = Cost<"get1" | "i2d" | "seal">
/** At the end of a connection: whether flash wants a copy; if so, is the record sound; writing it. */
type SettleCost = Cost<"seal" | "journal">

export interface VisitCost {
    kind: Kind
    name: VisitName
    result: "full" | "resumed"
    stored: string | null
    recordBytes: number
    /** Operations on flash. */
    programs: number
    erases: number
    /** The client's, from the connection object to the open connection, flash left out. */
    handshakeInstructions: number
    /** A part of the handshake; null when there was nothing to restore. */
    restore: RestoreCost | null
    /** In the handshake with TLS 1.2, behind it with TLS 1.3; null when no session came. */
    save: SaveCost | null
    settle: SettleCost
}

const lineSchema = z.object({
    name: z.enum(visitNames),
    result: z.enum(["full", "resumed"]),
    stored: z.string().nullable(),
    recordBytes: z.int(),
    programs: z.int(),
    erases: z.int(),
})

const flashFunctions = ["nor_read", "nor_program", "nor_erase"]
const rtcFunctions = ["wh_rtc_load", "wh_rtc_save", "wh_rtc_wipe_record"]

const sum = (section: Section, names: string[]) => names.reduce((total, name) => total + section.below(name), 0)

function cost<Part extends string>(total: number, parts: Record<Part, number>): Cost<Part> {
    const known = Object.values<number>(parts).reduce((a, b) => a + b, 0)
    return { total, parts: { ...parts, rest: total - known } }
}

function restoreCost(open: Section, handshake: Section): RestoreCost {
    const offer = sum(open, ["wh_resumption_attach", "wh_resumption_offer"]) - sum(open, flashFunctions)
    const note = handshake.below("wh_resumption_handshake_done")
    return cost(offer + note, {
        seal: open.below("wh_record_open"),
        d2i: open.below("wh_session_load"),
        attach: open.below("wh_session_attach"),
        rtc: sum(open, rtcFunctions),
        note,
    })
}

function saveCost(section: Section, kind: Kind): SaveCost {
    return cost(section.below(kind === "psk" ? "wh_resumption_ticket" : "wh_resumption_handshake_done"), {
        get1: section.below("wh_session_capture"),
        i2d: section.below("wh_session_save"),
        seal: section.below("wh_record_seal"),
    })
}

function settleCost(section: Section): SettleCost {
    return cost(section.below("wh_resumption_settle") - sum(section, flashFunctions), {
        seal: section.below("wh_record_open"),
        journal: sum(section, ["wh_journal_append", "wh_journal_spend"]) - sum(section, flashFunctions),
    })
}

function visitCost(kind: Kind, line: z.infer<typeof lineSchema>, sections: Map<string, Section>): VisitCost {
    const [open, handshake, after] = ["open", "handshake", "after"].map((part) => sections.get(`${line.name}:${part}`))
    if (open === undefined || handshake === undefined || after === undefined) {
        throw new WarmhelloError("bench-failed", `store_costs: callgrind has not counted ${line.name}`)
    }
    return {
        kind,
        ...line,
        handshakeInstructions: open.instructions + handshake.instructions - sum(open, flashFunctions),
        restore: line.result === "resumed" ? restoreCost(open, handshake) : null,
        save: kind === "psk" ? saveCost(after, kind) : line.result === "full" ? saveCost(handshake, kind) : null,
        settle: settleCost(after),
    }
}

/** Runs the program for one kind of session. `folder` is for callgrind's files and is emptied first. */
export async function measureStoreCosts(kind: Kind, folder: string, signal?: AbortSignal): Promise<VisitCost[]> {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const { lines, sections } = await countSections(["store_costs", kind], lineSchema, {
        ...{ folder, signal, flags: ["--collect-atstart=no"] },
    })
    return lines.map((line) => visitCost(kind, line, sections))
}

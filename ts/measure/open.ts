// What the person named as a source: a serial port, a file of one of several kinds, or a pipe.
import { existsSync, statSync } from "node:fs"
import { statsOf, unreadable } from "../base/files.js"
import { readCsv } from "./csv/source.js"
import { readJls } from "./jls.js"
import { isPpk, readPpk2File, readPpkFile } from "./power-profiler/source.js"
import type { MeterMode } from "./ppk2/protocol.js"
import { readPpk2 } from "./ppk2/source.js"
import type { Acquisition, RawSource } from "./raw.js"
import { findPpk2 } from "./serial.js"
import { firstBytes, isTrace, type Progress, readTrace } from "./trace/reader.js"

export type SourceKind = "ppk2" | "csv" | "jls" | "ppk2-file" | "ppk-file" | "trace"

export interface SourceOptions {
    /** Undefined for the PPK2 that is plugged in. */
    name: string | undefined
    mode: MeterMode
    voltageMv: number | undefined
    log: { path: string; baudRate: number } | undefined
    /** Of a .jls with several. */
    instrument?: string | undefined
    signal: AbortSignal
}

export interface OpenedSource {
    kind: SourceKind
    events: RawSource
    progress: Progress
    /** Bytes, or for .jls samples, in all; 0 where nobody knows. */
    total: number
}

/** Believed where nobody says what the supply is: the most common one. */
const ASSUMED_MV = 3300

export function supplyFor(mode: MeterMode, voltageMv: number | undefined, kind: SourceKind): Acquisition["supply"] {
    if (voltageMv === undefined) return { voltageMv: ASSUMED_MV, origin: "assumed" }
    return { voltageMv, origin: kind === "ppk2" && mode === "source" ? "set" : "given" }
}

function kindOfFile(path: string): SourceKind {
    if (/^(\/dev\/|COM\d)/i.test(path) && !existsSync(path)) return "ppk2"
    const entry = statsOf(path)
    if (entry.isCharacterDevice()) return "ppk2"
    if (entry.isDirectory()) throw unreadable(path, "it is a folder")
    return entry.isFile() ? kindByContent(path) : "csv"
}

/** How the files of others begin: of .jls both versions. */
const beginnings: [SourceKind, Buffer][] = [
    ["jls", Buffer.from("jlsfmt\r\n")],
    ["jls", Buffer.from("d374616766", "hex")],
    ["ppk2-file", Buffer.from("PK\x03\x04", "latin1")],
]

/** Enough to tell text from anything else. */
const START_BYTES = 256

/** What a file is called does not matter, unless it is empty. */
function kindByContent(path: string): SourceKind {
    if (isTrace(path)) return "trace"
    const start = firstBytes(path, START_BYTES)
    const found = beginnings.find(([, beginning]) => start.subarray(0, beginning.length).equals(beginning))
    if (found !== undefined) return found[0]
    if (/\.jls$/i.test(path)) return "jls"
    const isText = !start.some((byte) => byte < 9 || (byte > 13 && byte < 32))
    return !isText && isPpk(path) ? "ppk-file" : "csv"
}

export const kindOf = (name: string | undefined): SourceKind => {
    if (name === undefined) return "ppk2"
    return name === "-" ? "csv" : kindOfFile(name)
}

export async function openSource({
    name,
    mode,
    voltageMv,
    log,
    instrument,
    signal,
}: SourceOptions): Promise<OpenedSource> {
    const kind = kindOf(name)
    const supply = supplyFor(mode, voltageMv, kind)
    const progress: Progress = { doneBytes: 0 }
    const total = name === undefined || name === "-" || kind === "ppk2" ? 0 : statSync(name).size
    const path = name ?? (await findPpk2())
    switch (kind) {
        case "ppk2": {
            const settings = { path, mode, voltageMv: supply.voltageMv, supplyOrigin: supply.origin }
            return { kind, events: readPpk2({ ...settings, log, signal }), progress, total }
        }
        case "csv":
            return { kind, events: readCsv({ path, supply, progress, signal }), progress, total }
        case "jls":
            return { kind, events: readJls({ path, instrument, supply, progress, signal }), progress, total: 0 }
        case "ppk2-file":
            return { kind, events: readPpk2File({ path, supply, progress, signal }), progress, total: 0 }
        case "ppk-file":
            return { kind, events: readPpkFile({ path, supply, progress, signal }), progress, total: 0 }
        case "trace":
            return { kind, events: readTrace(path, progress, signal), progress, total }
    }
}

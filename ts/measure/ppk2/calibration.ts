// What a PPK2 tells about itself: lines of `key: value`, closed by END. From them come the factors
// that turn its readings into currents.
import { WarmhelloError } from "../../base/errors.js"

export const RANGES = 5
export const METADATA_END = "END"

/** One value a range: shunt, quadratic and linear gain, offset, the supply's share, zero, the user's gain. */
export interface Calibration {
    r: number[]
    gs: number[]
    gi: number[]
    o: number[]
    s: number[]
    i: number[]
    ug: number[]
}

type Factor = keyof Calibration

const standards: Calibration = {
    r: [1031.64, 101.65, 10.15, 0.94, 0.043],
    gs: [1, 1, 1, 1, 1],
    gi: [1, 1, 1, 1, 1],
    o: [0, 0, 0, 0, 0],
    s: [0, 0, 0, 0, 0],
    i: [0, 0, 0, 0, 0],
    ug: [1, 1, 1, 1, 1],
}

export interface Metadata {
    calibration: Calibration
    /** What the PPK2 was set to before, if it says. */
    vddMv: number | null
    hardware: string
    /** Factors that are absent or no number: the standard ones stand in for them. */
    missing: string[]
}

function readPairs(text: string): Map<string, string> {
    const pairs = new Map<string, string>()
    for (const line of text.split("\n")) {
        const colon = line.indexOf(":")
        if (colon > 0) pairs.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
    }
    return pairs
}

/** A factor of 0 where the standard is not 0 has never been set: Nordic's own program takes the standard too. */
function readFactor(pairs: Map<string, string>, factor: Factor, range: number, missing: string[]): number {
    const standard = standards[factor][range] ?? 0
    const name = `${factor}${range}`
    const value = Number(pairs.get(name) ?? Number.NaN)
    if (!Number.isFinite(value)) {
        missing.push(name.toUpperCase())
        return standard
    }
    return value === 0 ? standard : value
}

/** `ppk2-no-metadata` unless the text is a PPK2's, with the shunts at least. */
export function parseMetadata(text: string): Metadata {
    const pairs = readPairs(text)
    if (!pairs.has("r0")) {
        const start = JSON.stringify(text.slice(0, 40))
        throw new WarmhelloError("ppk2-no-metadata", `the answer holds no calibration; it begins with ${start}`)
    }
    const missing: string[] = []
    const readAll = (factor: Factor) =>
        Array.from({ length: RANGES }, (_, range) => readFactor(pairs, factor, range, missing))
    const calibration: Calibration = {
        r: readAll("r"),
        gs: readAll("gs"),
        gi: readAll("gi"),
        o: readAll("o"),
        s: readAll("s"),
        i: readAll("i"),
        ug: readAll("ug"),
    }
    const vddMv = Number(pairs.get("vdd") ?? Number.NaN)
    return {
        calibration,
        vddMv: Number.isFinite(vddMv) && vddMv > 0 ? vddMv : null,
        hardware: pairs.get("hw") ?? "",
        missing,
    }
}

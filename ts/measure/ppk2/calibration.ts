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
    /** Factors that are absent or no number, and shunts of 0: the standard ones stand in for them. */
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

/** A factor of 0 where the standard is not 0 has never been set: Nordic's own program takes the standard too. Gains
 * of 0 are usual; a shunt of 0 is no calibration. */
function readFactor(pairs: Map<string, string>, factor: Factor, range: number, missing: string[]): number {
    const standard = standards[factor][range] ?? 0
    const name = `${factor}${range}`
    const value = Number(pairs.get(name) ?? Number.NaN)
    if (!Number.isFinite(value) || (factor === "r" && value === 0)) {
        missing.push(name.toUpperCase())
        return standard
    }
    return value === 0 ? standard : value
}

/** A shunt is never further off than by this factor, and the other factors lie within these bounds. */
const SHUNT_FACTOR = 3
const bounds: Record<Exclude<Factor, "r">, [number, number]> = {
    gs: [-10_000, 10_000],
    gi: [0.3, 3],
    o: [-65_536, 65_536],
    s: [-1, 1],
    i: [-1, 1],
    ug: [0.3, 3],
}

/** Factors that no PPK2 has: its memory was overwritten, and a current made of them would be nonsense. */
function impossibleFactors(calibration: Calibration): string[] {
    const isPossible = (factor: Factor, range: number, value: number): boolean => {
        if (factor !== "r") return value >= bounds[factor][0] && value <= bounds[factor][1]
        const share = value / (standards.r[range] ?? 1)
        return share >= 1 / SHUNT_FACTOR && share <= SHUNT_FACTOR
    }
    return (Object.keys(standards) as Factor[]).flatMap((factor) =>
        calibration[factor].flatMap((value, range) =>
            isPossible(factor, range, value)
                ? []
                : [`${factor.toUpperCase()}${range} of ${Number(value.toPrecision(3))}`],
        ),
    )
}

/** `ppk2-no-metadata` unless the text is a PPK2's, with the shunts at least; `ppk2-calibration` if it cannot be. */
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
    const impossible = impossibleFactors(calibration)
    if (impossible.length > 0) {
        throw new WarmhelloError("ppk2-calibration", `the PPK2's calibration is impossible: ${impossible.join(", ")}`)
    }
    const vddMv = Number(pairs.get("vdd") ?? Number.NaN)
    return {
        calibration,
        vddMv: Number.isFinite(vddMv) && vddMv > 0 ? vddMv : null,
        hardware: pairs.get("hw") ?? "",
        missing,
    }
}

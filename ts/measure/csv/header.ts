// What the columns of a CSV file are, by its first line: which is time, current, voltage, a logic channel,
// and in which units. A unit that is not named is an error: a factor of 1000 would pass unseen.
import { WarmhelloError } from "../../base/errors.js"
import type { MeterKind } from "../source.js"

type Column =
    | { role: "time" | "current" | "voltage"; factor: number }
    /** One character for each of D0 to D7. */
    | { role: "channels" }
    | { role: "channel"; bit: number }
    | { role: "skip" }

export interface CsvHeader {
    kind: MeterKind
    separator: "," | ";" | "\t"
    columns: Column[]
}

type Quantity = "time" | "current" | "voltage"

/** To µs, µA and mV. */
const units: Record<Quantity, Map<string, number>> = {
    time: new Map([
        ...[["s", 1e6] as const, ["sec", 1e6] as const, ["seconds", 1e6] as const],
        ...[["ms", 1e3] as const, ["us", 1] as const, ["µs", 1] as const, ["μs", 1] as const],
        ["ns", 1e-3],
    ]),
    current: new Map([
        ["a", 1e6],
        ["ma", 1e3],
        ["ua", 1],
        ["µa", 1],
        ["μa", 1],
        ["na", 1e-3],
    ]),
    voltage: new Map([
        ["v", 1e3],
        ["mv", 1],
        ["uv", 1e-3],
    ]),
}

const names: [Quantity, RegExp][] = [
    ["time", /^(time|timestamp|t|elapsed)$/],
    ["current", /^(.*\.)?(current|i|amps?|amperage)$/],
    ["voltage", /^(.*\.)?(voltage|v|volts?|bus ?voltage|vbus|supply)$/],
]

/** Joulescope's own programs name no units: they are SI. */
const isJoulescope = (header: string) => header.startsWith("#") || /\bJS\d{3}\b|\bjoulescope\b/i.test(header)

function separatorOf(line: string): CsvHeader["separator"] {
    const counts = ([",", ";", "\t"] as const).map((separator) => [separator, line.split(separator).length] as const)
    return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0]
}

/** "Current(uA)", "current [A]", "current_ua", "Current / mA" as name and unit. */
function nameAndUnit(text: string): [string, string | undefined] {
    const plain = text.trim().replaceAll('"', "").toLowerCase()
    const [, name, unit] =
        /^(.*?)\s*[([]\s*([^)\]]+?)\s*[)\]]$/.exec(plain) ??
        /^(.*?)\s*\/\s*(\S+)$/.exec(plain) ??
        /^(.*?)[_ ]((?:s|ms|us|ns|a|ma|ua|na|v|mv|uv))$/.exec(plain) ??
        []
    return name === undefined ? [plain, undefined] : [name.trim(), unit]
}

function readColumn(text: string, siUnits: boolean): Column {
    const plain = text.trim().replaceAll('"', "")
    if (/^D0-D7$/i.test(plain)) return { role: "channels" }
    const bit = /^D([0-7])$/i.exec(plain)?.[1]
    if (bit !== undefined) return { role: "channel", bit: Number(bit) }
    const [name, unit] = nameAndUnit(plain)
    const role = names.find(([, pattern]) => pattern.test(name))?.[0]
    if (role === undefined) return { role: "skip" }
    if (unit === undefined) {
        if (siUnits) return { role, factor: role === "voltage" ? 1e3 : 1e6 }
        const known = [...units[role].keys()].filter((word) => /^[a-z]+$/.test(word)).join(", ")
        throw new WarmhelloError(
            "csv-units",
            `the column "${plain}" names no unit, such as ${plain}(${known.split(", ")[1]})`,
        )
    }
    const factor = units[role].get(unit)
    if (factor !== undefined) return { role, factor }
    throw new WarmhelloError("csv-units", `the column "${plain}" has the unit "${unit}", which is none of a ${role}`)
}

function kindOf(line: string, joulescope: boolean): MeterKind {
    if (joulescope) return "joulescope-csv"
    return /^"?timestamp\(ms\)"?,"?current\(ua\)"?/i.test(line) ? "power-profiler-csv" : "csv"
}

/** `csv-header` unless there are a time and a current. */
export function readHeader(line: string): CsvHeader {
    const joulescope = isJoulescope(line)
    const text = line.replace(/^#\s*/, "").trim()
    const separator = separatorOf(text)
    const columns = text.split(separator).map((column) => readColumn(column, joulescope))
    for (const needed of ["time", "current"] as const) {
        const found = columns.filter(({ role }) => role === needed).length
        if (found === 1) continue
        const start = JSON.stringify(text.slice(0, 60))
        const message = `its first line must name one column of ${needed}, and names ${found}: ${start}`
        throw new WarmhelloError("csv-header", message)
    }
    return { kind: kindOf(text, joulescope), separator, columns }
}

// What the columns of a CSV file are, by its first line: which is time, current, voltage, a logic channel,
// and in which units. A unit that is not named is an error: a factor of 1000 would pass unseen.
import { WarmhelloError } from "../../base/errors.js"
import type { MeterKind } from "../source.js"

type Quantity = "time" | "current" | "voltage" | "power"

export type Column =
    | { role: Quantity; factor: number }
    /** A date or a time of day, which needs no unit. */
    | { role: "clock" }
    /** One character for each of D0 to D7, or from D7 on down. */
    | { role: "channels" | "channels-d7-first" }
    | { role: "channel"; bit: number }
    | { role: "skip" }

export type Separator = "," | ";" | "\t"

export interface CsvHeader {
    kind: MeterKind
    separator: Separator
    columns: Column[]
}

/** To µs, µA, mV and µW. */
const units: Record<Quantity, Map<string, number>> = {
    time: new Map([
        ...[["s", 1e6] as const, ["sec", 1e6] as const, ["seconds", 1e6] as const],
        ...[["ms", 1e3] as const, ["us", 1] as const, ["µs", 1] as const, ["μs", 1] as const],
        ["ns", 1e-3],
    ]),
    current: new Map([
        ...[["a", 1e6] as const, ["ma", 1e3] as const, ["ua", 1] as const, ["µa", 1] as const],
        ...[["μa", 1] as const, ["na", 1e-3] as const],
    ]),
    voltage: new Map([
        ["v", 1e3],
        ["mv", 1],
        ["uv", 1e-3],
    ]),
    power: new Map([
        ...[["w", 1e6] as const, ["mw", 1e3] as const, ["uw", 1] as const, ["µw", 1] as const],
        ...[["μw", 1] as const, ["nw", 1e-3] as const],
    ]),
}

/** A shunt's voltage is no supply. What stands before the last word, such as "Ch1" or "Main", is a name. */
const names: [Quantity, RegExp][] = [
    ["time", /^(time|timestamp|t|elapsed|elapsed time)$/],
    ["current", /(^|[\s._-])(current|i|amps?|amperage)$/],
    ["voltage", /^(?!.*(shunt|adc|sense|expansion))(.*[\s._-])?(voltage|v|volts?|vbus|supply)$/],
    ["power", /(^|[\s._-])(power|p)$/],
]

/** Names that are units at the same time. */
const namesOfUnits = new Map<string, [Quantity, string]>([
    ...(["millis", "millis()", "milliseconds"] as const).map((name): [string, [Quantity, string]] => [
        name,
        ["time", "ms"],
    ]),
    ...(["micros", "micros()", "microseconds"] as const).map((name): [string, [Quantity, string]] => [
        name,
        ["time", "us"],
    ]),
    ["seconds", ["time", "s"]],
    ["amps", ["current", "a"]],
    ["milliamps", ["current", "ma"]],
    ["microamps", ["current", "ua"]],
    ["volts", ["voltage", "v"]],
    ["millivolts", ["voltage", "mv"]],
    ["watts", ["power", "w"]],
    ["milliwatts", ["power", "mw"]],
])

/** A program whose first line names no units, but is its own: nobody else writes it. */
interface Program {
    kind: MeterKind
    firstLine: RegExp
    si: readonly Quantity[]
}

const EVERYTHING = ["time", "current", "voltage", "power"] as const

const programs: Program[] = [
    // The statistics recorder of Joulescope's user interface.
    { kind: "joulescope-csv", firstLine: /^#\s*(time,)?current,voltage,power,charge,energy$/i, si: EVERYTHING },
    // Joulescope's own reader of .jls, which puts the instrument's name before each signal's.
    {
        kind: "joulescope-csv",
        firstLine: /^#\s*(time|timestamp)(,[^,]*\.(current|voltage|power|current_range|gpi\[\d\]|trigger_in))+$/i,
        si: EVERYTHING,
    },
    // Otii names the unit of each channel, but not that of its times.
    { kind: "csv", firstLine: /^"?timestamp"?,.*\bmain current \(a\)/i, si: ["time"] },
    { kind: "csv", firstLine: /^timestamp,amps,voltage_v$/i, si: ["time"] }, // CurrentRanger's own program
]

function separatorOf(line: string): Separator {
    const counts = ([",", ";", "\t"] as const).map((separator) => [separator, line.split(separator).length] as const)
    return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0]
}

/** "Current(uA)", "current [A]", "current_ua", "Current / mA" as name and unit. */
function nameAndUnit(text: string): [string, string | undefined] {
    const plain = text.trim().replaceAll('"', "").toLowerCase()
    const [, name, unit] =
        /^(.*?)\s*[([]\s*([^)\]]+?)\s*[)\]]$/.exec(plain) ??
        /^(.*?)\s*\/\s*(\S+)$/.exec(plain) ??
        /^(.*?)[_ ]((?:s|ms|us|ns|a|ma|ua|na|v|mv|uv|w|mw|uw))$/.exec(plain) ??
        []
    return name === undefined ? [plain, undefined] : [name.trim(), unit]
}

/** Columns that tell the levels of pins; undefined for all others. */
function pinColumn(name: string): Column | undefined {
    if (/^D0-D7$/i.test(name)) return { role: "channels" }
    if (/^Bits$/i.test(name)) return { role: "channels-d7-first" }
    const bit = /^D([0-7])$/i.exec(name)?.[1]
    return bit === undefined ? undefined : { role: "channel", bit: Number(bit) }
}

function unitMissing(role: Quantity, name: string): never {
    const known = [...units[role].keys()].filter((word) => /^[a-z]+$/.test(word))
    const message = `the column "${name}" names no unit, such as ${name}(${known[1]})`
    throw new WarmhelloError("csv-units", message)
}

function readColumn(text: string, si: readonly Quantity[], isPowerProfiler: boolean): Column {
    const plain = text.trim().replaceAll('"', "")
    const pin = pinColumn(plain)
    if (pin !== undefined && (isPowerProfiler || pin.role !== "channels-d7-first")) return pin
    const named = namesOfUnits.get(plain.toLowerCase())
    if (named !== undefined) return { role: named[0], factor: units[named[0]].get(named[1]) ?? Number.NaN }
    return readQuantity(plain, si)
}

function readQuantity(plain: string, si: readonly Quantity[]): Column {
    const [name, unit] = nameAndUnit(plain)
    const role = names.find(([, pattern]) => pattern.test(name))?.[0]
    if (role === undefined) return { role: "skip" }
    if (unit === undefined) {
        if (si.includes(role)) return { role, factor: role === "voltage" ? 1e3 : 1e6 }
        return role === "power" ? { role: "skip" } : unitMissing(role, plain)
    }
    const factor = units[role].get(unit)
    if (factor !== undefined) return { role, factor }
    if (role === "power") return { role: "skip" }
    throw new WarmhelloError("csv-units", `the column "${plain}" has the unit "${unit}", which is none of a ${role}`)
}

/** Only what is needed: no power where there is a current, and of several currents the main one. */
function withoutSurplus(columns: Column[], texts: string[]): Column[] {
    const count = (role: Quantity) => columns.filter((column) => column.role === role).length
    const hasCurrent = count("current") > 0
    return columns.map((column, index): Column => {
        if (column.role === "power" && hasCurrent) return { role: "skip" }
        const isQuantity = column.role === "current" || column.role === "voltage"
        if (!isQuantity || count(column.role as Quantity) < 2) return column
        const isMain = (at: number) => columns[at]?.role === column.role && /\b(main|bus)\b/i.test(texts[at] ?? "")
        const mains = texts.filter((_, at) => isMain(at)).length
        return mains === 1 && !isMain(index) ? { role: "skip" } : column
    })
}

export interface HeaderHints {
    /** What a line before it says. */
    separator?: Separator | undefined
    /** The rows have dates or times of day, which need no unit. */
    hasClock?: boolean
}

/** `csv-header` unless there are a time and a current, or a power to make it of. */
export function readHeader(line: string, { separator: given, hasClock = false }: HeaderHints = {}): CsvHeader {
    const program = programs.find(({ firstLine }) => firstLine.test(line.trim()))
    const text = line.trim().replace(/^(#|;|%|\/\/)\s*/, "")
    const separator = given ?? separatorOf(text)
    const isPowerProfiler = /^"?timestamp\(ms\)"?[,;\t]"?current\(ua\)"?/i.test(text)
    const texts = text.split(separator)
    while (texts.length > 1 && texts.at(-1)?.trim() === "") texts.pop()
    const si = [...(program?.si ?? []), ...(hasClock ? (["time"] as const) : [])]
    const all = texts.map((column) => readColumn(column, si, isPowerProfiler))
    const columns = withoutSurplus(all, texts)
    checkColumns(columns, text)
    const kind = program?.kind ?? (isPowerProfiler ? "power-profiler-csv" : "csv")
    return { kind, separator, columns }
}

function checkColumns(columns: Column[], text: string): void {
    const count = (...roles: Column["role"][]) => columns.filter(({ role }) => roles.includes(role)).length
    const found = { time: count("time"), current: count("current", "power"), voltage: count("voltage") }
    for (const needed of ["time", "current"] as const) {
        if (found[needed] === 1) continue
        const start = JSON.stringify(text.slice(0, 60))
        const message = `its first line must name one column of ${needed}, and names ${found[needed]}: ${start}`
        throw new WarmhelloError("csv-header", message)
    }
    if (found.voltage > 1) {
        throw new WarmhelloError(
            "csv-header",
            `its first line names ${found.voltage} columns of voltage: take out all but one`,
        )
    }
}

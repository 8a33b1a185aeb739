// What a board, a cell and a regulator draw: boards/<chip>/<id>.power.json, boards/cells.json,
// boards/regulators.json. Every number has its source beside it.

import { readdirSync } from "node:fs"
import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { problemOf, readJson } from "../base/json.js"
import { checkoutPath } from "../base/paths.js"
import { quantitySchema, type Range } from "../run/range.js"

const BOARDS = "boards"
const SUFFIX = ".power.json"

/** At each clock in MHz. */
const atClocks = z
    .record(z.string().regex(/^\d+$/, "a clock in MHz"), quantitySchema)
    .refine((clocks) => Object.keys(clocks).length > 0, "names no clock")

/** Numbers that do not depend on the clock. */
const boardNumbers = {
    /** Receiver on, processor idle. */
    radioListenMa: quantitySchema,
    radioTransmitMa: quantitySchema,
    /** Mean while the device looks for its access point and is let in. */
    wifiMa: quantitySchema,
    deepSleepUa: quantitySchema,
    /** Of it, what keeps RTC memory alive. */
    rtcRetentionUa: quantitySchema,
    bootMs: quantitySchema,
    bootMa: quantitySchema,
    /** For an instruction of the emulated microcontroller, whatever this chip's own are. */
    cyclesPerInstruction: quantitySchema,
    flashProgramMs: quantitySchema,
    flashEraseMs: quantitySchema,
    /** On top of the processor's. */
    flashWriteMa: quantitySchema,
    /** With a scan of all channels, and with channel and access point known. */
    wifiScanMs: quantitySchema,
    wifiFastMs: quantitySchema,
    /** Of both, at their beginning: the processor alone, before the radio is on. */
    wifiStartMs: quantitySchema,
    ipStaticMs: quantitySchema,
    ipDhcpMs: quantitySchema,
    /** With modem sleep: how long the receiver stays on after the last packet. */
    radioHoldMs: quantitySchema,
    /** With modem sleep: how long the receiver is on for a beacon, with what it takes to be on in time. */
    beaconMs: quantitySchema,
    phyRateMbps: quantitySchema,
    /** Around each frame. */
    frameOverheadUs: quantitySchema,
    /** The line of the wake on the console, after the radio is off. */
    wakeLineMs: quantitySchema,
    /** Of the clock that runs through deep sleep. */
    rtcClockErrorShare: quantitySchema,
}
export type BoardNumber = keyof typeof boardNumbers
export const boardNumberNames = Object.keys(boardNumbers) as BoardNumber[]

const powerProfileSchema = z
    .strictObject({
        board: z.string(),
        soc: z.string(),
        description: z.string(),
        /** What the processor runs at unless told otherwise. */
        defaultMhz: z.int().positive(),
        /** Radio off, computing. */
        cpuActiveMa: atClocks,
        /** Radio off, waiting. */
        cpuIdleMa: atClocks,
        /** Mean while the connection is kept in automatic light sleep, at the access point's DTIM periods. */
        lightSleepMa: z.record(z.string().regex(/^\d+$/, "a DTIM period"), quantitySchema).optional(),
        ...boardNumbers,
    })
    .refine(({ cpuActiveMa, defaultMhz }) => Object.hasOwn(cpuActiveMa, defaultMhz), {
        path: ["defaultMhz"],
        message: "has no current for this clock",
    })
    .refine((one) => Object.keys(one.cpuActiveMa).every((clock) => Object.hasOwn(one.cpuIdleMa, clock)), {
        path: ["cpuIdleMa"],
        message: "lacks a clock that cpuActiveMa has",
    })
export type PowerProfile = z.infer<typeof powerProfileSchema>

/** A table with its numbers as names. */
const byNumber = (pattern: RegExp, what: string) =>
    z
        .record(z.string().regex(pattern, what), quantitySchema)
        .refine((table) => Object.keys(table).length > 1, "has fewer than two entries")

const cellSchema = z.strictObject({
    title: z.string(),
    voltageV: z.number().positive(),
    freshVoltageV: z.number().positive(),
    emptyVoltageV: z.number().positive(),
    capacityMah: quantitySchema,
    selfDischargePerYear: quantitySchema,
    /** What it gives without its voltage falling in. */
    pulseMa: quantitySchema,
    /** What is left of both in the cold or in the heat; 1 at 20 °C. */
    capacityShareAtC: byNumber(/^-?\d+$/, "a temperature in °C"),
})
export type Cell = z.infer<typeof cellSchema>

const regulatorSchema = z
    .strictObject({
        title: z.string(),
        kind: z.enum(["none", "linear", "switching"]),
        quiescentUa: quantitySchema,
        /** Of a switching one, its own current included, at loads in mA. */
        efficiencyAtMa: byNumber(/^\d+(\.\d+)?$/, "a load in mA").optional(),
    })
    .refine(({ kind, efficiencyAtMa }) => (kind === "switching") === (efficiencyAtMa !== undefined), {
        path: ["efficiencyAtMa"],
        message: "belongs to switching regulators, and to each of them",
    })
export type Regulator = z.infer<typeof regulatorSchema>

/** A table's entries by growing number. */
export const entriesOf = (table: Record<string, Range>): [number, Range][] =>
    Object.entries(table)
        .map(([key, range]): [number, Range] => [Number(key), range])
        .toSorted(([a], [b]) => a - b)

function read<T>(schema: z.ZodType<T>, path: string): T {
    const parsed = schema.safeParse(readJson(path, "profile-unusable"))
    if (parsed.success) return parsed.data
    throw new WarmhelloError("profile-unusable", `${path}: ${problemOf(parsed.error)}`)
}

/** Every board with a power profile, and its file. */
export function boardFiles(folder = checkoutPath(BOARDS)): Map<string, string> {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(SUFFIX))
        .sort()
    return new Map(files.map((file) => [file.replace(/^.*[/\\]/, "").slice(0, -SUFFIX.length), `${folder}/${file}`]))
}

/** A board by its name, or a profile by its file. */
export function readPowerProfile(board: string): PowerProfile {
    const files = boardFiles()
    const isFile = board.endsWith(".json")
    const path = isFile ? board : files.get(board)
    if (path === undefined) {
        const known = [...files.keys()].join(", ")
        throw new WarmhelloError("unknown-board", `there is no power profile of ${board}; there are ${known}`)
    }
    const profile = read(powerProfileSchema, path)
    if (isFile || profile.board === board) return profile
    throw new WarmhelloError("profile-unusable", `${path} says that it is of ${profile.board}`)
}

const readList = <T>(file: string, schema: z.ZodType<T>): Record<string, T> =>
    read(z.record(z.string(), schema), checkoutPath(`${BOARDS}/${file}`))

export const readCells = (): Record<string, Cell> => readList("cells.json", cellSchema)
export const readRegulators = (): Record<string, Regulator> => readList("regulators.json", regulatorSchema)

/** One of a list by its name; `bad-option` names all there are. */
export function choose<T>(list: Record<string, T>, name: string, what: string): T {
    const found = Object.hasOwn(list, name) ? list[name] : undefined
    if (found !== undefined) return found
    throw new WarmhelloError(
        "bad-option",
        `there is no ${what} named ${name}; there are ${Object.keys(list).join(", ")}`,
    )
}

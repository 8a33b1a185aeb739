// run.json: what a number of wakes cost, measured or estimated. docs/RUN-JSON.md explains each field.

import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { writeWhole } from "../base/files.js"
import { problemOf, readJson } from "../base/json.js"
import { kinds, outcomeSchema } from "../base/outcome.js"
import type { Phase } from "./phases-and-causes.js"
import { rangeSchema } from "./range.js"
import { phaseWords } from "./wake-line.js"

export const RUN_SCHEMA = "warmhello-run"
export const RUN_VERSION = 1

/** JSON has no NaN, but a program that fills this in may. */
const quantity = z.number().refine(Number.isFinite, "not a finite number")
const positive = quantity.min(0)

/** What lies about a value: lowest and highest. For an estimate, from the ranges of its inputs. */
const range = z
    .tuple([quantity, quantity])
    .refine(([low, high]) => low <= high, "the lower end of a range is above its higher one")

const costs = {
    durationMs: positive,
    durationRangeMs: range.optional(),
    /** Drawn from the supply. Negative only by the meter's offset. */
    chargeUc: quantity,
    energyUj: quantity,
    energyRangeUj: range.optional(),
    averageUa: quantity,
    peakUa: quantity,
}

/** Least, typical, most: nine of ten draws of an estimate's inputs lie within. */
const spread = rangeSchema

const intervals = z.strictObject({ fromMs: positive, toMs: positive })

const estimate = z.strictObject({
    sleepMs: positive,
    serverForgetsMs: positive,
    protocol: z.enum(["TLS1.2", "TLS1.3"]),
    kind: z.enum(kinds),
    handshakeSource: z.string(),
    clockMhz: positive,
    wifi: z.enum(["fast", "static", "dhcp"]),
    /** The Wi-Fi's modem sleep; the listen interval, in beacons, matters with `max` only. */
    powerSave: z.enum(["none", "min", "max"]).optional(),
    listenInterval: z.int().min(1).optional(),
    cell: z.string(),
    regulator: z.string(),
    draws: z.int().min(1),
    seed: z.int().min(0),
    /** Of the energy of a wake without its sleep. */
    tlsShareFull: spread,
    tlsShareResumed: spread,
    /** A full wake less a resumed one, without the sleep. */
    savedUj: spread.optional(),
    /** One in so many wakes is a full one. */
    wakesPerFull: spread,
    /** Of the mean wake with the sleep after it; `plain` is firmware that keeps no session. */
    keptUj: spread,
    plainUj: spread,
    keptYearJ: spread,
    plainYearJ: spread,
    keptBatteryYears: spread,
    plainBatteryYears: spread,
    /** 0 where it never pays. */
    longestSleepMs: spread,
    longestSleepAnyServerMs: spread,
    shortestServerMemoryMs: spread,
    /** Other ways to have a report arrive, one each `sleepMs`. */
    alternatives: z
        .array(
            z.strictObject({
                name: z.string(),
                title: z.string(),
                /** The firmware does it. */
                inWarmhello: z.boolean(),
                source: z.string(),
                /** Of a report with the time until the next. */
                reportUj: spread,
                batteryYears: spread,
                /** Where it draws less than resuming as estimated, by inputs at their means. */
                lessThanResumed: z.array(intervals),
                /** The interval at which that order first changes; null where it never does. */
                crossingMs: spread.nullable(),
            }),
        )
        .optional(),
    /** Which of them draws least, by inputs at their means: of all, and of the firmware's and the connection that is kept. */
    cheapest: z.array(intervals.extend({ name: z.string() })).optional(),
    cheapestHere: z.array(intervals.extend({ name: z.string() })).optional(),
    inputs: z.array(
        z.strictObject({
            name: z.string(),
            low: quantity,
            typical: quantity,
            high: quantity,
            source: z.string(),
            /** How much of the resumed wake's energy hangs on it: from its low to its high end, others typical. */
            influenceUj: positive,
        }),
    ),
})

/** What the cell and its regulator lose, for battery life over the interval. */
const battery = z.strictObject({
    cell: z.string(),
    voltageV: quantity.positive(),
    capacityMah: spread,
    selfDischargePerYear: spread,
    regulator: z.string(),
    regulatorUa: spread,
    /** Of a switching regulator, awake; null where the cell gives the board's own current. */
    efficiency: spread.nullable(),
    /** The same over the load, its own current included. */
    efficiencyAt: z.array(spread.extend({ loadMa: quantity.positive() })).optional(),
    /** At which capacity and self-discharge hold. */
    temperatureC: quantity.optional(),
})

const phase = z.strictObject({
    phase: z.enum(phaseWords as [Phase, ...Phase[]]),
    /** Since the beginning of this wake. */
    startMs: positive,
    ...costs,
})

/** Each phase at most once, none before the one it follows. */
function inOrder(all: { phase: Phase; startMs: number }[]): boolean {
    return all.every((one, index) => {
        const before = all[index - 1]
        if (before === undefined) return true
        return phaseWords.indexOf(one.phase) > phaseWords.indexOf(before.phase) && one.startMs >= before.startMs
    })
}

/** What a person has to know before trusting the figures; `code` is for programs. */
const warningSchema = z.strictObject({
    code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    message: z.string(),
    /** What to do about it. */
    advice: z.string(),
    /** The wake it is about, by its `n`; none when it is about the whole run. */
    wake: z.int().optional(),
})

const wake = z.strictObject({
    /** Counted from 1 in this run. */
    n: z.int().min(1),
    /** Since the beginning of the run. */
    startS: positive,
    /** `unknown` when neither a pin nor a log line tells. */
    result: z.enum(["full", "resumed", "failed", "unknown"]),
    reason: outcomeSchema.shape.reason.nullable(),
    protocol: outcomeSchema.shape.protocol,
    kind: outcomeSchema.shape.kind,
    error: outcomeSchema.shape.error,
    /** The firmware was told to make a full handshake, to be compared. */
    forcedFull: z.boolean(),
    /** TLS bytes on the wire for the handshake; null when not known. */
    bytesTx: z.int().min(0).nullable(),
    bytesRx: z.int().min(0).nullable(),
    /** Without the sleep that follows. */
    ...costs,
    /** In order, without gaps. The sleep after the wake is the last, where it is known. */
    phases: z.array(phase).refine(inOrder, "the phases are not in the order of a wake"),
    lostSamples: z.int().min(0),
    /** False where a pin tells that the wake had begun, and its reset was not seen: its boot is missing. */
    bootSeen: z.boolean().optional(),
})

/** A mean of pairs: a full wake, and the resumed one beside it. */
const compared = {
    fullUj: quantity,
    resumedUj: quantity,
    /** Full less resumed: what resuming saves. */
    differenceUj: quantity,
    /** Where that mean lies at this `confidence`; null when there are too few pairs to say. */
    differenceRangeUj: range.nullable(),
}

const comparison = z.strictObject({
    pairs: z.int().min(1),
    confidence: positive.max(1),
    /** Of the parts of the pairs that the ranges come from. */
    seed: z.int(),
    /** Half the range's width that is wished for, as a share of the difference ... */
    precision: quantity.positive(),
    /** ... and how many pairs that would take. */
    pairsForPrecision: z.int().min(1).nullable(),
    /** Of whole wakes, without sleep. */
    ...compared,
    phases: z.array(z.strictObject({ phase: z.enum(phaseWords as [Phase, ...Phase[]]), ...compared })),
})

/** What the device draws asleep, and what its board's power profile says that it should. */
const sleepCurrent = z.strictObject({
    meanUa: quantity,
    /** Of all sleep that this is the mean of. */
    durationS: positive,
    /** Null where no power profile is named. */
    expected: z
        .strictObject({ board: z.string(), lowUa: positive, typicalUa: positive, highUa: positive })
        .refine(
            ({ lowUa, typicalUa, highUa }) => lowUa <= typicalUa && typicalUa <= highUa,
            "lowUa, typicalUa and highUa are not in order",
        )
        .nullable(),
})

/** Over whole rounds, each a wake with the sleep after it: what empties a battery. */
const average = z.strictObject({
    averageUa: quantity,
    rounds: z.int().min(1),
    /** The mean time from one wake to the next. */
    wakeEveryS: quantity.positive(),
})

/** A rule of --budget, and what came of it. */
const budgetRule = z.strictObject({
    /** As it was given, such as tls.resumed<=30mJ. */
    rule: z.string(),
    /** Null where the run does not tell; such a rule is broken. */
    value: quantity.nullable(),
    unit: z.string(),
    holds: z.boolean(),
    /** Why there is no value. */
    unknown: z.string().optional(),
})

/** The same figures of another run, and of this one. */
const baseline = z.strictObject({
    file: z.string(),
    createdAt: z.iso.datetime(),
    origin: z.enum(["measured", "estimated"]).optional(),
    figures: z.array(
        z.strictObject({
            /** As in a rule of --budget: wake.resumed, tls.full, sleep. */
            figure: z.string(),
            unit: z.string(),
            before: quantity,
            now: quantity,
            /** Of what it was before: 0.1 is a tenth more; null where it was nothing. */
            changeShare: quantity.nullable(),
            /** More than the wakes of both runs differ among themselves; null where too few tell. */
            beyondNoise: z.boolean().nullable(),
        }),
    ),
})

const samples = z
    .strictObject({
        /** Blocks of `blockMs` each: the current's mean, least and greatest. */
        blockMs: quantity.positive(),
        startS: positive,
        meanUa: z.array(quantity),
        minUa: z.array(quantity),
        maxUa: z.array(quantity),
    })
    .refine(
        ({ meanUa, minUa, maxUa }) => meanUa.length === minUa.length && meanUa.length === maxUa.length,
        "meanUa, minUa and maxUa differ in length",
    )

export const runSchema = z
    .strictObject({
        schema: z.literal(RUN_SCHEMA),
        version: z.literal(RUN_VERSION),
        origin: z.enum(["measured", "estimated"]),
        /** ISO 8601, UTC. */
        createdAt: z.iso.datetime(),
        tool: z.strictObject({ name: z.string(), version: z.string(), command: z.string() }),
        device: z.string(),
        /** A board of boards/, or what the person called it. */
        board: z.string(),
        firmware: z.string(),
        server: z.string(),
        supply: z.strictObject({
            voltageV: quantity.positive(),
            /** `assumed` makes every energy an assumption: charge is what was measured. */
            origin: z.enum(["measured", "set", "given", "assumed"]),
        }),
        /** What the current came from; null in an estimate. */
        meter: z
            .strictObject({
                kind: z.enum([
                    "ppk2",
                    "power-profiler-file",
                    "power-profiler-csv",
                    "joulescope-csv",
                    "jls",
                    "csv",
                    "raw",
                ]),
                name: z.string(),
                sampleRateHz: quantity.positive(),
                samples: z.int().min(0),
                lostSamples: z.int().min(0),
                segmentation: z.enum(["channels", "log", "current"]),
            })
            .nullable(),
        durationS: positive,
        /** Only wakes that begin between these times of the recording are in it, by --between. */
        between: z.strictObject({ fromS: positive, toS: positive }).optional(),
        sleepCurrent: sleepCurrent.optional(),
        average: average.optional(),
        wakes: z.array(wake),
        /** Full against resumed, where both were measured. */
        comparison: comparison.nullable().optional(),
        /** Only in an estimate: what it came from, and what follows from it. */
        estimate: estimate.optional(),
        /** What feeds the device, where battery life is asked for. */
        battery: battery.optional(),
        budget: z.array(budgetRule).optional(),
        baseline: baseline.optional(),
        samples: samples.nullable(),
        /** Where all samples lie, relative to this file; null when they were not kept. */
        rawFile: z.string().nullable(),
        warnings: z.array(warningSchema),
    })
    .refine(({ origin, meter }) => origin === "estimated" || meter !== null, {
        path: ["meter"],
        message: "a measured run names its meter",
    })
    .refine(({ wakes }) => wakes.every(({ n }, index) => index === 0 || n > (wakes[index - 1]?.n ?? 0)), {
        path: ["wakes"],
        message: "the wakes are not counted upwards",
    })

export type Run = z.infer<typeof runSchema>
export type RunWake = Run["wakes"][number]
export type RunPhase = RunWake["phases"][number]
export type SleepCurrent = z.infer<typeof sleepCurrent>
export type Average = z.infer<typeof average>
export type BudgetRule = z.infer<typeof budgetRule>
export type Baseline = z.infer<typeof baseline>
export type Comparison = z.infer<typeof comparison>
export type RunWarning = z.infer<typeof warningSchema>

/** What schema and version a JSON value says it has, before it is looked at any closer. */
const stamp = z.looseObject({ schema: z.string(), version: z.number() })

/** Checks every field. `run-unreadable` names the first that is wrong. */
export function checkRun(value: unknown, name: string): Run {
    const stamped = stamp.safeParse(value)
    if (!stamped.success || stamped.data.schema !== RUN_SCHEMA)
        throw new WarmhelloError("run-unreadable", `${name} is no run.json: it has no "schema": "${RUN_SCHEMA}"`)
    if (stamped.data.version !== RUN_VERSION) {
        const message = `${name} has version ${stamped.data.version} of the schema; this warmhello reads ${RUN_VERSION}`
        throw new WarmhelloError("run-unreadable", message)
    }
    const parsed = runSchema.safeParse(value)
    if (parsed.success) return parsed.data
    throw new WarmhelloError("run-unreadable", `${name}: ${problemOf(parsed.error)}`)
}

export const readRun = (path: string): Run => checkRun(readJson(path, "run-unreadable"), path)

/** The text of a run, checked: nothing is written that could not be read again. */
export function runText(run: Run): string {
    return `${JSON.stringify(checkRun(run, "this run"), null, 1)}\n`
}

export const writeRun = (run: Run, path: string): void => writeWhole(path, runText(run))

// The line that the firmware logs once a wake: see firmware/wake/include/warmhello/wake.h.

import { z } from "zod"
import { WarmhelloError } from "../base/errors.js"
import { jsonOf, problemOf } from "../base/json.js"
import { outcomeSchema } from "../base/outcome.js"
import { type Cause, causes, type Phase, phases } from "./phases-and-causes.js"

export const phaseWords = Object.keys(phases) as Phase[]

const PREFIX = "warmhello-wake "
const LINE_VERSION = 1

const microseconds = z
    .int()
    .min(0)
    .max(2 ** 32 - 1)

/** Marks must come in the order of the phases: a line whose clock went back is of no use. */
function areInOrder(marks: Partial<Record<Phase, number>>): boolean {
    const times = phaseWords.flatMap((phase) => marks[phase] ?? [])
    return times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0))
}

const wakeLineSchema = z.strictObject({
    v: z.literal(LINE_VERSION),
    /** Counted since the power came. */
    wake: z.int().min(0),
    cause: z.enum(Object.keys(causes) as [Cause, ...Cause[]]),
    sleptMs: z.number().min(0),
    /** How long the wake before took until it slept, its own line included; null if that is not known. */
    previousAwakeUs: microseconds.nullable().default(null),
    /** Told to make a full handshake, to be compared with the wakes that resume. */
    forcedFull: z.boolean(),
    /** Bytes of the TLS task's stack that were never used; null where there is no such task. */
    stackLeft: z.int().min(0).nullable().default(null),
    /** The deadline, if the app did not end the wake in time; crashes in a row, if it was not even started. */
    endedBy: z.enum(["app", "deadline", "crashes"]).default("app"),
    /** The end of each phase that took place, since the processor began to count. */
    marksUs: z
        .partialRecord(z.enum(phaseWords as [Phase, ...Phase[]]), microseconds)
        .refine(areInOrder, "the marks are not in the order of the phases"),
    /** The wake's first connect that came as far as TLS, or null if none did. */
    connect: outcomeSchema.nullable(),
})

export type WakeLine = z.infer<typeof wakeLineSchema>

/** A line of a serial log. Undefined if it is not a wake's; `wake-line-unreadable` if it is, and was cut or
 * comes from other firmware. Whatever stands before the prefix (a time, a level) is not looked at. */
export function parseWakeLine(line: string): WakeLine | undefined {
    const start = line.indexOf(PREFIX)
    if (start < 0) return undefined
    const parsed = wakeLineSchema.safeParse(jsonOf(line.slice(start + PREFIX.length).trim()))
    if (parsed.success) return parsed.data
    const message = `a wake's log line cannot be read: ${problemOf(parsed.error, "line")}`
    throw new WarmhelloError("wake-line-unreadable", message)
}

// How long flash lasts and how often a device resumes that loses power or handshakes: by simulation of a board,
// beside the calculation of the estimate.
import { z } from "zod"
import { type Kind, kinds } from "../../ts/base/outcome.js"
import {
    BOARD_SECTORS,
    calculateLife,
    LEAST_SECTORS,
    type Rates,
    SECTOR_ENDURANCE,
    TRUST_DEFAULT,
    TRUST_NONE,
} from "../../ts/energy/flash-life.js"
import { benchProgram, execute } from "./callgrind.js"

const YEAR_S = 365 * 86_400
const DAY_S = 86_400

// ---- What is simulated ---------------------------------------------------------------------------

export interface LifePlan {
    kind: Kind
    intervalS: number
    wakes: number
    sectors: number
    /** The power is lost before one wake of so many; 0 for never. */
    lossEvery: number
    /** The network is lost when the session is on its way, in one wake of so many; 0 for never. */
    lostHandshakeEvery: number
    /** Whether the time is known right after a loss of power. */
    clock: boolean
    /** How many losses are trusted: 0 for the first alone. */
    trust: number
}

const plain: LifePlan = {
    kind: "psk",
    intervalS: 600,
    wakes: YEAR_S / 600,
    sectors: BOARD_SECTORS,
    lossEvery: 0,
    lostHandshakeEvery: 0,
    clock: false,
    trust: TRUST_DEFAULT,
}

const count = z.int().nonnegative()
const sharesSchema = z.strictObject({ wakes: count, resumed: count })

/** What the program tells. */
const toldSchema = z.strictObject({
    wakes: count,
    lifetimeS: count,
    recordBytes: count,
    all: sharesSchema,
    afterLoss: sharesSchema,
    reasonsAfterLoss: z.record(z.string(), count),
    afterLost: sharesSchema,
    wakesSinceLost: count,
    programsSinceLost: count,
    covered: count,
    programs: count,
    erases: count,
    wearLeast: count,
    wearMost: count,
})

const share = z.number().min(0).max(1)
const rate = z.number().nonnegative()
const ratesSchema: z.ZodType<Rates> = z.strictObject({
    resumedShare: share,
    programsPerWake: rate,
    erasesPerWake: rate,
    /** Until the sector with the most erases has had SECTOR_ENDURANCE. */
    years: z.number().positive(),
})

/** One life in the JSON of `npm run bench:store`. */
export const lifeSchema = toldSchema.extend({
    kind: z.enum(kinds),
    intervalS: z.int().positive(),
    sectors: z.int().min(LEAST_SECTORS).max(BOARD_SECTORS),
    lossEvery: count,
    lostHandshakeEvery: count,
    clock: z.boolean(),
    trust: count,
    simulated: ratesSchema,
    /** Null with handshakes that are lost, for which there is no calculation. */
    calculated: ratesSchema.nullable(),
    /** Share of wakes after which flash held a session that the server still knew. */
    coveredShare: share,
    /** Of the first wakes after a loss of power, and after a lost handshake, the share that resumed; null without. */
    afterLossShare: share.nullable(),
    afterLostShare: share.nullable(),
    /** Programs in a wake between a lost handshake and the next full one; null without. */
    programsPerWakeSinceLost: rate.nullable(),
})
export type FlashLife = z.infer<typeof lifeSchema>

// ---- By simulation ---------------------------------------------------------------------------------

/** The default is left to the core, so that another one there shows here. */
const trustInC = new Map([
    [TRUST_NONE, 0xffff_ffff],
    [TRUST_DEFAULT, 0],
])

const shareOf = ({ wakes, resumed }: { wakes: number; resumed: number }): number | null =>
    wakes === 0 ? null : resumed / wakes

export async function simulateLife(plan: Partial<LifePlan>, signal?: AbortSignal): Promise<FlashLife> {
    const whole: LifePlan = { ...plain, ...plan }
    const { kind, intervalS, wakes, sectors, lossEvery, lostHandshakeEvery, clock, trust } = whole
    const args = [
        kind,
        ...[intervalS, wakes, sectors, lossEvery, lostHandshakeEvery].map(String),
        clock ? "clock" : "no-clock",
        String(trustInC.get(trust) ?? trust),
    ]
    const output = await execute("flash_life", benchProgram("flash_life"), args, signal)
    const told = toldSchema.parse(JSON.parse(output))
    const simulatedYears = (wakes * intervalS) / YEAR_S
    return {
        ...whole,
        ...told,
        simulated: {
            resumedShare: told.all.resumed / told.all.wakes,
            programsPerWake: told.programs / wakes,
            erasesPerWake: told.erases / wakes,
            years: (simulatedYears * SECTOR_ENDURANCE) / Math.max(1, told.wearMost),
        },
        calculated: lostHandshakeEvery > 0 ? null : calculateLife({ ...whole, ...told }),
        coveredShare: told.covered / told.all.wakes,
        afterLossShare: shareOf(told.afterLoss),
        afterLostShare: shareOf(told.afterLost),
        programsPerWakeSinceLost: told.wakesSinceLost === 0 ? null : told.programsSinceLost / told.wakesSinceLost,
    }
}

/** Wakes of the figures: enough for what is counted, within the ten years of the test's certificates. */
const wakesAt = new Map([
    [60, 60_000],
    [600, YEAR_S / 600],
    [3600, (5 * YEAR_S) / 3600],
])
export const intervalsS = [...wakesAt.keys()]

/** How often the power is lost, as wakes. */
export const lossNames = ["never", "once a day", "every third wake", "every wake"] as const
export type LossName = (typeof lossNames)[number]
export function lossWakes(name: LossName, intervalS: number): number {
    return { never: 0, "once a day": DAY_S / intervalS, "every third wake": 3, "every wake": 1 }[name]
}

/** The same board as it comes, with no trust but for the first loss, with a clock, and with the fewest sectors. */
export const variants = {
    plain: {},
    withoutTrust: { trust: TRUST_NONE },
    withClock: { clock: true },
    leastSectors: { sectors: LEAST_SECTORS },
} satisfies Record<string, Partial<LifePlan>>
export type Variant = keyof typeof variants

/** Shares and years by how often the power is lost. */
function plansOfLosses(intervals: readonly number[]): Partial<LifePlan>[] {
    return kinds.flatMap((kind) =>
        intervals.flatMap((intervalS) =>
            lossNames.flatMap((name) =>
                Object.values(variants).map((variant) => ({
                    ...{ kind, intervalS, wakes: wakesAt.get(intervalS) ?? plain.wakes },
                    ...{ lossEvery: lossWakes(name, intervalS), ...variant },
                })),
            ),
        ),
    )
}

/** Mean times between losses of power for the first wake after one, on a board that wakes every ten minutes. */
export const rareLosses = { "an hour": 3600, "a day": DAY_S, "a week": 7 * DAY_S, "30 days": 30 * DAY_S } as const

function plansOfFirstWakes(): Partial<LifePlan>[] {
    return kinds.flatMap((kind) =>
        Object.values(rareLosses).flatMap((everyS) =>
            [false, true].map((clock) => {
                const every = everyS / plain.intervalS
                return { kind, clock, lossEvery: every, wakes: Math.max(every * 100, 20_000) }
            }),
        ),
    )
}

const lostHandshakes = [100, 10] as const

function plansOfLostHandshakes(): Partial<LifePlan>[] {
    return intervalsS.flatMap((intervalS) =>
        lostHandshakes.map((every) => ({ intervalS, wakes: 40_000, lostHandshakeEvery: every })),
    )
}

async function simulateEach(plans: Partial<LifePlan>[], signal?: AbortSignal): Promise<FlashLife[]> {
    const lives: FlashLife[] = []
    for (const plan of plans) lives.push(await simulateLife(plan, signal))
    return lives
}

export interface FlashLives {
    losses: FlashLife[]
    firstWakes: FlashLife[]
    lostHandshakes: FlashLife[]
}

const simulateLosses = (intervals: readonly number[], signal?: AbortSignal): Promise<FlashLife[]> =>
    simulateEach(plansOfLosses(intervals), signal)

export async function simulateLives(signal?: AbortSignal): Promise<FlashLives> {
    return {
        losses: await simulateLosses(intervalsS, signal),
        firstWakes: await simulateEach(plansOfFirstWakes(), signal),
        lostHandshakes: await simulateEach(plansOfLostHandshakes(), signal),
    }
}

/** Holds simulated wakes against real handshakes; throws if they differ. */
export async function checkSimulation(signal?: AbortSignal): Promise<void> {
    await execute("flash_life check", benchProgram("flash_life"), ["check"], signal)
}

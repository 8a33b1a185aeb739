// How long flash lasts and how often a device resumes that loses power or handshakes: by simulation of a board, and by
// calculation from the rules of the store.
import { z } from "zod"
import { benchProgram, execute } from "./callgrind.js"
import { type Kind, kinds } from "./stacks.js"

/** Erases that a sector stands: what data sheets of serial NOR flash give as the least or as typical. */
export const SECTOR_ENDURANCE = 100_000

/** Sectors of the journal: wh_sess in boards/partitions.csv, and the fewest that it takes. */
export const BOARD_SECTORS = 8
export const LEAST_SECTORS = 2

/** `policy.trustAfterPowerLoss`: WH_TRUST_DEFAULT of client.h, and "0" of the settings. */
export const TRUST_DEFAULT = 20
export const TRUST_NONE = 0

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
const ratesSchema = z.strictObject({
    resumedShare: share,
    programsPerWake: rate,
    erasesPerWake: rate,
    /** Until the sector with the most erases has had SECTOR_ENDURANCE. */
    years: z.number().positive(),
})
export type Rates = z.infer<typeof ratesSchema>

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
    /** Programs in a wake between a lost handshake and the next one in full; null without. */
    programsPerWakeSinceLost: rate.nullable(),
})
export type FlashLife = z.infer<typeof lifeSchema>

// ---- From the rules ------------------------------------------------------------------------------

/** Sizes and operations as docs/SPEC.md has them. */
const SECTOR_BYTES = 4096
const SECTOR_HEADER_BYTES = 24
const ENTRY_HEAD_BYTES = 8
const ALIGN_BYTES = 4

/** The wear budget of a board that names none, and what a loss of power counts in it: ERASE_INTERVAL_SECTOR_US and
 * LOSS_COUNTS_S of flash_copy.c. */
const eraseIntervalS = (sectors: number): number => 3156 / sectors
const LOSS_COUNTS_S = 600

/** The part of a ticket's lifetime after which its copy in flash is replaced: WH_POLICY_STALE_PPM of policy.h. */
const STALE_SHARE = 0.75

/** So long after a loss of power another one is expected: POWER_LASTS_US of store.c. */
const POWER_LASTS_S = 3 * DAY_S

/** The longest that a full handshake is trusted: WH_TICKET_LIFETIME_MAX_S. */
const AUTHENTICATED_S = 7 * DAY_S

export type LifeBoard = Pick<LifePlan, "kind" | "intervalS" | "sectors"> &
    Partial<Pick<LifePlan, "lossEvery" | "clock" | "trust">> & { lifetimeS: number; recordBytes: number }

type Rules = Required<LifeBoard>

/** Wakes from one full handshake to the next by the age of the session, and by losses of power that nothing measures. */
function wakesPerFull({ kind, intervalS, lifetimeS, lossEvery, clock, trust }: Rules) {
    // By TLS 1.2 a session lives as long as the server says. By TLS 1.3 each resumption brings another one.
    const lasts = kind === "psk" && intervalS < lifetimeS ? AUTHENTICATED_S : lifetimeS
    const byAge = Math.ceil(lasts / intervalS)
    if (lossEvery === 0 || clock) return { byAge, byTrust: Number.POSITIVE_INFINITY }
    // Without trust the wake after the one that resumes in spite of a loss goes in full, loss or not.
    const nextIsLossToo = lossEvery === 1 ? 1 / 2 : 1 / lossEvery ** 2
    return { byAge, byTrust: trust > 0 ? (trust + 1) * lossEvery : lossEvery / (1 - nextIsLossToo) }
}

/**
 * Records in flash for each wake. By TLS 1.2 it is one for each full handshake and, where no clock measures a loss of
 * power, one for each loss, which is counted in it. By TLS 1.3 it is the second ticket of each full handshake; and on a
 * board that has lost power in the last days each wake's one ticket as well, which goes into both tiers, so the next wake
 * spends both: but for the time in which that second ticket is neither used up nor stale.
 */
function recordsPerWake(rules: Rules): number {
    const { kind, intervalS, lifetimeS, lossEvery, clock, trust } = rules
    const { byAge, byTrust } = wakesPerFull(rules)
    const perFull = Math.min(byAge, byTrust)
    if (lossEvery === 0) return 1 / perFull
    if (kind === "psk") {
        const fresh = Math.floor((STALE_SHARE * lifetimeS) / intervalS)
        const unused = trust > 0 || clock ? lossEvery - 1 : perFull - 2
        const expectsLoss = Math.min(1, POWER_LASTS_S / (lossEvery * intervalS))
        const unwritten = 1 - 1 / perFull
        return 1 - expectsLoss * Math.min(fresh / perFull, unused / perFull, unwritten) - (1 - expectsLoss) * unwritten
    }
    if (clock) return 1 / perFull
    if (byTrust < byAge) return trust > 0 ? 1 / lossEvery : 2 / byTrust
    return 1 - (1 - 1 / lossEvery) * (1 - 1 / perFull)
}

/** After how many wakes the wear budget allows an erase. A loss of power sets the clock back and counts for itself. */
function budgetWakes({ intervalS, sectors, lossEvery }: Rules): number {
    const needed = eraseIntervalS(sectors)
    if (lossEvery === 0) return Math.ceil(needed / intervalS)
    const byBoth = needed / (intervalS + LOSS_COUNTS_S / lossEvery)
    const byLosses = ((needed - (lossEvery - 1) * intervalS) * lossEvery) / LOSS_COUNTS_S
    return Math.ceil(byBoth <= lossEvery - 1 ? byBoth : byLosses)
}

/**
 * Every record takes a program for its head, one for its words and one for what is left of them, and later one
 * for its spent mark. Every sector takes an erase and two programs, for the end of its old header and its new
 * one. Every loss of power takes a word of the newest sector and programs again each sector's header, each spent mark and
 * the record that is left.
 */
export function calculateLife(board: LifeBoard): Rates {
    const rules: Rules = { lossEvery: 0, clock: false, trust: TRUST_DEFAULT, ...board }
    const { intervalS, sectors, recordBytes } = rules
    const lossesPerWake = rules.lossEvery === 0 ? 0 : 1 / rules.lossEvery
    const records = recordsPerWake(rules)
    const isWhole = recordBytes % ALIGN_BYTES === 0
    const entryBytes = ENTRY_HEAD_BYTES + Math.ceil(recordBytes / ALIGN_BYTES) * ALIGN_BYTES
    const bytesToNext = entryBytes + (ALIGN_BYTES * lossesPerWake) / records
    const perSector = Math.floor((SECTOR_BYTES - SECTOR_HEADER_BYTES - entryBytes) / bytesToNext) + 1
    const wakesPerErase = Math.max(perSector / records, budgetWakes(rules))
    const marks = (sectors - 0.5) * perSector
    const programsPerLoss = sectors + marks + (isWhole ? 1 : 2) + 1
    const { byAge, byTrust } = wakesPerFull(rules)
    return {
        resumedShare: 1 - 1 / Math.min(byAge, byTrust),
        programsPerWake: (perSector * (isWhole ? 3 : 4) + 2) / wakesPerErase + lossesPerWake * programsPerLoss,
        erasesPerWake: 1 / wakesPerErase,
        years: (SECTOR_ENDURANCE * sectors * wakesPerErase * intervalS) / YEAR_S,
    }
}

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

export const lostHandshakes = [100, 10] as const

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

export const simulateLosses = (intervals: readonly number[], signal?: AbortSignal): Promise<FlashLife[]> =>
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

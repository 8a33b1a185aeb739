// What keeping the session takes of flash and how often a device resumes that loses power, calculated from the rules of
// the store.
import type { Kind } from "../base/outcome.js"

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

export interface Rates {
    resumedShare: number
    programsPerWake: number
    erasesPerWake: number
    /** Until the sector with the most erases has had SECTOR_ENDURANCE. */
    years: number
}

export interface LifeBoard {
    kind: Kind
    intervalS: number
    sectors: number
    lifetimeS: number
    recordBytes: number
    /** The power is lost before one wake of so many; 0 for never. */
    lossEvery?: number
    /** Whether the time is known right after a loss of power. */
    clock?: boolean
    /** How many losses are trusted: 0 for the first alone. */
    trust?: number
}

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

type Rules = Required<LifeBoard>

/** Wakes from one full handshake to the next by the age of the session, and by losses of power that nothing measures. */
function wakesPerFull({ kind, intervalS, lifetimeS, lossEvery, clock, trust }: Rules) {
    // By TLS 1.2 a session lives as long as the server says. By TLS 1.3 each resumption brings another one.
    const lasts = kind === "psk" && intervalS < lifetimeS ? AUTHENTICATED_S : lifetimeS
    const byAge = Math.ceil(lasts / intervalS)
    if (lossEvery === 0 || clock) return { byAge, byTrust: Number.POSITIVE_INFINITY }
    // Without trust the wake after the one that resumes in spite of a loss makes a full handshake, loss or not.
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

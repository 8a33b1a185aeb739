// How long flash lasts: by simulation of a board, and by calculation from the rules of the store.
import { z } from "zod"
import { benchProgram, execute } from "./callgrind.js"
import { type Kind, kinds } from "./stacks.js"

/** Erases that a sector stands: what data sheets of serial NOR flash give as the least or as typical. */
export const SECTOR_ENDURANCE = 100_000

/** The wear budget of a board that names none (store.c). */
const ERASE_INTERVAL_S = 3600

const YEAR_S = 365 * 86_400
const DAY_S = 86_400

const simulatedSchema = z.object({
    intervalS: z.int(),
    wakes: z.int(),
    powerLossS: z.int(),
    sectors: z.int(),
    lifetimeS: z.int(),
    recordBytes: z.int(),
    full: z.int(),
    programs: z.int(),
    erases: z.int(),
    wearLeast: z.int(),
    wearMost: z.int(),
    covered: z.int(),
    powerLosses: z.int(),
    lostSessions: z.int(),
})
export type SimulatedLife = z.infer<typeof simulatedSchema>

export interface Rates {
    programsPerWake: number
    erasesPerWake: number
    /** Until the sector with the most erases has had SECTOR_ENDURANCE. */
    years: number
}

export interface FlashLife extends SimulatedLife {
    kind: Kind
    simulated: Rates
    calculated: Rates
    /** Share of wakes after which flash held a session. */
    coveredShare: number
}

// ---- From the rules ------------------------------------------------------------------------------

/** Sizes and operations as docs/SPEC.md has them. */
const SECTOR_BYTES = 4096
const SECTOR_HEADER_BYTES = 24
const ENTRY_HEAD_BYTES = 8
const ALIGN_BYTES = 4

export interface LifeBoard {
    kind: Kind
    intervalS: number
    sectors: number
    lifetimeS: number
    recordBytes: number
}

/**
 * Every record takes a program for its head, one for its words and one for what is left of them, and later one
 * for its spent mark. Every sector takes an erase and two programs, for the end of its old header and its new
 * one.
 *
 * By TLS 1.2 a session lives as long as the server says and is written once. By TLS 1.3 a resumption brings one
 * ticket, which goes into both tiers, so the next wake spends both: a write each wake, until a sector is full
 * and the budget has it wait. The week after which a full handshake is due is too long to show.
 */
export function calculateLife(board: LifeBoard): Rates {
    const padded = Math.ceil(board.recordBytes / ALIGN_BYTES) * ALIGN_BYTES
    const perSector = Math.floor((SECTOR_BYTES - SECTOR_HEADER_BYTES) / (ENTRY_HEAD_BYTES + padded))
    const programsPerRecord = 3 + (board.recordBytes % ALIGN_BYTES === 0 ? 0 : 1)
    const wakesPerRecord = board.kind === "psk" ? 1 : Math.ceil(board.lifetimeS / board.intervalS)
    const wakesPerErase = Math.max(perSector * wakesPerRecord, Math.ceil(ERASE_INTERVAL_S / board.intervalS))
    const erasesPerWake = 1 / wakesPerErase
    return {
        programsPerWake: (perSector * programsPerRecord + 2) * erasesPerWake,
        erasesPerWake,
        years: (SECTOR_ENDURANCE * board.sectors * wakesPerErase * board.intervalS) / YEAR_S,
    }
}

// ---- By simulation ---------------------------------------------------------------------------------

export interface LifeOptions {
    kind: Kind
    intervalS: number
    wakes: number
    /** Mean time between losses of power; 0 for none. */
    powerLossS: number
    signal?: AbortSignal | undefined
}

export async function simulateLife({ kind, intervalS, wakes, powerLossS, signal }: LifeOptions): Promise<FlashLife> {
    const args = [kind, String(intervalS), String(wakes), String(powerLossS)]
    const output = await execute("flash_life", benchProgram("flash_life"), args, signal)
    const life = simulatedSchema.parse(JSON.parse(output))
    const simulatedYears = (life.wakes * life.intervalS) / YEAR_S
    return {
        kind,
        ...life,
        simulated: {
            programsPerWake: life.programs / life.wakes,
            erasesPerWake: life.erases / life.wakes,
            years: (simulatedYears * SECTOR_ENDURANCE) / life.wearMost,
        },
        calculated: calculateLife({ kind, ...life }),
        coveredShare: life.covered / life.wakes,
    }
}

/** Boards that reconnect once a minute or once an hour, for a year or five, with and without a loss of power a day. */
export async function simulateLives(signal?: AbortSignal): Promise<FlashLife[]> {
    const lives: FlashLife[] = []
    for (const kind of kinds) {
        for (const [intervalS, years] of [
            [60, 1],
            [3600, 5], // the test's certificates last for ten
        ] as const) {
            for (const powerLossS of [0, DAY_S]) {
                const wakes = (years * YEAR_S) / intervalS
                lives.push(await simulateLife({ kind, intervalS, wakes, powerLossS, signal }))
            }
        }
    }
    return lives
}

/** Holds simulated wakes against real handshakes; throws if they differ. */
export async function checkSimulation(signal?: AbortSignal): Promise<void> {
    await execute("flash_life check", benchProgram("flash_life"), ["check"], signal)
}

// The figures of `npm run bench:store` as rows: the same for the terminal and for docs/PERFORMANCE-TABLES.md.

import { type Kind, kinds } from "../../ts/base/outcome.js"
import type { Table } from "../../ts/cli/table.js"
import {
    BOARD_SECTORS,
    LEAST_SECTORS,
    type Rates,
    SECTOR_ENDURANCE,
    TRUST_DEFAULT,
} from "../../ts/energy/flash-life.js"
import type { TitledTable } from "../docs/table.js"
import {
    type FlashLife,
    intervalsS,
    type LifePlan,
    type LossName,
    lossNames,
    lossWakes,
    rareLosses,
    type Variant,
    variants,
} from "./flash-life.js"
import { kindTitles } from "./stacks.js"
import type { StoreFigures } from "./store.js"
import type { VisitCost, VisitName } from "./store-costs.js"

/** Restoring, in instructions: 5 % of a resumed TLS 1.2 handshake when that took 0.6 million. It takes less now, which
 * makes restoring no dearer. */
const RESTORE_LIMIT = 30_000

const thousand = (value: number): string => (value / 1000).toFixed(1)
const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`
const years = (value: number): string => (value > 1000 ? "over 1000" : value.toFixed(value < 100 ? 1 : 0))

/** What the aims are about, in which no life is better than another: a reconnect every ten minutes. */
const RESUMED_LIMIT = 0.9
const YEARS_LIMIT = 10
const AIM_INTERVAL_S = 600

/** What a board is that nobody has set anything for. */
const usual = { clock: false, trust: TRUST_DEFAULT, sectors: BOARD_SECTORS, lostHandshakeEvery: 0 } as const

const from: Record<VisitName, string> = {
    full: "nothing stored",
    resumed: "RTC RAM",
    "power-lost": "flash, after a loss of power",
    "both-tiers": "RTC RAM, the same in flash",
}

function findCost(costs: VisitCost[], kind: Kind, name: VisitName): VisitCost | undefined {
    return costs.find((one) => one.kind === kind && one.name === name)
}

const restoreShare = (visit: VisitCost): number => (visit.restore?.total ?? 0) / visit.handshakeInstructions

function restoreTable(costs: VisitCost[]): Table {
    return {
        head: [
            ...["session", "restored from", "handshake", "restore", "share"],
            ...["seal", "d2i", "attach", "RTC state", "noting", "rest"],
        ],
        rows: costs.flatMap((visit) => {
            if (visit.restore === null || (visit.kind !== "psk" && visit.name === "both-tiers")) return []
            const { total, parts } = visit.restore
            return [
                [
                    kindTitles[visit.kind],
                    from[visit.name],
                    ...[thousand(visit.handshakeInstructions), thousand(total), percent(restoreShare(visit))],
                    ...[parts.seal, parts.d2i, parts.attach, parts.rtc, parts.note, parts.rest].map(thousand),
                ],
            ]
        }),
    }
}

function saveTable(costs: VisitCost[]): Table {
    const resumed = (kind: Kind) => findCost(costs, kind, "resumed")?.handshakeInstructions ?? Number.NaN
    return {
        head: [
            ...["session", "comes with", "save", "of this handshake", "of a resumed one", "get1", "i2d", "seal"],
            ...["rest", "settle", "seal", "journal", "rest"],
        ],
        rows: costs.flatMap((visit) => {
            if (visit.save === null || visit.name === "power-lost") return []
            const { save, settle } = visit
            const comesWith = {
                full: visit.kind === "psk" ? "full, two tickets" : "full",
                "both-tiers": "resumed, flash has no copy",
            }
            return [
                [
                    kindTitles[visit.kind],
                    visit.name === "resumed" ? "resumed, flash has a copy" : comesWith[visit.name as "full"],
                    thousand(save.total),
                    percent(save.total / visit.handshakeInstructions),
                    percent(save.total / resumed(visit.kind)),
                    ...[save.parts.get1, save.parts.i2d, save.parts.seal, save.parts.rest].map(thousand),
                    ...[settle.total, settle.parts.seal, settle.parts.journal, settle.parts.rest].map(thousand),
                ],
            ]
        }),
    }
}

const intervalNames = new Map([
    [60, "minute"],
    [600, "ten minutes"],
    [3600, "hour"],
])
const every = (intervalS: number): string => `every ${intervalNames.get(intervalS) ?? `${intervalS} s`}`

/** The life of a plan; throws if it was not simulated. */
function findLife(lives: FlashLife[], plan: Partial<LifePlan>): FlashLife {
    const found = lives.find((life) =>
        Object.entries(plan).every(([name, value]) => life[name as keyof LifePlan] === value),
    )
    if (found === undefined) throw new Error(`not simulated: ${JSON.stringify(plan)}`)
    return found
}

interface LossRow extends Record<Variant, FlashLife> {
    kind: Kind
    intervalS: number
    loss: LossName
}

function lossRows(lives: FlashLife[]): LossRow[] {
    return intervalsS.flatMap((intervalS) =>
        kinds.flatMap((kind) =>
            lossNames.map((loss) => {
                const board = { kind, intervalS, lossEvery: lossWakes(loss, intervalS) }
                const of = (variant: Variant) => findLife(lives, { ...board, ...usual, ...variants[variant] })
                return {
                    ...{ kind, intervalS, loss, plain: of("plain"), withoutTrust: of("withoutTrust") },
                    ...{ withClock: of("withClock"), leastSectors: of("leastSectors") },
                }
            }),
        ),
    )
}

function lifeTable(lives: FlashLife[]): Table {
    const both = (life: FlashLife, of: (rates: Rates) => string) => [
        of(life.simulated),
        life.calculated === null ? "-" : of(life.calculated),
    ]
    return {
        head: [
            ...["session", "reconnects", "power lost", "resumed", "calculated", "trust 0", "with a clock"],
            ...["programs", "calculated", `years, ${BOARD_SECTORS} sectors`, "calculated"],
            ...[`years, ${LEAST_SECTORS} sectors`, "calculated"],
        ],
        rows: lossRows(lives).map((row) => [
            ...[kindTitles[row.kind], every(row.intervalS), row.loss],
            ...both(row.plain, (rates) => percent(rates.resumedShare)),
            ...[row.withoutTrust, row.withClock].map((life) => percent(life.simulated.resumedShare)),
            ...both(row.plain, (rates) => rates.programsPerWake.toFixed(3)),
            ...both(row.plain, (rates) => years(rates.years)),
            ...both(row.leastSectors, (rates) => years(rates.years)),
        ]),
    }
}

/** Why the first wakes after losses of power made full handshakes. */
function reasons(life: FlashLife): string {
    const words = Object.entries(life.reasonsAfterLoss).filter(([word]) => word !== "accepted")
    return words.length === 0 ? "-" : words.map(([word, times]) => `${times} ${word}`).join(", ")
}

const shareText = (share: number | null): string => (share === null ? "-" : percent(share))

function firstWakeTable(lives: FlashLife[]): Table {
    return {
        head: [
            ...["session", "power lost every", "losses"],
            ...["resumed", "the others", "with a clock", "the others"],
        ],
        rows: kinds.flatMap((kind) =>
            Object.entries(rareLosses).map(([name, everyS]) => {
                const board = { kind, lossEvery: everyS / 600 }
                const without = findLife(lives, { ...board, clock: false })
                const withClock = findLife(lives, { ...board, clock: true })
                return [
                    ...[kindTitles[kind], name, String(without.afterLoss.wakes)],
                    ...[without, withClock].flatMap((life) => [shareText(life.afterLossShare), reasons(life)]),
                ]
            }),
        ),
    }
}

function lostHandshakeTable(lives: FlashLife[]): Table {
    return {
        head: [
            ...["reconnects", "one handshake lost in", "resumed", "programs", "from there to the next full one"],
            ...["resumed right after it", "copy in flash", "years"],
        ],
        rows: lives.map((life) => [
            ...[every(life.intervalS), String(life.lostHandshakeEvery), percent(life.simulated.resumedShare)],
            life.simulated.programsPerWake.toFixed(3),
            life.programsPerWakeSinceLost?.toFixed(3) ?? "-",
            ...[shareText(life.afterLostShare), percent(life.coveredShare, 0), years(life.simulated.years)],
        ]),
    }
}

/** The least of each figure with an aim, whatever the session and however often the power is lost. */
function aimRows(lives: FlashLife[]): string[][] {
    const rows = lossRows(lives).filter(({ intervalS }) => intervalS === AIM_INTERVAL_S)
    const row = (what: string, of: (one: LossRow) => number, limit: number, show: (value: number) => string) => {
        const least = Math.min(...rows.map(of))
        return [`${what}, at least`, least >= limit ? "kept" : "not kept", show(least), show(limit)]
    }
    return [
        row(
            "resumed at a wake every ten minutes, power lost or not",
            (one) => one.plain.simulated.resumedShare,
            RESUMED_LIMIT,
            percent,
        ),
        row(`the same, years with ${BOARD_SECTORS} sectors`, (one) => one.plain.simulated.years, YEARS_LIMIT, years),
        row(
            `the same, years with ${LEAST_SECTORS} sectors`,
            (one) => one.leastSectors.simulated.years,
            YEARS_LIMIT,
            years,
        ),
    ]
}

/** What the limits are held against. */
function verdictTable(report: StoreFigures): Table {
    const { costs } = report
    const row = (what: string, measured: number, limit: number, show: (value: number) => string): string[] => [
        what,
        measured <= limit ? "kept" : "not kept",
        show(measured),
        show(limit),
    ]
    const cost = (kind: Kind, name: VisitName) => findCost(costs, kind, name)?.restore?.total ?? Number.NaN
    return {
        head: ["figure", "limit is", "measured", "limit"],
        rows: [
            ...(["from RTC RAM", "after a loss of power"] as const).flatMap((from) =>
                (["id", "ticket"] as const).map((kind) =>
                    row(
                        `restoring, ${kindTitles[kind]}, ${from}, in thousand instructions`,
                        cost(kind, from === "from RTC RAM" ? "resumed" : "power-lost"),
                        RESTORE_LIMIT,
                        thousand,
                    ),
                ),
            ),
            ...aimRows(report.lives.losses),
        ],
    }
}

export function storeLines(report: StoreFigures): string[] {
    return [
        `Instructions: wolfSSL and the core at -O2 on ${process.arch}, counted by ${report.valgrind}; the server is OpenSSL in memory`,
        `Years: until a sector has had ${SECTOR_ENDURANCE} erases; a journal of ${BOARD_SECTORS} sectors of 4 KB, sessions of 7200 s, trust in ${TRUST_DEFAULT} losses`,
    ]
}

export const storeTables = (report: StoreFigures): TitledTable[] => [
    ["Limits", verdictTable(report)],
    ["Restoring, in thousand instructions", restoreTable(report.costs)],
    ["Saving, in thousand instructions", saveTable(report.costs)],
    ["Resumed, operations on flash for each reconnect, and years", lifeTable(report.lives.losses)],
    [
        "The first wake after a loss of power, with a reconnect every ten minutes",
        firstWakeTable(report.lives.firstWakes),
    ],
    ["A TLS 1.3 device that loses handshakes now and then", lostHandshakeTable(report.lives.lostHandshakes)],
]

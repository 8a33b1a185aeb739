// The figures of `npm run bench:store` as rows: the same for the terminal and for docs/PERFORMANCE.md.
import { type CoreSize, flashBytes, limits, type Size } from "./core-size.js"
import { type FlashLife, SECTOR_ENDURANCE } from "./flash-life.js"
import { type BenchTable, markdownTable } from "./report.js"
import { type Kind, kindTitles } from "./stacks.js"
import type { StoreReport } from "./store.js"
import type { VisitCost, VisitName } from "./store-costs.js"

/** Restoring, as a share of a resumed TLS 1.2 handshake. */
export const RESTORE_LIMIT = 0.05

const thousand = (value: number): string => (value / 1000).toFixed(1)
const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`
const years = (value: number): string => value.toFixed(value < 100 ? 1 : 0)

const from: Record<VisitName, string> = {
    full: "nothing stored",
    resumed: "RTC RAM",
    "power-lost": "flash, after a loss of power",
    "both-tiers": "RTC RAM, the same in flash",
}

function findCost(costs: VisitCost[], kind: Kind, name: VisitName): VisitCost | undefined {
    return costs.find((one) => one.kind === kind && one.name === name)
}

export const restoreShare = (visit: VisitCost): number => (visit.restore?.total ?? 0) / visit.handshakeInstructions

export function restoreTable(costs: VisitCost[]): BenchTable {
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

export function saveTable(costs: VisitCost[]): BenchTable {
    const resumed = (kind: Kind) => findCost(costs, kind, "resumed")?.handshakeInstructions ?? Number.NaN
    return {
        head: [
            ...[
                "session",
                "comes with",
                "save",
                "of this handshake",
                "of a resumed one",
                "get1",
                "i2d",
                "seal",
                "rest",
            ],
            ...["settle", "seal", "journal", "rest"],
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

const every = (life: FlashLife): string => (life.intervalS === 60 ? "minute" : "hour")

export function lifeTable(lives: FlashLife[]): BenchTable {
    return {
        head: [
            ...["session", "reconnects", "power lost", "record B", "full"],
            ...["programs", "calculated", "erases", "calculated", "years", "calculated", "copy in flash"],
        ],
        rows: lives.map((life) => [
            kindTitles[life.kind],
            `every ${every(life)}`,
            life.powerLossS === 0 ? "never" : "once a day",
            String(life.recordBytes),
            percent(life.full / life.wakes),
            ...[life.simulated.programsPerWake, life.calculated.programsPerWake].map((value) => value.toFixed(3)),
            ...[life.simulated.erasesPerWake, life.calculated.erasesPerWake].map((value) => value.toFixed(5)),
            ...[life.simulated.years, life.calculated.years].map(years),
            percent(life.coveredShare, 0),
        ]),
    }
}

function sizeCells({ code, constants, ram }: Size): string[] {
    return [code, constants, ram].map(String)
}

export function sizeTable(size: CoreSize): BenchTable {
    const rows = size.files
        .toSorted((a, b) => Number(b.keeping) - Number(a.keeping) || flashBytes(b.linked) - flashBytes(a.linked))
        .map((one) => [
            `${one.file}.c`,
            one.keeping ? "keeps sessions" : "client and words",
            ...sizeCells(one.object),
            ...sizeCells(one.linked),
        ])
    return {
        head: [...["file", "part", "object: code", "constants", "RAM"], ...["in the image: code", "constants", "RAM"]],
        rows: [...rows, ["all", "", ...sizeCells(size.objects), ...sizeCells(size.linked)]],
    }
}

/** What the limits are held against. */
export function verdictTable(report: StoreReport): BenchTable {
    const { size, costs } = report
    const row = (what: string, measured: number, limit: number, show: (value: number) => string): string[] => [
        what,
        measured <= limit ? "kept" : "not kept",
        show(measured),
        show(limit),
    ]
    const bytes = (value: number) => `${value} B`
    const share = (kind: Kind, name: VisitName) => {
        const visit = findCost(costs, kind, name)
        return visit === undefined ? Number.NaN : restoreShare(visit)
    }
    return {
        head: ["figure", "limit is", "measured", "limit"],
        rows: [
            ...(["id", "ticket"] as const).map((kind) =>
                row(`restoring, ${kindTitles[kind]}, from RTC RAM`, share(kind, "resumed"), RESTORE_LIMIT, percent),
            ),
            ...(["id", "ticket"] as const).map((kind) =>
                row(
                    `restoring, ${kindTitles[kind]}, after a loss of power`,
                    share(kind, "power-lost"),
                    RESTORE_LIMIT,
                    percent,
                ),
            ),
            row("what keeps sessions, in the image", flashBytes(size.keeping), limits.codeBytes, bytes),
            row("the whole core, in the image", flashBytes(size.linked), limits.codeBytes, bytes),
            row("the same, optimised when linked", flashBytes(size.linkTime), limits.codeBytes, bytes),
            row("the same without -msave-restore", flashBytes(size.plain.linked), limits.codeBytes, bytes),
            row("the same with words and JSON", flashBytes(size.withWords), limits.codeBytes, bytes),
            row("all object files, unlinked", flashBytes(size.objects), limits.codeBytes, bytes),
            row("static RAM", size.objects.ram, limits.ramBytes, bytes),
        ],
    }
}

export function storeLines(report: StoreReport): string[] {
    return [
        `Instructions: wolfSSL and the core at -O2 on ${process.arch}, counted by ${report.valgrind}; the server is OpenSSL in memory`,
        `Size: ${report.size.compiler}, ${report.size.flags}, picolibc's headers`,
        `Years: until a sector has had ${SECTOR_ENDURANCE} erases; 4 sectors of 4 KB, one erase an hour at most, sessions of 7200 s`,
    ]
}

/** The generated section of docs/PERFORMANCE.md. */
export function storeMarkdown(report: StoreReport): string {
    return [
        "### Limits",
        markdownTable(verdictTable(report)),
        "### Restoring, in thousand instructions",
        markdownTable(restoreTable(report.costs)),
        "### Saving, in thousand instructions",
        markdownTable(saveTable(report.costs)),
        "### Operations on flash for each reconnect, and years",
        markdownTable(lifeTable(report.lives)),
        "### Size on rv32imc, in bytes",
        markdownTable(sizeTable(report.size)),
        "### Measured with",
        storeLines(report)
            .map((text) => `- ${text}.`)
            .join("\n"),
    ].join("\n\n")
}

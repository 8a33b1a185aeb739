// The bench's figures as rows: the same for the terminal and for docs/PERFORMANCE-TABLES.md.

import { type Kind, kinds } from "../../ts/base/outcome.js"
import type { Table } from "../../ts/cli/table.js"
import type { TitledTable } from "../docs/table.js"
import type { BenchCase, BenchFigures } from "./stack-handshakes.js"
import { kindTitles, stacks } from "./stacks.js"

const million = (value: number): string => (value / 1e6).toFixed(value < 1e7 ? 2 : 1)
const kilobytes = (value: number): string => (value / 1000).toFixed(1)

interface Pair {
    full: BenchCase
    resumed: BenchCase
}

function pairFor(report: BenchFigures, stack: string, kind: Kind): Pair | undefined {
    const find = (result: BenchCase["result"]) =>
        report.cases.find((one) => one.stack === stack && one.kind === kind && one.result === result)
    const [full, resumed] = [find("full"), find("resumed")]
    return full !== undefined && resumed !== undefined ? { full, resumed } : undefined
}

/** Rows for each kind and stack; a stack without that kind gets `lacking`. */
function rowsFor(report: BenchFigures, cells: (pair: Pair) => string[][], lacking: string[][]): string[][] {
    const rows: string[][] = []
    for (const kind of kinds) {
        for (const { name } of stacks) {
            const pair = pairFor(report, name, kind)
            const lacks = report.notOffered.some((one) => one.stack === name && one.kind === kind)
            const found = pair !== undefined ? cells(pair) : lacks ? lacking : []
            rows.push(...found.map((row) => [kindTitles[kind], name, ...row]))
        }
    }
    return rows
}

const spread = (one: BenchCase): number => (one.instructionsMax - one.instructionsMin) / one.instructions

function instructionTable(report: BenchFigures): Table {
    return {
        head: ["session", "stack", "full", "resumed", "resumed / full", "spread", "set-up"],
        rows: rowsFor(
            report,
            ({ full, resumed }) => [
                [
                    million(full.instructions),
                    million(resumed.instructions),
                    `${((100 * resumed.instructions) / full.instructions).toFixed(1)} %`,
                    `${(100 * Math.max(spread(full), spread(resumed))).toFixed(2)} %`,
                    million(full.setUpInstructions),
                ],
            ],
            [["not offered", "-", "-", "-", "-"]],
        ),
    }
}

function wireTable(report: BenchFigures): Table {
    const row = (one: BenchCase): string[] => [
        one.result,
        one.group ?? "none",
        String(one.bytesTx),
        String(one.bytesRx),
        String(one.flights),
        kilobytes(one.heapPeakBytes),
        kilobytes(one.heapBeforeBytes),
        kilobytes(one.callerBytes),
        kilobytes(one.stackPeakBytes),
    ]
    return {
        head: [
            ...["session", "stack", "handshake", "group", "sent B", "received B", "flights"],
            ...["peak heap kB", "held before kB", "caller's kB", "stack kB"],
        ],
        rows: rowsFor(report, ({ full, resumed }) => [row(full), row(resumed)], []),
    }
}

/** What is not offered, and what the figures were measured on, a line each. */
export function benchLines(report: BenchFigures): string[] {
    const { cpu, valgrind, compiler, server } = report.environment
    const suites = [...new Set(report.cases.map((one) => one.cipher))]
    const peers = stacks.flatMap(({ name, debianPackage }) => {
        const version = report.cases.find((one) => one.stack === name)?.version
        return version === undefined || debianPackage === null ? [] : [`${name} ${version} (${debianPackage}, static)`]
    })
    const wolfssl = report.cases.find((one) => one.stack === "warmhello")?.version
    return [
        ...report.notOffered.map(({ stack, kind, why }) => `Not offered: ${stack}, ${kindTitles[kind]}: ${why}`),
        `Client: warmhello with wolfSSL ${wolfssl ?? "?"} as firmware/wolfssl/user_settings.h configures it, ${compiler}`,
        `Peers, Debian's builds: ${peers.join(", ")}`,
        `Server: ${server}, ECDSA P-256 leaf under an ECDSA P-256 CA, one process for all`,
        `Cipher suites agreed on: ${suites.join(", ")}`,
        `Counted by ${valgrind} on ${cpu}`,
        `${report.repeats} handshakes of each sort after a warm-up; medians, and (max - min) / median as the spread`,
    ]
}

export const benchTables = (report: BenchFigures): TitledTable[] => [
    ["Million instructions of the client for one handshake", instructionTable(report)],
    ["On the wire and in memory", wireTable(report)],
]

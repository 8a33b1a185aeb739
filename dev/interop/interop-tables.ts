// The interop matrix as tables: for the terminal, a server a line, and for docs/INTEROP.md.
import { group } from "d3-array"
import { type Kind, kinds } from "../../ts/base/outcome.js"
import type { Table } from "../../ts/cli/table.js"
import { markdownTable } from "../docs/table.js"
import { allCases, cases } from "../servers/cases.js"
import type { Cell } from "./cells.js"
import type { InteropMatrix } from "./interop.js"

const kindNames: Record<Kind, string> = { id: "1.2 ID", ticket: "1.2 ticket", psk: "1.3 PSK" }

const nameOf = ({ server, version }: Cell): string => `${server} ${version}`.trim()

const serversOf = ({ cells }: InteropMatrix): Cell[][] => [...group(cells, ({ server }) => server).values()]

function isDefect({ defects }: InteropMatrix, { server, kind, case: which }: Cell): boolean {
    return defects.some((defect) => defect.startsWith(`${server}, ${kind}, ${which}: `))
}

function letter(matrix: InteropMatrix, cell: Cell): string {
    if (isDefect(matrix, cell)) return "!"
    return cell.resumed === null ? "-" : cell.resumed ? "R" : "f"
}

/** For a terminal of 60 columns. */
export function terminalTable(matrix: InteropMatrix): Table {
    return {
        head: ["", ...kinds.map((kind) => kindNames[kind])],
        rows: serversOf(matrix).map((cells) => [
            cells[0] === undefined ? "" : nameOf(cells[0]),
            ...kinds.map((kind) =>
                cells
                    .filter((cell) => cell.kind === kind)
                    .map((cell) => letter(matrix, cell))
                    .join(""),
            ),
        ]),
    }
}

export const legend = [
    "R resumed, f full, - no such cell, ! a defect; one letter each:",
    ...allCases.map((which, index) => `${index + 1}. ${which}`),
]

const word = (matrix: InteropMatrix, cell: Cell): string =>
    isDefect(matrix, cell) ? "**defect**" : cell.resumed === null ? "-" : cell.resumed ? "resumed" : "full"

/** Cells of one server with the same reason, in one line. */
function reasons(cells: Cell[], matrix: InteropMatrix): string[] {
    const worth = cells.filter((cell) => isWorthALine(cell) || isDefect(matrix, cell))
    const byWhy = group(worth, ({ why }) => why)
    return [...byWhy].map(([why, some]) => {
        const [first] = some
        const of = [...group(some, ({ kind }) => kind)].map(([kind, those]) =>
            those.length === allCases.length
                ? kindNames[kind]
                : `${kindNames[kind]} ${those.map((cell) => cell.case).join(", ")}`,
        )
        return `- ${first === undefined ? "" : nameOf(first)}, ${of.join("; ")}: ${why}`
    })
}

/** What anybody would expect needs no words. */
function isWorthALine({ case: which, resumed, why }: Cell): boolean {
    if (resumed === null) return true
    const usual =
        /^(there is no session yet|its keys are (new|others) \(refused\)|the server has forgotten it \(refused\))?$/
    return !usual.test(why) || resumed !== ["same-process", "new-process", "client-certificate"].includes(which)
}

/** The generated section of docs/INTEROP.md. */
export function interopMarkdown(matrix: InteropMatrix): string {
    const { date, openssl, cells } = matrix
    const servers = serversOf(matrix)
    const told = cells.filter(({ resumed }) => resumed !== null).length
    const table: Table = {
        head: ["server", "session", ...allCases],
        rows: servers.flatMap((all) =>
            kinds.map((kind) => {
                const own = all.filter((cell) => cell.kind === kind)
                return [
                    own[0] === undefined ? "" : nameOf(own[0]),
                    kindNames[kind],
                    ...own.map((one) => word(matrix, one)),
                ]
            }),
        ),
    }
    return [
        `Run on ${date}, beside \`openssl s_client\` ${openssl}: ${servers.length} servers, ${cells.length} cells, ${told} of which can be.`,
        "### Cases",
        allCases.map((which) => `- \`${which}\`: ${cases[which]}.`).join("\n"),
        "### Cells",
        markdownTable(table),
        "### Reasons",
        servers.flatMap((all) => reasons(all, matrix)).join("\n"),
    ].join("\n\n")
}

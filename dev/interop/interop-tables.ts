// The interop matrix as tables: for the terminal, a server a line, and for docs/INTEROP.md.
import { group } from "d3-array"
import { type Kind, kinds } from "../../ts/base/outcome.js"
import type { Table } from "../../ts/cli/table.js"
import { markdownTable } from "../docs/table.js"
import { allCases, cases } from "../servers/cases.js"
import type { Cell } from "./cells.js"
import type { InteropMatrix } from "./interop.js"

const kindNames: Record<Kind, string> = { id: "1.2 ID", ticket: "1.2 ticket", psk: "1.3 PSK" }

/** For a terminal, above one letter for each case. */
const shortNames: Record<Kind, string> = { id: "ID", ticket: "ticket", psk: "1.3" }
/** The columns of three kinds, the frame included. */
const BESIDE_NAMES = 4 + 3 * (allCases.length + 3)

const nameOf = ({ server, version }: Cell): string => `${server} ${version}`.trim()

const serversOf = ({ cells }: InteropMatrix): Cell[][] => [...group(cells, ({ server }) => server).values()]

function isDefect({ defects }: InteropMatrix, { server, kind, case: which }: Cell): boolean {
    return defects.some((defect) => defect.startsWith(`${server}, ${kind}, ${which}: `))
}

function letter(matrix: InteropMatrix, cell: Cell): string {
    if (isDefect(matrix, cell)) return "!"
    return cell.resumed === null ? "-" : cell.resumed ? "R" : "f"
}

/** With versions only where there is room for them; without it fits a terminal of 60 columns. */
export function terminalTable(matrix: InteropMatrix, columns = Number.POSITIVE_INFINITY): Table {
    const names = serversOf(matrix).map(([first]) => (first === undefined ? "" : nameOf(first)))
    const hasRoom = Math.max(...names.map(({ length }) => length)) + BESIDE_NAMES <= columns
    return {
        head: ["", ...kinds.map((kind) => shortNames[kind])],
        rows: serversOf(matrix).map((cells, index) => [
            (hasRoom ? names[index] : cells[0]?.server) ?? "",
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
    "Session: TLS 1.2 by ID, by ticket, TLS 1.3. A letter a case:",
    ...allCases.map((which, index) => `${index + 1}. ${which}`),
    "R resumed, f full, - no such cell, ! a defect",
]

/** With an asterisk where it is not what one would expect, and the reason is below. */
function word(matrix: InteropMatrix, cell: Cell): string {
    if (isDefect(matrix, cell)) return "**defect**"
    if (cell.resumed === null) return "-"
    return `${cell.resumed ? "resumed" : "full"}${isUnusual(cell) ? "\\*" : ""}`
}

/** Cells of one server with the same reason, in one line. */
function reasons(cells: Cell[], matrix: InteropMatrix): string[] {
    const worth = cells.filter((cell) => isWorthALine(cell) || isDefect(matrix, cell))
    const missed = (cell: Cell): string =>
        cell.opensslResumed === true && cell.resumed === false ? " (OpenSSL's client resumes)" : ""
    const byWhy = group(worth, (cell) => `${missed(cell)}: ${cell.why}`)
    return [...byWhy].map(([why, some]) => {
        const [first] = some
        const of = [...group(some, ({ kind }) => kind)].map(([kind, those]) =>
            those.length === allCases.length
                ? kindNames[kind]
                : `${kindNames[kind]} ${those.map((cell) => cell.case).join(", ")}`,
        )
        return `- ${first === undefined ? "" : nameOf(first)}, ${of.join("; ")}${why}`
    })
}

/** What the explanations of cells.ts begin with. */
const usual = /^($|there is no session yet|its keys are |the server has forgotten it|by the device's clock)/

const isUnusual = ({ resumed, why }: Cell): boolean => resumed !== null && !usual.test(why)

/** What anybody would expect needs no words. */
const isWorthALine = ({ resumed, why }: Cell): boolean =>
    resumed === null || !usual.test(why) || why.startsWith("by the device's clock")

/** The generated section of docs/INTEROP.md. */
export function interopMarkdown(matrix: InteropMatrix): string {
    const { date, openssl, cells } = matrix
    const servers = serversOf(matrix)
    const count = (which: (cell: Cell) => boolean): number => cells.filter(which).length
    const told = count(({ resumed }) => resumed !== null)
    const both = count(({ resumed, opensslResumed }) => resumed === true && opensslResumed === true)
    const missed = count(({ resumed, opensslResumed }) => resumed === false && opensslResumed === true)
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
        [
            `Run on ${date}, beside \`openssl s_client\` ${openssl}: ${servers.length} servers, ${cells.length} cells, of`,
            `which ${told} can be. In ${both} the device resumes, and OpenSSL's client as well; in ${missed} OpenSSL's`,
            "client resumes and the device does not, for a reason that is given below.",
        ].join("\n"),
        "### Cases",
        allCases.map((which) => `- \`${which}\`: ${cases[which]}.`).join("\n"),
        "### Cells",
        markdownTable(table),
        "### Reasons",
        servers.flatMap((all) => reasons(all, matrix)).join("\n"),
    ].join("\n\n")
}

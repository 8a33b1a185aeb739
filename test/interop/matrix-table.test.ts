// The interop matrix as a person reads it, and as a program does; and the page that a run has written.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { INTEROP_PAGE } from "#dev/docs/pages.js"
import { type Cell, emptyCells } from "#dev/interop/cells.js"
import { type InteropMatrix, interop } from "#dev/interop/interop.js"
import { interopMarkdown, legend, terminalTable } from "#dev/interop/interop-tables.js"
import { catalogue } from "#dev/servers/catalogue.js"
import { mosquitto } from "#dev/servers/mosquitto.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { tableText } from "#warmhello/cli/table.js"
import { dev } from "../ts/support/command.js"

const matrixOf = (cells: Cell[], defects: string[] = []): InteropMatrix => ({
    ...{ cells, defects, missing: [], date: "2026-11-30", openssl: "3.0.19" },
})

const some = (change: (cell: Cell) => Partial<Cell>): Cell[] =>
    emptyCells("nginx", "").map((cell) => ({ ...cell, version: "1.22.1", ...change(cell) }))

test("each server of the catalogue has its line in a terminal of 60 columns", () => {
    const matrix = matrixOf(catalogue.flatMap(({ name }) => emptyCells(name, "")))
    const lines = [...legend, ...tableText(terminalTable(matrix, 60)).split("\n")]
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(60)
    for (const { name } of catalogue) expect(lines.filter((line) => line.includes(`│ ${name} `))).toHaveLength(1)
})

test("a letter tells of each case, and versions are told where there is room", () => {
    const cells = some(({ kind, case: which }) => ({ resumed: kind === "id" ? null : which === "same-process" }))
    const matrix = matrixOf(cells, ["nginx, psk, restart: device: it resumes"])
    expect(terminalTable(matrix, 200).rows).toEqual([["nginx 1.22.1", "-------", "fRfffff", "fRf!fff"]])
    expect(terminalTable(matrix, 40).rows[0]?.[0]).toBe("nginx")
})

test("the page has a reason for each cell that is not what one would expect", () => {
    const why = "it lacks the extended master secret"
    const cells = some(({ case: which }) =>
        which === "same-process" ? { resumed: false, opensslResumed: true, why } : { resumed: false },
    )
    const page = interopMarkdown(matrixOf(cells))
    expect(page).toContain("| nginx 1.22.1 | 1.2 ID | full | full\\* | full |")
    expect(page).toContain(
        "- nginx 1.22.1, 1.2 ID same-process; 1.2 ticket same-process; 1.3 PSK same-process " +
            `(OpenSSL's client resumes): ${why}`,
    )
})

test("docs/INTEROP.md has each server, with its version", () => {
    const page = readFileSync(checkoutPath(INTEROP_PAGE), "utf8")
    for (const { name } of catalogue)
        expect(page).toMatch(new RegExp(`^\\| ${name.replaceAll("/", ".")} \\S.* \\| 1\\.3 PSK`, "m"))
})

test("the command ends with 0 where no cell is a defect, and its JSON has what was asked for and no more", async () => {
    const { code, stdout, stderr } = await dev("interop", "--only", "Mosquitto", "--json", "-") // in any case
    expect(stderr).toContain("21 cells, 0 defects, 0 servers missing")
    expect(code).toBe(0)
    const { cells } = JSON.parse(stdout)
    const fields = ["server", "version", "protocol", "kind", "case"]
    fields.push("resumed", "serverSaysResumed", "opensslResumed", "why")
    for (const cell of cells) expect(Object.keys(cell)).toEqual(fields)
    expect(cells.filter((cell: Cell) => cell.case === "same-process")).toMatchObject(
        ["id", "ticket", "psk"].map((kind) => ({
            ...{ server: "mosquitto", protocol: kind === "psk" ? "TLS1.3" : "TLS1.2", kind, resumed: true },
            ...{ serverSaysResumed: null, opensslResumed: true, why: "" },
        })),
    )
})

test("a server that is not here is told, and so are its cells", async () => {
    const why = "there is no mosquitto (npm run setup -- --interop)"
    const matrix = await interop({ servers: [{ ...mosquitto, missing: () => why }] })
    expect(matrix.missing).toEqual([`mosquitto: ${why}`])
    expect(matrix.cells).toEqual(emptyCells("mosquitto", why))
    expect(matrix.cells).toHaveLength(21)
})

test("a name that no server has is told", async () => {
    const { code, stderr } = await dev("interop", "--only", "nothing")
    expect(stderr).toContain("no server is named nothing")
    expect(code).toBe(2)
})

// The interop matrix as a person reads it, and the page that a run has written.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { INTEROP_PAGE } from "#dev/docs/pages.js"
import { type Cell, emptyCells } from "#dev/interop/cells.js"
import type { InteropMatrix } from "#dev/interop/interop.js"
import { interopMarkdown, legend, terminalTable } from "#dev/interop/interop-tables.js"
import { catalogue } from "#dev/servers/catalogue.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { tableText } from "#warmhello/cli/table.js"

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

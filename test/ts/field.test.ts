// The field matrix, whole and anew: what servers and networks do to each kind of device.

import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { FIELD_PAGE } from "#dev/docs/pages.js"
import { columns } from "#dev/field/columns.js"
import type { FieldWake, Life } from "#dev/field/entry.js"
import { field, findings } from "#dev/field/field.js"
import { fieldTables } from "#dev/field/field-tables.js"
import { rows, WAKES } from "#dev/field/rows.js"
import { checkoutPath } from "#warmhello/base/paths.js"
import { tableText } from "#warmhello/cli/table.js"

test("no cell of the field matrix costs more than it may", { timeout: 400_000 }, async () => {
    const matrix = await field()
    expect(matrix.findings).toEqual([])
    expect(matrix.rows.map(({ name }) => name)).toEqual(rows.map(({ name }) => name))
    for (const { cells } of matrix.rows)
        expect(cells.map(({ column }) => column)).toEqual(columns.map(({ name }) => name))
    const [head, ...bodies] = fieldTables(matrix).flatMap((table) => [table.head, ...table.rows])
    expect(bodies).toHaveLength(rows.length)
    const page = readFileSync(checkoutPath(FIELD_PAGE), "utf8")
    for (const title of [...(head ?? []), ...rows.map(({ name }) => name)]) expect(page).toContain(title)

    for (const table of fieldTables(matrix, 60)) {
        const lines = tableText(table).split("\n")
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
    }
})

/** Ten wakes, all the same but for one. */
function life(result: FieldWake["result"], odd: Partial<FieldWake> = {}): Life {
    const usual: FieldWake = {
        ...{ works: true, connects: 1, result, reason: "accepted", protocol: "TLS1.2" },
        ...{ stored: "both", storeError: null, error: undefined, flashOperations: 0 },
    }
    const wakes = Array.from({ length: WAKES }, (_, n): FieldWake => (n === 4 ? { ...usual, ...odd } : usual))
    const count = (what: string) => wakes.filter((wake) => wake.result === what).length
    return {
        connects: wakes.reduce((sum, { connects }) => sum + connects, 0),
        ...{ full: count("full"), resumed: count("resumed"), flashOperations: 0, wakes },
    }
}

const found = (name: string, cell: Life, baseline = life("full")): string[] =>
    findings({ name, cells: [{ column: "auto", life: cell }], baselines: { auto: baseline } })

test("a cell that costs too much is named", () => {
    expect(found("restarts once", life("full", { connects: 3 }))).toEqual([])
    expect(found("restarts once", life("full", { connects: 4 }))).toEqual([
        "restarts once, auto: 13 connects, and without sessions 10",
    ])
})

test("a wake that only sessions make fail is named", () => {
    const failed = { works: false, result: "failed", error: "alert" } as const
    expect(found("restarts once", life("full", failed))).toEqual([
        "restarts once, auto: wake 5 fails (alert), and without sessions it does not",
    ])
    expect(found("restarts once", life("full", failed), life("full", failed))).toEqual([
        "restarts once, auto without sessions: wake 5 fails (alert)",
    ])
})

test("a healthy server that is not resumed with is named, and one whose TLS 1.3 is not found", () => {
    expect(found("healthy, renews", life("resumed", { result: "full" }))).toEqual([])
    expect(found("healthy, renews", life("full"))).toEqual(["healthy, renews, auto: 0 resumed of 10"])
    expect(found("learns TLS 1.3", life("full"))).toEqual(["learns TLS 1.3, auto: it ends in TLS1.2"])
})

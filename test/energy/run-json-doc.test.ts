// docs/RUN-JSON.md: its example is a run, and it names every field of the schema.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { z } from "zod"
import { checkoutPath } from "#warmhello/base/paths.js"
import { checkRun, runSchema } from "#warmhello/run/run.js"

const page = readFileSync(checkoutPath("docs/RUN-JSON.md"), "utf8")

test("the example is a run.json, and its energies are charge times voltage", () => {
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ""
    const run = checkRun(JSON.parse(example), "the example")
    for (const wake of run.wakes) {
        for (const { chargeUc, energyUj } of [wake, ...wake.phases]) {
            expect(energyUj).toBeCloseTo(chargeUc * run.supply.voltageV, 6)
        }
    }
})

interface Node {
    properties?: Record<string, Node>
    items?: Node
    anyOf?: Node[]
}

/** Every name that the schema has, at any depth. */
function fieldsOf({ properties = {}, items, anyOf = [] }: Node): string[] {
    const inside = [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf]
    return [...Object.keys(properties), ...inside.flatMap(fieldsOf)]
}

test("every field is explained, however deep it lies", () => {
    const tables = page.slice(0, page.indexOf("## An example"))
    const explained = [...tables.matchAll(/`(?:\w+\.)*(\w+)`/g)].map(([, name]) => name)
    const fields = new Set(fieldsOf(z.toJSONSchema(runSchema, { unrepresentable: "any" }) as Node))
    expect([...fields]).toEqual(expect.arrayContaining(["pairsForPrecision", "tlsShareFull", "forcedFull"]))
    expect([...fields].filter((field) => !explained.includes(field))).toEqual([])
})

// docs/RUN-JSON.md: its example is a run, and it names every field of the schema.
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/core/paths.js"
import { checkRun, runSchema } from "#warmhello/energy/run.js"
import { syntheticRun } from "../report/synthetic.js"

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

test("every field of a run and of a wake is explained", () => {
    const run = syntheticRun({ wakes: 1, blocks: 10 })
    const fields = [...Object.keys(runSchema.shape), ...Object.keys(run.wakes[0] ?? {})]
    for (const field of fields) expect(page, field).toContain(`\`${field}\``)
})

import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { compile } from "#warmhello/devicescript/compile.js"
import { appBytecode, appFile } from "./support/compile-apps.js"
import { runApp } from "./support/simulate.js"

test("two apps of one project can be compiled at the same time", async () => {
    const sources = ["throws", "reports"].map((name) => checkoutPath(`test/apps/src/${name}.ts`))
    const programs = await Promise.all(sources.map(compile))
    const printed: string[] = []
    for (const program of programs) {
        const { lines } = await runApp("app", { program, cycles: 1 })
        printed.push(lines[0]?.text ?? "")
    }
    expect(printed).toEqual(["reading the sensor", "answered 204 with 0 characters"])
})

test("what is compiled already is taken as it is", async () => {
    expect(await compile(appFile("app"))).toEqual(appBytecode("app"))
})

// What goes into the page and into CSV, without a browser.
import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { reportCsv } from "#warmhello/report/csv.js"
import { reportHtml } from "#warmhello/report/html.js"
import { escapeHtml, inlineJson } from "#warmhello/report/page-html.js"
import { decimate } from "../../ts/report/page/decimate.js"
import { syntheticRun } from "./synthetic.js"

const run = syntheticRun({ wakes: 4, blocks: 100 })
const html = reportHtml([{ name: "run.json", run }])

describe("the page", () => {
    test("names no other host, and forbids itself to ask any", () => {
        const outside = html.replaceAll("http://www.w3.org/2000/svg", "") // the name of a kind of element
        expect(outside).not.toMatch(/(?:https?:)?\/\/[a-z0-9-]+\.[a-z]{2,}/i)
        expect(html).toContain("default-src &#39;none&#39;")
    })

    test("lets run only the program that it carries", () => {
        const program = /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? ""
        const hash = createHash("sha256").update(program).digest("base64")
        expect(html).toContain(`script-src &#39;sha256-${hash}&#39;`)
    })

    test("can be ended by no text in the data", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), (text) => {
                const json = inlineJson({ text })
                expect(json).not.toMatch(/[<\u2028\u2029]/)
                expect(JSON.parse(json)).toEqual({ text })
            }),
            { seed: 5 },
        )
        expect(escapeHtml(`"><img src=x onerror='1'>&`)).not.toMatch(/[<>"']/)
    })
})

describe("CSV", () => {
    test("keeps texts with commas, quotes and lines in one cell, and formulas texts", () => {
        const [, row] = reportCsv([{ name: '=HYPERLINK("x"),\nb', run }]).split(/\n(?=')|\n(?=")/)
        expect(row).toMatch(/^"'=HYPERLINK\(""x""\),\nb",measured,/)
    })

    test("leaves a number empty that is not known", () => {
        const [wake] = run.wakes
        const unknown = { ...run, wakes: [{ ...wake, bytesTx: null } as (typeof run.wakes)[number]] }
        expect(reportCsv([{ name: "a", run: unknown }])).toContain(",true,,724,")
    })
})

describe("decimation", () => {
    const blocks = (values: number[]) => ({
        ...{ startS: 0, blockMs: 1 },
        meanUa: Float32Array.from(values),
        minUa: Float32Array.from(values, (value) => value - 1),
        maxUa: Float32Array.from(values, (value) => value + 1),
    })

    test("keeps every peak and every dip, however few columns there are", () => {
        const values = fc.array(fc.integer({ min: 0, max: 500_000 }), { minLength: 1, maxLength: 3000 })
        fc.assert(
            fc.property(values, fc.integer({ min: 1, max: 900 }), (all, columns) => {
                const drawn = decimate(blocks(all), 0, all.length / 1000, columns)
                expect(drawn.timeS.length).toBeLessThanOrEqual(columns)
                expect(Math.max(...drawn.maxUa)).toBe(Math.max(...all) + 1)
                expect(Math.min(...drawn.minUa)).toBe(Math.min(...all) - 1)
            }),
            { seed: 9 },
        )
    })

    test("draws each block when there is room, at its own time", () => {
        const { timeS, meanUa } = decimate(blocks([5, 7, 9, 11]), 0.001, 0.003, 100)
        expect(meanUa).toEqual([7, 9])
        expect(timeS.map((at) => Math.round(at * 1e4))).toEqual([15, 25])
    })

    test("has nothing to draw where there are no samples", () => {
        expect(decimate(blocks([1, 2]), 5, 6, 100).timeS).toEqual([])
    })
})

// A storm in the report: in a real browser, alone and beside a run, and by the command.
import { readFileSync, writeFileSync } from "node:fs"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parseStorm } from "#warmhello/run/storm.js"
import { temporaryFolder } from "../support/temporary-folder.js"
import { warmhello } from "../ts/support/command.js"
import { launch, openReport, whyNoBrowser } from "./browser.js"
import { syntheticRun } from "./synthetic.js"
import { syntheticStorm } from "./synthetic-storm.js"

const storms = [{ name: "storm.json", storm: syntheticStorm() }]

test("what a storm's file lacks is told", () => {
    const { reports: _, ...rest } = syntheticStorm()
    expect(syntheticStorm()).toMatchObject(parseStorm(syntheticStorm(), "storm.json"))
    expect(() => parseStorm(rest, "storm.json")).toThrow(/storm\.json: reports/)
})

describe.skipIf(whyNoBrowser() !== undefined)("in a browser", () => {
    let browser: Browser
    beforeAll(async () => {
        browser = await launch()
    })
    afterAll(() => browser.close())

    test("a storm alone is a page: its seconds, its phases, and what it cost the server", async () => {
        await using report = await openReport(browser, [], {}, storms)
        const { page, complaints, requests } = report
        expect(await page.title()).toBe("Reconnect storm")
        const text = await page.innerText("main")
        expect(text).toContain(
            "200 devices on 2 workers at mosquitto 2.0.11. Reports: 1000 made, 1000 arrived, 0 lost.",
        )
        const chart = page.getByRole("img", { name: "Connects of each second: 400 full, 400 resumed, 200 failed" })
        expect(await chart.isVisible()).toBe(true)
        // 20 windows in each of three phases, three sorts in each.
        expect(await chart.locator("rect").count()).toBe(180)
        const heights = await chart
            .locator("rect")
            .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height))
        expect(heights.filter((height) => height > 1)).toHaveLength(60)
        await page.getByText("The same in numbers").click()
        const row = page.getByRole("row", { name: /^away/ })
        expect(await row.innerText()).toMatch(/connection-refused 200/)
        expect(await page.getByRole("row", { name: /^<b>back<\/b>/ }).isVisible()).toBe(true)
        const cost = page.getByRole("row", { name: /^full 400/ })
        expect(await cost.innerText()).toContain("0.500 ms")
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
        expect([complaints, requests]).toEqual([[], []])
    })

    test("a storm stands behind a run", async () => {
        await using report = await openReport(browser, [{ name: "run.json", run: syntheticRun() }], {}, storms)
        const headings = await report.page.locator("h1, h2").allInnerTexts()
        expect(headings[0]).toBe("Energy per reconnect")
        expect(headings.slice(-2)).toEqual(["A reconnect storm", "What it cost the server"])
        expect(report.complaints).toEqual([])
    })
})

test("the command takes a storm's file as it takes a run's", async () => {
    const folder = temporaryFolder()
    writeFileSync(`${folder}/storm.json`, JSON.stringify(syntheticStorm()))
    const { code, stdout } = await warmhello("report", `${folder}/storm.json`, "--out", `${folder}/storm.html`)
    expect(code).toBe(0)
    expect(stdout).toContain("a storm of 200 devices: 400 full, 400 resumed, 200 failed")
    expect(readFileSync(`${folder}/storm.html`, "utf8")).toContain("<title>Reconnect storm</title>")
})

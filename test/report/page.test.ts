// The report in a real browser: drawn, zoomed, read by keyboard, on small, dark and printed pages, and with data
// that means harm.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import pixelmatch from "pixelmatch"
import type { Browser, Page } from "playwright-core"
import { PNG } from "pngjs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"
import { estimate } from "#warmhello/energy/estimate.js"
import { runOf } from "#warmhello/energy/estimate-run.js"
import { handshakesFromFigures } from "#warmhello/energy/handshakes.js"
import { choose, readCells, readPowerProfile, readRegulators } from "#warmhello/energy/power-profile.js"
import { exactly } from "#warmhello/run/range.js"
import type { Run } from "#warmhello/run/run.js"
import { launch, openReport, whyNoBrowser, whyNoGolden } from "./browser.js"
import { syntheticRun } from "./synthetic.js"

const missing = whyNoBrowser()

const measured = [{ name: "measured.json", run: syntheticRun() }]

function estimatedRun(): Run {
    const result = estimate({
        profile: readPowerProfile("esp32c3_bare"),
        clockMhz: 160,
        handshakes: handshakesFromFigures({ protocol: "TLS1.3", kind: "psk", certificate: "ecdsa", build: "size" }),
        ...{ wifi: "fast", powerSave: "min", listenInterval: 3 },
        ...{ sleepMs: 600_000, serverForgetsMs: 7_200_000, supplyV: 3.3, draws: 50, seed: 1 },
        regulator: choose(readRegulators(), "ldo", "regulator"),
        cell: choose(readCells(), "18650", "cell"),
        temperatureC: 20,
        surroundings: {
            ...{ rttMs: exactly(40), dnsMs: exactly(20), serverMs: exactly(20), appMs: exactly(10) },
            ...{ closingMs: exactly(4), payloadBytes: exactly(300) },
            ...{ dtim: exactly(1), beaconWaitShare: exactly(0.5) },
            ...{ dhcpShare: exactly(0), retryShare: exactly(0), lossShare: exactly(0) },
        },
    })
    const names = { toolVersion: "0.1.0", command: "warmhello estimate", cell: "18650", regulator: "ldo" }
    return runOf(result, { createdAt: "2026-11-24T12:00:00Z", ...names })
}

const says = (page: Page) => page.locator(".says").first().innerText()

/** Share of the plot's canvas that something was drawn on. */
const inkShare = (page: Page) =>
    page.evaluate(() => {
        const canvas = document.querySelector("canvas")
        if (canvas === null) return 0
        const { data } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
        let drawn = 0
        for (let index = 3; index < data.length; index += 4) if ((data[index] ?? 0) > 0) drawn++
        return (drawn * 4) / data.length
    })

/** Contrast of two colours by WCAG 2, as the browser computes them. */
const contrasts = (page: Page) =>
    page.evaluate(() => {
        const luminance = (colour: string) => {
            const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
                const share = Number(part) / 255
                return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
            })
            return 0.2126 * r + 0.7152 * g + 0.0722 * b
        }
        const behind = (element: Element): string => {
            for (let at: Element | null = element; at !== null; at = at.parentElement) {
                const colour = getComputedStyle(at).backgroundColor
                if (!/^rgba\(.*, 0\)$|transparent/.test(colour)) return colour
            }
            return "rgb(255, 255, 255)"
        }
        const texts = [
            ...document.querySelectorAll("h1, h2, p, dt, dd, td, th, summary, li, button, select, code, text"),
        ]
        return texts
            .filter((element) => element.getClientRects().length > 0 && !element.matches(".bar-label"))
            .map((element) => {
                const style = getComputedStyle(element)
                const ink = element instanceof SVGElement ? style.fill : style.color
                const [a, b] = [luminance(ink), luminance(behind(element))]
                const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
                return { text: element.textContent?.slice(0, 40) ?? "", contrast }
            })
    })

describe.skipIf(missing !== undefined)("the report, in a browser", () => {
    let browser: Browser
    beforeAll(async () => {
        browser = await launch()
    })
    afterAll(() => browser?.close())

    test("draws every plot, without a complaint and without asking anybody for anything", async () => {
        await using report = await openReport(browser, measured)
        const { page } = report
        expect(await inkShare(page)).toBeGreaterThan(0.3)
        expect(await page.locator("svg.bars rect[data-phase]").count()).toBe(16)
        expect(await page.locator("svg.strip circle").count()).toBe(24)
        expect(await page.locator("svg.battery polyline").count()).toBe(2)
        expect(await page.locator("table.wakes tbody tr").count()).toBe(24)
        expect(report.complaints).toEqual([])
        expect(report.requests).toEqual([])
    })

    test("says its warnings before any figure", async () => {
        await using report = await openReport(browser, measured)
        const text = await report.page.locator("main").innerText()
        expect(text.indexOf("12 samples were lost")).toBeGreaterThan(0)
        expect(text.indexOf("12 samples were lost")).toBeLessThan(text.indexOf("a full wake"))
        expect(text).toContain("Plug the meter into a port of its own.")
    })

    test("zooms by dragging, by its buttons and by keys, and tells what it shows", async () => {
        await using report = await openReport(browser, measured)
        const { page } = report
        const first = await says(page)
        expect(first).toContain("Wake 1, full")
        await page.locator(".stage").scrollIntoViewIfNeeded()
        const box = await page.locator(".u-over").boundingBox()
        if (box === null) throw new Error("there is no plot")
        await page.mouse.move(box.x + box.width * 0.4, box.y + 60)
        await page.mouse.down()
        await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 })
        await page.mouse.up()
        const dragged = await says(page)
        expect(dragged).toMatch(/^Shown: 2[45]\d ms from/) // a fifth of 1.28 s
        await page.getByRole("button", { name: "Zoom in" }).click()
        expect(await says(page)).toMatch(/^Shown: 12\d ms from/)
        await page.locator(".stage").focus()
        await page.keyboard.press("-")
        expect(await says(page)).toBe(dragged)
        await page.keyboard.press("ArrowRight")
        expect(await says(page)).not.toBe(dragged)
        await page.keyboard.press("0")
        expect(await says(page)).toContain("with 24 wakes")
        await page.getByLabel("Wake to show").selectOption({ label: "Wake 2, resumed" })
        expect(await says(page)).toContain("Wake 2, resumed")
        expect(report.complaints).toEqual([])
    })

    test("shows a million samples and loses no peak of them", async () => {
        const spikeUa = 777_000
        const big = [{ name: "big.json", run: syntheticRun({ blocks: 1_000_000, wakes: 100, spikeUa }) }]
        await using report = await openReport(browser, big)
        const { page } = report
        await page.getByRole("button", { name: "Show all of it" }).click()
        expect(await says(page)).toContain("at most 777 mA")
        expect(await inkShare(page)).toBeGreaterThan(0.3)
        for (let n = 0; n < 12; n++) await page.getByRole("button", { name: "Zoom in" }).click()
        expect(await says(page)).toMatch(/^Shown: \d+(\.\d+)? ms from/)
        expect(report.complaints).toEqual([])
    }, 120_000)

    test("is reached by keyboard: choice, buttons, plot, numbers behind each plot, table", async () => {
        await using report = await openReport(browser, measured)
        const { page } = report
        const reached: string[] = []
        for (let n = 0; n < 60; n++) {
            await page.keyboard.press("Tab")
            reached.push(
                await page.evaluate(() => {
                    const at = document.activeElement
                    const outlined = at !== null && getComputedStyle(at).outlineStyle !== "none"
                    return `${at?.tagName} ${at?.getAttribute("aria-label") ?? at?.textContent}${outlined ? "" : " unseen"}`
                }),
            )
        }
        for (const name of [
            "SELECT Wake to show",
            "BUTTON Zoom in",
            "DIV Current over time",
            "SUMMARY",
            "BUTTON energy",
        ]) {
            expect(
                reached.some((one) => one.startsWith(name) && !one.endsWith("unseen")),
                name,
            ).toBe(true)
        }
        await page.locator("summary").first().focus()
        await page.keyboard.press("Enter")
        expect(await page.locator("details[open] table caption").first().innerText()).toContain(
            "Means of time and energy",
        )
    })

    test("has for each plot its numbers as text, and names for what is not text", async () => {
        await using report = await openReport(browser, measured)
        const { page } = report
        for (const chart of await page.locator("svg[role=img]").all()) {
            expect((await chart.getAttribute("aria-label"))?.length).toBeGreaterThan(20)
        }
        expect(await page.locator("details table").count()).toBe(3)
        expect(await says(page)).toMatch(/boot .* ms at .* mA, wifi/)
        expect(await page.locator("html").getAttribute("lang")).toBe("en")
    })

    test("sorts the table of wakes by the column that is clicked, both ways", async () => {
        await using report = await openReport(browser, measured)
        const { page } = report
        const sort = page.locator("table.wakes").getByRole("button", { name: "energy" })
        const results = async () => (await page.locator("table.wakes tbody td:nth-child(2)").allInnerTexts()).join(" ")
        await sort.click()
        expect(await results()).toMatch(/^(resumed ){12}(full ?){12}$/)
        await sort.click()
        expect(await results()).toMatch(/^(full ){12}(resumed ?){12}$/)
    })

    test.each(["light", "dark"] as const)("has texts of enough contrast on a %s page", async (colorScheme) => {
        await using report = await openReport(browser, measured, { colorScheme })
        const weak = (await contrasts(report.page)).filter(({ contrast }) => contrast < 4.5)
        expect(weak).toEqual([])
        const background = await report.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
        expect(background).toBe(colorScheme === "dark" ? "rgb(21, 24, 28)" : "rgb(251, 251, 249)")
    })

    test("fits a page of 360 pixels", async () => {
        await using report = await openReport(browser, measured, { viewport: { width: 360, height: 700 } })
        const [content, window] = await report.page.evaluate(() => [
            document.documentElement.scrollWidth,
            document.documentElement.clientWidth,
        ])
        expect(content).toBeLessThanOrEqual(window ?? 0)
        expect(await inkShare(report.page)).toBeGreaterThan(0.3)
        expect(report.complaints).toEqual([])
    })

    test("is printed without buttons and with the whole table", async () => {
        await using report = await openReport(browser, measured, { colorScheme: "dark" })
        const { page } = report
        await page.emulateMedia({ media: "print" })
        expect(await page.locator(".toolbar").first().isVisible()).toBe(false)
        const clipped = await page
            .locator(".scroll")
            .last()
            .evaluate((one) => one.scrollHeight > one.clientHeight + 1)
        expect(clipped).toBe(false)
        expect((await page.pdf()).length).toBeGreaterThan(20_000)
    })

    test("draws an estimate by its phases, with ranges, sources and break-even", async () => {
        await using report = await openReport(browser, [{ name: "estimated.json", run: estimatedRun() }])
        const { page } = report
        expect(await says(page)).toContain("the run has no samples")
        expect(await inkShare(page)).toBeGreaterThan(0.3)
        const text = await page.locator("main").innerText()
        expect(text).toContain("estimated, nothing was measured")
        expect(text).toContain("Longest sleep at which resuming pays")
        await page.getByText("Every input and its source").click()
        expect(await page.locator("main").innerText()).toContain("ESP32-C3 Series Datasheet v2.4")
        expect(report.complaints).toEqual([])
    })

    test("never averages what was estimated with what was measured", async () => {
        await using report = await openReport(browser, [{ name: "estimated.json", run: estimatedRun() }, ...measured])
        const { page } = report
        const titles = await page.locator(".bar-title").allTextContents()
        expect(titles.map((title) => title.replace(/: .* \(/, " ("))).toEqual([
            "estimated.json, full (1 wake)",
            "estimated.json, resumed (1 wake)",
            "measured.json, full (mean of 12 wakes)",
            "measured.json, resumed (mean of 12 wakes)",
        ])
        expect(await page.locator(".cards").count()).toBe(2)
        expect(await page.locator("main").innerText()).toContain("By measured.json. one 18650")
        expect(report.complaints).toEqual([])
    })

    test("runs nothing that stands in the data, and shows it as it stands there", async () => {
        const evil = "</script><script>window.harm = 1</script><img src=x onerror='window.harm = 2'>"
        const [first] = syntheticRun().wakes
        const run: Run = {
            ...syntheticRun(),
            ...{ device: evil, board: evil, firmware: evil, server: evil },
            tool: { name: evil, version: evil, command: evil },
            wakes: [{ ...first, n: 1 } as Run["wakes"][number]],
            warnings: [{ code: "evil", message: evil, advice: evil }],
        }
        await using report = await openReport(browser, [{ name: evil, run }])
        const { page } = report
        expect(await page.evaluate(() => (window as unknown as { harm?: number }).harm)).toBeUndefined()
        expect(await page.locator("img").count()).toBe(0)
        expect(await page.locator("script").count()).toBe(2)
        expect(await page.locator(".warnings").innerText()).toContain(evil)
        expect(await page.title()).toContain(evil)
        expect(report.complaints).toEqual([])
        expect(report.requests).toEqual([])
    })

    test("forbids scripts and requests that were smuggled in all the same", async () => {
        await using report = await openReport(browser, measured)
        const harm = await report.page.evaluate(async () => {
            const script = document.createElement("script")
            script.textContent = "window.harm = 1"
            document.body.append(script)
            const fetched = await fetch("http://127.0.0.1:9/").then(
                () => "fetched",
                () => "refused",
            )
            return [(window as unknown as { harm?: number }).harm ?? null, fetched]
        })
        expect(harm).toEqual([null, "refused"])
        expect(report.complaints.join("\n")).toMatch(/Content Security Policy/)
    })
})

// ---- The golden screenshot -----------------------------------------------------------------------------

const GOLDEN = checkoutPath("test/report/golden/report.png")
/** Down to the battery's curves; the rest is tables. */
const TOP = { x: 0, y: 0, width: 1100, height: 1900 }
const MOST_DIFFERENT_SHARE = 0.01
const noGolden = whyNoGolden()

describe.skipIf(noGolden !== undefined)("the golden screenshot", () => {
    test("is what the page looks like: test/report/golden/report.md says what was checked on it", async () => {
        const browser = await launch()
        try {
            await using report = await openReport(browser, measured)
            const shot = PNG.sync.read(await report.page.screenshot({ fullPage: true, clip: TOP }))
            const folder = checkoutPath("build/report")
            mkdirSync(folder, { recursive: true })
            writeFileSync(`${folder}/page.png`, PNG.sync.write(shot))
            if (process.env.WARMHELLO_WRITE_GOLDEN === "1") writeFileSync(GOLDEN, PNG.sync.write(shot))
            expect(existsSync(GOLDEN), "WARMHELLO_WRITE_GOLDEN=1 makes it; then look at it").toBe(true)
            const golden = PNG.sync.read(readFileSync(GOLDEN))
            expect([shot.width, shot.height]).toEqual([golden.width, golden.height])
            const difference = new PNG({ width: shot.width, height: shot.height })
            const { width, height } = shot
            const changed = pixelmatch(golden.data, shot.data, difference.data, width, height, { threshold: 0.2 })
            writeFileSync(`${folder}/difference.png`, PNG.sync.write(difference))
            const share = changed / (width * height)
            expect(share, "build/report/page.png and difference.png show what changed").toBeLessThan(
                MOST_DIFFERENT_SHARE,
            )
        } finally {
            await browser.close()
        }
    })
})

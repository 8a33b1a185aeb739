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
import { charge, current, energy } from "#warmhello/run/units.js"
import { launch, openReport, whyNoBrowser, whyNoGolden } from "./browser.js"
import { syntheticRun } from "./synthetic.js"

const missing = whyNoBrowser()

const measured = [{ name: "measured.json", run: syntheticRun() }]

/** With all that a run may tell. */
const fullRun: Run = {
    ...syntheticRun(),
    sleepCurrent: {
        meanUa: 6.5,
        durationS: 96,
        expected: { board: "esp32c3_bare", lowUa: 4, typicalUa: 5, highUa: 8 },
    },
    average: { averageUa: 15_600, rounds: 24, wakeEveryS: 5.1 },
    budget: [
        { rule: "tls.resumed<=20mJ", value: 26.1, unit: "mJ", holds: false },
        { rule: "sleep<=20uA", value: 6.5, unit: "uA", holds: true },
    ],
    baseline: {
        file: "before.json",
        createdAt: "2026-11-20T12:00:00Z",
        figures: [
            { figure: "wake.resumed", unit: "mJ", before: 160, now: 154, changeShare: -0.0375, beyondNoise: false },
        ],
    },
}
const full = [{ name: "measured.json", run: fullRun }]

const leaky = { ...fullRun.sleepCurrent, meanUa: 1200 } as NonNullable<Run["sleepCurrent"]>

/** Wakes that tell neither phases nor a sleep, nor samples: what segmentation by current alone may leave. */
function bareRun(result: "unknown" | "failed" | "full"): Run {
    const { battery: _, ...run } = syntheticRun({ wakes: 3 })
    const wakes = run.wakes.map((wake) => ({ ...wake, result, phases: [] }))
    return { ...run, wakes, samples: null, warnings: [] }
}

/** Each text's size as it is drawn, scaled drawings included. */
function textSizes(): { small: string[]; texts: number } {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const small: string[] = []
    let texts = 0
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const element = node.parentElement
        if (element === null || node.textContent?.trim() === "" || /^(SCRIPT|STYLE|NOSCRIPT)$/.test(element.tagName))
            continue
        texts++
        const scale = element instanceof SVGGraphicsElement ? Math.abs(element.getScreenCTM()?.d ?? 1) : 1
        const size = Number.parseFloat(getComputedStyle(element).fontSize) * scale
        if (size < 11) small.push(`${size.toFixed(1)} px: ${node.textContent?.slice(0, 40)}`)
    }
    return { small, texts }
}

function estimatedRun(cell = "18650"): Run {
    const result = estimate({
        profile: readPowerProfile("esp32c3_bare"),
        clockMhz: 160,
        handshakes: handshakesFromFigures({ protocol: "TLS1.3", kind: "psk", certificate: "ecdsa", build: "size" }),
        ...{ wifi: "fast", powerSave: "min", listenInterval: 3 },
        ...{ sleepMs: 600_000, serverForgetsMs: 7_200_000, supplyV: 3.3, draws: 50, seed: 1 },
        regulator: choose(readRegulators(), "ldo", "regulator"),
        cell: choose(readCells(), cell, "cell"),
        temperatureC: 20,
        surroundings: {
            ...{ rttMs: exactly(40), dnsMs: exactly(20), serverMs: exactly(20), appMs: exactly(10) },
            ...{ closingMs: exactly(4), payloadBytes: exactly(300) },
            ...{ dtim: exactly(1), beaconWaitShare: exactly(0.5) },
            ...{ dhcpShare: exactly(0), retryShare: exactly(0), lossShare: exactly(0) },
        },
    })
    const names = { toolVersion: "0.1.0", command: "warmhello estimate", cell, regulator: "ldo" }
    return runOf(result, { createdAt: "2026-11-24T12:00:00Z", ...names })
}

const says = (page: Page) => page.locator(".says").first().innerText()

/** What stands beside a word of the window's figures. */
const shown = (page: Page, word: string) =>
    page
        .locator("dl.window")
        .first()
        .locator("div", { has: page.getByText(word, { exact: true }) })
        .locator("dd")
        .innerText()

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
            ...document.querySelectorAll("h1, h2, h3, a, p, dt, dd, td, th, summary, li, button, select, code, text"),
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
        expect(await page.locator(".intervals .u-series").count()).toBe(3)
        expect(await page.locator("table.wakes tbody tr").count()).toBe(24)
        expect(report.complaints).toEqual([])
        expect(report.requests).toEqual([])
    })

    test.each([
        [1280, 800],
        [360, 640],
    ])("answers on its first screen of %i by %i", async (width, height) => {
        await using report = await openReport(browser, full, { viewport: { width, height } })
        const { page } = report
        const answers = await page.locator(".answer").evaluateAll((tiles) =>
            tiles.map((one) => ({
                name: one.getAttribute("data-answer"),
                value: one.querySelector(".value")?.textContent,
                bottom: one.querySelector(".value")?.getBoundingClientRect().bottom ?? 1e9,
            })),
        )
        expect(answers.map(({ name, value }) => [name, value])).toEqual([
            ["sleep", "6.50 µA"],
            ["wake", "295 mJ → 154 mJ"],
            ["saving", "141 mJ"],
            ["battery", "2.04 years → 3.31 years"],
            ["trust", "Measured, 1 warning"],
        ])
        for (const { name, bottom } of answers) expect(bottom, name ?? "").toBeLessThan(height)
        expect(await page.locator("[data-answer=sleep]").innerText()).toContain(
            "esp32c3_bare should: 5.00 µA (4.00 µA to 8.00 µA)",
        )
        expect(await page.locator("[data-answer=trust]").innerText()).toContain("12 samples were lost")
        expect(await page.locator(".broken").allInnerTexts()).toEqual([
            "Budget broken: tls.resumed<=20mJ. It is: 26.1 mJ.",
        ])
    })

    test("says first of a sleep that is too high how high it should be", async () => {
        await using report = await openReport(browser, [
            { name: "leaky.json", run: { ...fullRun, sleepCurrent: leaky } },
        ])
        expect(await report.page.locator(".answer").first().innerText()).toMatch(
            /1\.20 mA\s+240 times what it should be/,
        )
        expect(await report.page.locator(".answer").first().getAttribute("class")).toContain("bad")
    })

    test("believes no sleep that gives current", async () => {
        const run = { ...fullRun, sleepCurrent: { ...leaky, meanUa: -10 } }
        await using report = await openReport(browser, [{ name: "offset.json", run }])
        expect(await report.page.locator("[data-answer=sleep]").innerText()).toContain("the meter is off")
        expect(await report.page.locator("[data-answer=battery] .value").innerText()).toBe("unknown")
    })

    test("says without a cell what the device takes of one", async () => {
        const { battery: _, ...run } = fullRun
        await using report = await openReport(browser, [{ name: "a.json", run }])
        const [one] = run.wakes
        if (one === undefined) throw new Error("the made-up run has no wake")
        const wakes = [{ ...one, result: "resumed" as const, chargeUc: 60_000 }]
        // 60 mC each 10 minutes are 100 uA; with 6.5 uA of sleep that is 2.556 mAh a day.
        await using single = await openReport(browser, [{ name: "a.json", run: { ...run, wakes } }])
        expect(await single.page.locator("[data-answer=battery] .value").innerText()).toBe("2.56 mAh a day")
        expect(await report.page.locator("[data-answer=battery]").innerText()).toContain("--cell 18650")
    })

    test("has its warnings with their advice below the answers, those of one kind in one", async () => {
        const lost = measured[0]?.run.warnings[0]
        if (lost === undefined) throw new Error("the made-up run has no warning")
        const many = Array.from({ length: 30 }, (_, n) => ({ ...lost, wake: n + 1 }))
        await using report = await openReport(browser, [
            { name: "many.json", run: { ...syntheticRun(), warnings: many } },
        ])
        const { page } = report
        expect(await page.locator(".warnings > ul > li").count()).toBe(1)
        const text = await page.locator(".warnings").innerText()
        expect(text).toContain("Plug the meter into a port of its own.")
        expect(text).toContain("29 more of this kind")
    })

    test("zooms by dragging, by its buttons and by keys, and tells what it shows", async () => {
        await using report = await openReport(browser, measured)
        const { page } = report
        expect(await shown(page, "Wakes")).toBe("wake 1, full")
        await page.locator(".stage").first().scrollIntoViewIfNeeded()
        const box = await page.locator(".u-over").first().boundingBox()
        if (box === null) throw new Error("there is no plot")
        await page.mouse.move(box.x + box.width * 0.4, box.y + 60)
        await page.mouse.down()
        await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 })
        await page.mouse.up()
        const dragged = await shown(page, "Shown")
        expect(dragged).toMatch(/^2[45]\d ms from/) // a fifth of 1.28 s
        await page.getByRole("button", { name: "Zoom in" }).click()
        expect(await shown(page, "Shown")).toMatch(/^12\d ms from/)
        await page.locator(".stage").first().focus()
        await page.keyboard.press("-")
        expect(await shown(page, "Shown")).toBe(dragged)
        await page.keyboard.press("ArrowRight")
        expect(await shown(page, "Shown")).not.toBe(dragged)
        await page.keyboard.press("0")
        expect(await shown(page, "Wakes")).toBe("24, from wake 1 to 24: 12 full, 12 resumed")
        await page.getByLabel("Wake to show").selectOption({ label: "Wake 2, resumed" })
        expect(await shown(page, "Wakes")).toBe("wake 2, resumed")
        expect(report.complaints).toEqual([])
    })

    test("gives a zoomed window's mean, charge and energy as its samples have them", async () => {
        const run = syntheticRun()
        await using report = await openReport(browser, [{ name: "measured.json", run }])
        const { page } = report
        await page.locator(".stage").first().focus()
        await page.keyboard.press("0")
        const wholeUa =
            (run.samples?.meanUa ?? []).reduce((sum, value) => sum + value, 0) / (run.samples?.meanUa.length ?? 1)
        const wholeUc = wholeUa * run.durationS
        expect(await shown(page, "Mean")).toBe(current(wholeUa))
        expect(await shown(page, "Charge")).toBe(charge(wholeUc))
        expect(await shown(page, "Energy")).toBe(energy(wholeUc * 3.3))
        expect(await says(page)).toBe("Energy: charge times 3.3 V.")
        for (let n = 0; n < 8; n++) await page.keyboard.press("+")
        expect(await says(page)).toMatch(/^The page has blocks of .* exact to/)
        expect(report.complaints).toEqual([])
    })

    test("moves by one finger and zooms by two", async () => {
        await using report = await openReport(browser, measured, {
            hasTouch: true,
            viewport: { width: 360, height: 640 },
        })
        const { page } = report
        await page.locator(".stage").first().scrollIntoViewIfNeeded()
        const box = await page.locator(".u-over").first().boundingBox()
        if (box === null) throw new Error("there is no plot")
        const wire = await page.context().newCDPSession(page)
        const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...shares: number[]) =>
            wire.send("Input.dispatchTouchEvent", {
                type,
                touchPoints: shares.map((share, id) => ({ id, x: box.x + box.width * share, y: box.y + 60 })),
            })
        const lengthMs = async () =>
            Number.parseFloat(await shown(page, "Shown")) *
            ((await shown(page, "Shown")).includes(" s from") ? 1000 : 1)
        const first = await shown(page, "Shown")
        const before = await lengthMs()
        await touch("touchStart", 0.8)
        await touch("touchMove", 0.3)
        await touch("touchEnd")
        const moved = await shown(page, "Shown")
        expect(moved).not.toBe(first)
        expect(await lengthMs()).toBeCloseTo(before, -1)
        await touch("touchStart", 0.4, 0.6)
        await touch("touchMove", 0.3, 0.7)
        await touch("touchEnd")
        expect((await lengthMs()) / before).toBeCloseTo(0.5, 1)
        expect(report.complaints).toEqual([])
    })

    test("shows a million samples and loses no peak of them", async () => {
        const spikeUa = 777_000
        const big = [{ name: "big.json", run: syntheticRun({ blocks: 1_000_000, wakes: 100, spikeUa }) }]
        await using report = await openReport(browser, big)
        const { page } = report
        await page.getByRole("button", { name: "Show all of it" }).click()
        expect(await shown(page, "Peak")).toBe("777 mA")
        expect(await inkShare(page)).toBeGreaterThan(0.3)
        for (let n = 0; n < 12; n++) await page.getByRole("button", { name: "Zoom in" }).click()
        expect(await shown(page, "Shown")).toMatch(/^\d+(\.\d+)? ms from/)
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
        expect(await page.locator(".says").nth(1).innerText()).toMatch(/boot .* ms at .* mA, wifi/)
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

    test("has no text of less than 11 pixels, however small the page", async () => {
        const both = [
            { name: "run.json", run: estimatedRun() },
            { name: "run.json", run: syntheticRun() },
        ]
        for (const width of [360, 1280]) {
            await using report = await openReport(browser, both, { viewport: { width, height: 700 } })
            const { small, texts } = await report.page.evaluate(textSizes)
            expect(texts).toBeGreaterThan(300)
            expect(small, `${width} pixels`).toEqual([])
        }
    })

    test("has something under each heading, whatever a run lacks", async () => {
        for (const run of [bareRun("unknown"), bareRun("failed"), bareRun("full"), estimatedRun(), fullRun]) {
            await using report = await openReport(browser, [
                { name: "a.json", run },
                { name: "b.json", run: syntheticRun() },
            ])
            const empty = await report.page.locator("h1, h2, h3").evaluateAll((heads) =>
                heads
                    .filter((head) => {
                        const next = head.nextElementSibling
                        if (next === null) return head.tagName !== "H1"
                        const shown =
                            (next.textContent ?? "").trim() !== "" || next.querySelector("canvas, svg") !== null
                        return !shown || /^H[123]$/.test(next.tagName)
                    })
                    .map((head) => head.textContent),
            )
            expect(empty).toEqual([])
            expect(report.complaints).toEqual([])
        }
    })

    test("says unknown of a run without phases, and nowhere 0 µJ", async () => {
        await using report = await openReport(browser, [{ name: "bare.json", run: bareRun("full") }])
        const text = await report.page.locator("main").innerText()
        expect(text).not.toMatch(/(?<![\d.])0 [µm]?J/)
        expect(text).toContain("Unknown: no wake tells its phases.")
        expect(await report.page.locator("table.wakes tbody tr").first().innerText()).toContain("unknown")
    })

    test("has a page for a device that only slept", async () => {
        const { battery: _, ...run } = fullRun
        const asleep = { ...run, wakes: [], sleepCurrent: leaky }
        await using report = await openReport(browser, [{ name: "asleep.json", run: asleep }])
        expect(await report.page.locator("[data-answer=sleep]").innerText()).toContain("1.20 mA")
        expect(await report.page.locator("[data-answer=wake] .value").innerText()).toBe("unknown")
        expect(await report.page.locator("h2").allInnerTexts()).not.toContain("All wakes")
        expect(report.complaints).toEqual([])
    })

    test("leaves wakes without phases out of the means of phases", async () => {
        const run = syntheticRun()
        const [first, second, ...others] = run.wakes
        if (first === undefined || second === undefined) throw new Error("the made-up run has too few wakes")
        const wakes = [{ ...first, phases: [] }, { ...second, phases: [] }, ...others]
        await using whole = await openReport(browser, [{ name: "a.json", run: { ...run, wakes: others } }])
        await using mixed = await openReport(browser, [{ name: "a.json", run: { ...run, wakes } }])
        const titles = (page: Page) => page.locator(".bar-title:has(+ .bar)").allTextContents()
        expect(await titles(mixed.page)).toEqual(await titles(whole.page))
        expect(await mixed.page.locator("main").innerText()).toContain("2 wakes tell no phases and are left out.")
    })

    test("takes the cell that an estimate names for its battery, each estimate its own", async () => {
        const cells = ["18650", "cr123a"]
        const runs = cells.map((cell) => ({ name: "run.json", run: estimatedRun(cell) }))
        await using report = await openReport(browser, [...runs, ...measured])
        const texts = await report.page.locator("[data-answer=battery]").allInnerTexts()
        expect(texts[0]).toContain("18650")
        expect(texts[1]).toContain("CR123A")
        expect(await report.page.locator("h2", { hasText: "Battery life" }).allInnerTexts()).toEqual([
            "Battery life: run.json (estimated)",
            "Battery life: run.json (estimated), no. 2",
            "Battery life: measured.json (measured)",
        ])
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
        const lines = await page.evaluate(() => {
            const canvas = document.querySelector("canvas")
            const { data = [] } = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? {}
            let found = 0
            for (let at = 0; at < data.length; at += 4)
                if (data[at] === 22 && data[at + 1] === 50 && data[at + 2] === 79) found++
            return found
        })
        expect(lines, "the current's line in its dark colour, for white paper").toBeGreaterThan(100)
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
        expect(await page.locator("[data-answer=saving]").innerText()).toMatch(/range: \d+\.\d mJ to \d+\.\d mJ/)
        await page.getByText("Every input and its source").click()
        expect(await page.locator("main").innerText()).toContain("ESP32-C3 Series Datasheet v2.4")
        expect(report.complaints).toEqual([])
    })

    test("sets other ways beside the estimate: their costs, and which is cheapest at which interval", async () => {
        const run = estimatedRun()
        if (run.estimate === undefined) throw new Error("the estimate has no results")
        const range = (typical: number) => ({ low: typical * 0.8, typical, high: typical * 1.5 })
        const way = { source: "a table", batteryYears: range(2), lessThanResumed: [], crossingMs: null }
        const [shortest, border, longest] = [1000, 76_000, 604_800_000]
        const alternatives = [
            { ...way, name: "resumed-tls1.3", title: "resumed, TLS 1.3", inWarmhello: true, reportUj: range(155_000) },
            {
                ...{ ...way, name: "light-sleep-dtim10", title: "light sleep, DTIM 10", inWarmhello: false },
                ...{ reportUj: range(1_020_000), crossingMs: range(border) },
                lessThanResumed: [{ fromMs: shortest, toMs: border }],
            },
        ]
        const cheapest = [
            { fromMs: shortest, toMs: border, name: "light-sleep-dtim10" },
            { fromMs: border, toMs: longest, name: "resumed-tls1.3" },
        ]
        const compared = { ...run, estimate: { ...run.estimate, alternatives, cheapest, cheapestHere: cheapest } }
        await using report = await openReport(browser, [{ name: "ways.json", run: compared }])
        const { page } = report
        expect(await page.locator(".way").allInnerTexts()).toEqual([
            "resumed, TLS 1.3: 155 mJ (124 mJ to 233 mJ)",
            "light sleep, DTIM 10: 1.02 J (816 mJ to 1.53 J) *",
        ])
        expect(await page.locator("ul.cheapest").first().locator("li").allInnerTexts()).toEqual([
            "below 76 s: light sleep, DTIM 10",
            "from 76 s: resumed, TLS 1.3",
        ])
        expect(await page.locator("table", { hasText: "first turns at" }).textContent()).toContain("below 76 s")
        expect((await page.evaluate(textSizes)).small).toEqual([])
        expect(report.complaints).toEqual([])
    })

    test("never averages what was estimated with what was measured", async () => {
        await using report = await openReport(browser, [{ name: "estimated.json", run: estimatedRun() }, ...measured])
        const { page } = report
        const titles = await page.locator(".bar-title:has(+ .bar)").allTextContents()
        expect(titles.map((title) => title.replace(/: .* \(/, " ("))).toEqual([
            "estimated.json (estimated), full (1 wake)",
            "estimated.json (estimated), resumed (1 wake)",
            "measured.json (measured), full (mean of 12 wakes)",
            "measured.json (measured), resumed (mean of 12 wakes)",
        ])
        expect(await page.locator(".answers").count()).toBe(2)
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
/** Down to the dots of all wakes; the rest is tables and one more plot. */
const TOP = { x: 0, y: 0, width: 1100, height: 2440 }
const MOST_DIFFERENT_SHARE = 0.01
const noGolden = whyNoGolden()

describe.skipIf(noGolden !== undefined)("the golden screenshot", () => {
    test("is what the page looks like: test/report/golden/report.md says what was checked on it", async () => {
        const browser = await launch()
        try {
            await using report = await openReport(browser, full)
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

// The page in a real browser: it follows what is reported, and text from reports stays text.
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { launch, whyNoBrowser } from "../report/browser.js"
import { failed, full, RunningFleet, resumed } from "./programs.js"

const missing = whyNoBrowser()

describe.skipIf(missing !== undefined)("the page of a fleet", () => {
    let browser: Browser
    let fleet: RunningFleet
    let page: Page
    const complaints: string[] = []
    const asked = new Set<string>()

    beforeAll(async () => {
        browser = await launch()
        fleet = await RunningFleet.start()
        page = await (await browser.newContext({ viewport: { width: 1000, height: 900 } })).newPage()
        page.on("console", (message) => {
            if (["error", "warning"].includes(message.type())) complaints.push(message.text())
        })
        page.on("pageerror", (error) => complaints.push(error.message))
        page.on("request", (request) => asked.add(new URL(request.url()).origin))
        await page.goto(fleet.page)
        await page.waitForSelector("#fleet[data-reports]")
    })
    afterAll(async () => {
        await browser?.close()
        await fleet?.end("SIGKILL")
    })

    const shows = (reports: number) => page.waitForSelector(`#fleet[data-reports="${reports}"]`)
    const text = async (selector: string) => (await page.locator(selector).innerText()).replaceAll(/\s+/g, " ")

    test("says what to do before there is a report", async () => {
        expect(await text("h1")).toBe("No wake was reported yet")
        expect(await text("#fleet")).toContain("warmhello simulate --report")
    })

    test("shows reports as they come, without being loaded anew", async () => {
        for (let n = 0; n < 3; n++) await fleet.post("porch", JSON.stringify({ ...full, server: "mq.example" }))
        for (let n = 0; n < 7; n++) await fleet.post("attic", JSON.stringify(resumed))
        await fleet.post("shed", JSON.stringify(failed))
        await fleet.post("shed", JSON.stringify(failed))
        await shows(12)
        expect(await text("h1")).toBe("70 % of the wakes that opened resumed")
        expect(await text("#causes")).toMatch(/refused full 3 60 % the stored session was offered and the server chose/)
        expect(await text("#causes")).toMatch(/connection-refused failed 2 40 % the server refuses connections/)
        expect(await text("#outliers")).toMatch(/shed fails each wake 2 connection-refused/)
        expect(await text("#outliers")).toMatch(/porch makes a full handshake each wake 3 refused/)
        expect(await text("#outliers")).not.toContain("attic")
        expect(await page.locator(".u-legend").innerText()).toContain("resumed")
        expect(await page.locator("canvas").boundingBox()).toMatchObject({ height: 260 })
    })

    test("draws the share over time: the line of the resumed ones is in the picture", async () => {
        const drawn = await page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
            const { data } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(
                0,
                0,
                canvas.width,
                canvas.height,
            )
            const [r, g, b] = [0x18, 0x64, 0xab] // --resumed
            return data.some((value, at) => at % 4 === 0 && value === r && data[at + 1] === g && data[at + 2] === b)
        })
        expect(drawn).toBe(true)
    })

    test("sets what devices send as text alone", async () => {
        const name = '<img src=x onerror="document.title=1">'
        for (let n = 0; n < 2; n++) await fleet.post(name, JSON.stringify({ ...failed, firmware: "<b>1</b>" }))
        await shows(14)
        expect(await text("#outliers")).toContain(name)
        expect(await page.locator("#outliers img, #fleet b").count()).toBe(0)
        expect(await page.title()).toBe("Fleet: which wakes resume, and why not")
    })

    test("asks no other server, fits a telephone, and complains of nothing", async () => {
        await page.setViewportSize({ width: 360, height: 700 })
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
        expect([...asked]).toEqual([fleet.page])
        expect(complaints).toEqual([])
    })

    test("says when nobody answers any more, and keeps what it had", async () => {
        await fleet.end()
        await page.getByRole("status").getByText("does not answer").waitFor()
        expect(await text("h1")).toContain("70 %")
    })
})

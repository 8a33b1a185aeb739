// Debian's Chromium, driven by playwright-core, with a report loaded from a file.
import { existsSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { TemporaryFolder } from "#warmhello/base/temporary.js"
import { reportHtml } from "#warmhello/report/html.js"
import type { PageStorm } from "#warmhello/report/page-data.js"
import type { Run } from "#warmhello/run/run.js"
import { skipped } from "../support/needs.js"

const CHROMIUM = process.env.WARMHELLO_CHROMIUM ?? "/usr/bin/chromium"
const LIBERATION = "/usr/share/fonts/truetype/liberation"

/** Why there is no browser to test in, or undefined. */
export const whyNoBrowser = (): string | undefined =>
    existsSync(CHROMIUM)
        ? undefined
        : skipped("there is no chromium (npm run setup -- --tests, or set WARMHELLO_CHROMIUM)")

/** Why a screenshot cannot be held against the golden one, or undefined. */
export const whyNoGolden = (): string | undefined =>
    existsSync(LIBERATION)
        ? whyNoBrowser()
        : skipped("the golden screenshot is set in Liberation Sans (npm run setup -- --tests)")

export function launch(): Promise<Browser> {
    // Chromium's own sandbox does not run as root.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : []
    return chromium.launch({ executablePath: CHROMIUM, args })
}

export interface OpenReport extends AsyncDisposable {
    page: Page
    /** Errors and warnings of the console, and exceptions. */
    complaints: string[]
    /** Addresses that the page asked for, other than itself. */
    requests: string[]
}

/** Opens a report of these runs. The time of its making is fixed, so that two pages of one run are alike. */
export async function openReport(
    browser: Browser,
    runs: readonly { name: string; run: Run }[],
    options: BrowserContextOptions = {},
    storms: readonly PageStorm[] = [],
): Promise<OpenReport> {
    const folder = new TemporaryFolder("report")
    const file = folder.write("report.html", reportHtml(runs, "2026-11-24T12:34:56Z", storms))
    const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options })
    const page = await context.newPage()
    const complaints: string[] = []
    const requests: string[] = []
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text())
    })
    page.on("pageerror", (error) => complaints.push(error.message))
    const url = pathToFileURL(file).href
    page.on("request", (request) => {
        if (request.url() !== url) requests.push(request.url())
    })
    await page.goto(url)
    await page.waitForSelector("#report[data-drawn]")
    return {
        ...{ page, complaints, requests },
        async [Symbol.asyncDispose]() {
            await context.close()
            folder[Symbol.dispose]()
        },
    }
}

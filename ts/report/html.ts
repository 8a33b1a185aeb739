// One page that needs nothing but itself: styles, program and data are inside, and its own policy forbids it
// to ask for anything else.
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { WarmhelloError } from "../base/errors.js"
import { checkoutPath } from "../base/paths.js"
import { type Phase, phases } from "../run/phases-and-causes.js"
import type { Run } from "../run/run.js"
import type { PackedSamples, PageData } from "./page-data.js"

/** Set-up makes it of ts/report/page. */
const PROGRAM = checkoutPath("build/report/page.js")
const require = createRequire(import.meta.url)
const STYLES = [require.resolve("uplot/dist/uPlot.min.css"), checkoutPath("ts/report/page/style.css")]

export interface NamedRun {
    name: string
    run: Run
}

export const escapeHtml = (text: string): string =>
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** JSON that no text in it can end early: there is no "<" left, and no line end that only some know. */
export const inlineJson = (value: unknown): string =>
    JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")

const pack = (values: readonly number[]): string => Buffer.from(Float32Array.from(values).buffer).toString("base64")

function packSamples(samples: Run["samples"]): PackedSamples | null {
    if (samples === null) return null
    const { blockMs, startS, meanUa, minUa, maxUa } = samples
    return { blockMs, startS, meanUa: pack(meanUa), minUa: pack(minUa), maxUa: pack(maxUa) }
}

/** Runs that are told apart: by their origin where they differ in it, by a number where they are still alike. */
function labelled(runs: readonly NamedRun[]): NamedRun[] {
    const origins = new Set(runs.map(({ run }) => run.origin))
    const seen = new Map<string, number>()
    return runs.map(({ name, run }) => {
        const label = origins.size > 1 ? `${name} (${run.origin})` : name
        const count = (seen.get(label) ?? 0) + 1
        seen.set(label, count)
        return { name: count === 1 ? label : `${label}, no. ${count}`, run }
    })
}

function pageData(runs: readonly NamedRun[], createdAt: string): PageData {
    return {
        runs: labelled(runs).map(({ name, run: { samples, ...run } }) => ({
            name,
            run,
            samples: packSamples(samples),
        })),
        phases: (Object.keys(phases) as Phase[]).map((phase) => ({ phase, meaning: phases[phase].meaning })),
        createdAt,
    }
}

function part(file: string): string {
    if (existsSync(file)) return readFileSync(file, "utf8")
    throw new WarmhelloError("not-built", `${file} is missing: the report's page is not built`)
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

function titleOf(runs: readonly NamedRun[]): string {
    const boards = [...new Set(runs.map(({ run }) => run.board))].join(", ")
    return `Energy per reconnect: ${boards}`
}

export function reportHtml(runs: readonly NamedRun[], createdAt = new Date().toISOString()): string {
    if (runs.length === 0) throw new WarmhelloError("nothing-to-report", "no run.json was given")
    const empty = runs.find(({ run }) => run.wakes.length === 0 && run.sleepCurrent === undefined)
    if (empty !== undefined) {
        const why = empty.run.warnings[0]?.message
        const message = `${empty.name} has no wake in it${why === undefined ? "" : `: ${why}`}`
        throw new WarmhelloError("nothing-to-report", message)
    }
    const style = STYLES.map(part).join("\n")
    const program = part(PROGRAM)
    const policy = [
        "default-src 'none'",
        `script-src ${hashOf(program)}`,
        `style-src ${hashOf(style)}`,
        "base-uri 'none'",
        "form-action 'none'",
    ].join("; ")
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(titleOf(runs))}</title>
<style>${style}</style>
</head>
<body>
<noscript>This report draws itself with a program that is inside of it; allow it to run. It asks for nothing from the network.</noscript>
<main id="report"></main>
<script type="application/json" id="data">${inlineJson(pageData(runs, createdAt))}</script>
<script>${program}</script>
</body>
</html>
`
}

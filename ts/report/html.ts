// Runs as one page that needs nothing but itself.
import { WarmhelloError } from "../base/errors.js"
import { type Phase, phases } from "../run/phases-and-causes.js"
import type { Run } from "../run/run.js"
import type { PackedSamples, PageData, PageStorm } from "./page-data.js"
import { pageHtml } from "./page-html.js"

export interface NamedRun {
    name: string
    run: Run
}

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

function pageData(runs: readonly NamedRun[], storms: readonly PageStorm[], createdAt: string): PageData {
    return {
        runs: labelled(runs).map(({ name, run: { samples, ...run } }) => ({
            name,
            run,
            samples: packSamples(samples),
        })),
        storms: [...storms],
        phases: (Object.keys(phases) as Phase[]).map((phase) => ({ phase, meaning: phases[phase].meaning })),
        createdAt,
    }
}

function titleOf(runs: readonly NamedRun[]): string {
    if (runs.length === 0) return "Reconnect storm"
    const boards = [...new Set(runs.map(({ run }) => run.board))].join(", ")
    return `Energy per reconnect: ${boards}`
}

export function reportHtml(
    runs: readonly NamedRun[],
    createdAt = new Date().toISOString(),
    storms: readonly PageStorm[] = [],
): string {
    if (runs.length + storms.length === 0) throw new WarmhelloError("nothing-to-report", "no run.json was given")
    const empty = runs.find(({ run }) => run.wakes.length === 0 && run.sleepCurrent === undefined)
    if (empty !== undefined) {
        const why = empty.run.warnings[0]?.message
        const message = `${empty.name} has no wake in it${why === undefined ? "" : `: ${why}`}`
        throw new WarmhelloError("nothing-to-report", message)
    }
    return pageHtml({
        title: titleOf(runs),
        style: "ts/report/page/style.css",
        program: "build/report/page.js",
        root: "report",
        data: pageData(runs, storms, createdAt),
        noscript:
            "This report draws itself with a program that is inside of it; allow it to run. It asks for nothing from the network.",
    })
}

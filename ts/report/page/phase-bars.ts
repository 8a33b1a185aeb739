// Energy by phase: one bar for full wakes, one for those that resumed, to the same scale.
import type { Phase } from "../../run/phases-and-causes.js"
import { energy, percent, time } from "../../run/units.js"
import type { PageData } from "../page-data.js"
import { figure, h, svg, table } from "./dom.js"
import { labelOn, phaseColours } from "./palette.js"
import { responsive } from "./responsive.js"
import { type Group, groupsOf, meanPhase, orUnknown, phased } from "./stats.js"

interface Bar extends Group {
    parts: { phase: Phase; energyUj: number }[]
    totalUj: number
}

const BAR_HEIGHT = 46
const LABEL_MARGIN = 16
const LETTER = 7.5

function barOf(group: Group, phases: readonly Phase[]): Bar[] {
    const wakes = phased(group.wakes)
    if (wakes.length === 0) return []
    const parts = phases
        .map((phase) => ({ phase, energyUj: Math.max(0, meanPhase(wakes, phase) ?? 0) }))
        .filter(({ energyUj }) => energyUj > 0)
    return [{ ...group, wakes, parts, totalUj: parts.reduce((sum, { energyUj }) => sum + energyUj, 0) }]
}

function drawBar(bar: Bar, width: number, longestUj: number): SVGSVGElement {
    const parts = bar.parts.map(({ phase, energyUj }) => `${phase} ${energy(energyUj)}`).join(", ")
    const chart = svg("svg", {
        ...{ class: "bars", width, height: BAR_HEIGHT, viewBox: `0 0 ${width} ${BAR_HEIGHT}`, role: "img" },
        "aria-label": `Energy of a wake by phase, ${bar.title}: ${parts}`,
    })
    let x = 0
    for (const { phase, energyUj } of bar.parts) {
        const partWidth = (energyUj / longestUj) * width
        const share = percent(energyUj / bar.totalUj)
        const shape = { x, y: 0, width: Math.max(0.5, partWidth - 1), height: BAR_HEIGHT, fill: phaseColours[phase] }
        const title = svg("title", {}, `${phase}: ${energy(energyUj)}, ${share}`)
        chart.append(svg("rect", { ...shape, "data-phase": phase }, title))
        const label = `${phase} ${share}`
        if (partWidth > label.length * LETTER + LABEL_MARGIN) {
            const place = { x: x + 8, y: 28, class: "bar-label", fill: labelOn(phaseColours[phase]) }
            chart.append(svg("text", place, label))
        }
        x += partWidth
    }
    return chart
}

function titleOf({ title, totalUj, wakes }: Bar): string {
    return `${title}: ${energy(totalUj)} (${wakes.length === 1 ? "1 wake" : `mean of ${wakes.length} wakes`})`
}

function legend(bars: readonly Bar[]): HTMLElement {
    const shown = new Set(bars.flatMap(({ parts }) => parts.map(({ phase }) => phase)))
    const items = [...shown].map((phase) => {
        const swatch = svg("svg", { class: "swatch", width: 14, height: 14, "aria-hidden": "true" })
        swatch.append(svg("rect", { width: 14, height: 14, rx: 3, fill: phaseColours[phase] }))
        return h("li", {}, swatch, phase)
    })
    return h("ul", { class: "legend" }, ...items)
}

function phaseTable(bars: readonly Bar[], data: PageData): HTMLTableElement {
    const head = [
        "phase",
        ...bars.flatMap(({ title }) => [`${title}: time`, `${title}: energy`, `${title}: share`]),
        "what it is",
    ]
    const rows = data.phases
        .filter(({ phase }) => phase !== "sleep")
        .map(({ phase, meaning }) => [
            phase,
            ...bars.flatMap(({ wakes, totalUj }) => {
                const energyUj = meanPhase(wakes, phase)
                const share = energyUj === undefined || totalUj <= 0 ? undefined : energyUj / totalUj
                return [
                    orUnknown(meanPhase(wakes, phase, "durationMs"), time),
                    orUnknown(energyUj, energy),
                    orUnknown(share, percent),
                ]
            }),
            meaning,
        ])
    return table(head, rows, "Means of time and energy by phase")
}

/** How many wakes the bars leave out. */
function leftOut(groups: readonly Group[]): string {
    const without = groups.reduce((sum, { wakes }) => sum + wakes.length - phased(wakes).length, 0)
    if (without === 0) return ""
    return without === 1
        ? " One wake tells no phases and is left out."
        : ` ${without} wakes tell no phases and are left out.`
}

export function phaseBars(data: PageData): HTMLElement {
    const phases = data.phases.map(({ phase }) => phase).filter((phase) => phase !== "sleep")
    const groups = groupsOf(data.runs)
    const bars = groups.flatMap((group) => barOf(group, phases)).filter(({ totalUj }) => totalUj > 0)
    if (bars.length === 0) {
        const why =
            "Unknown: no wake tells its phases. A log of the device beside the current (--log-port), or its pins wired to the meter, tell them."
        return h("section", {}, h("h2", {}, "Energy by phase"), h("p", { class: "lead" }, why))
    }
    const longestUj = Math.max(...bars.map(({ totalUj }) => totalUj))
    const rows = bars.flatMap((bar) => [
        h("p", { class: "bar-title" }, titleOf(bar)),
        responsive(h("div", { class: "bar" }), (width) => drawBar(bar, width, longestUj)),
    ])
    const lead = `What a wake takes in the mean, without the sleep after it. All bars have one scale.${leftOut(groups)}`
    return figure("Energy by phase", lead, h("div", {}, ...rows, legend(bars)), phaseTable(bars, data))
}

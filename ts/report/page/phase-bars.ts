// Energy by phase: one bar for full wakes, one for those that resumed, to the same scale.
import { mean } from "../../base/statistics.js"
import type { Phase } from "../../run/phases-and-causes.js"
import { energy, percent, time } from "../../run/units.js"
import type { PageData } from "../page-data.js"
import { figure, h, svg, table } from "./dom.js"
import { labelOn, phaseColours } from "./palette.js"
import { type Group, groupsOf, meanEnergyUj, phaseOf } from "./stats.js"

interface Bar extends Group {
    parts: { phase: Phase; energyUj: number }[]
    totalUj: number
}

const WIDTH = 1000
const BAR_HEIGHT = 46
const GAP = 88
const TOP = 26

function barOf(group: Group, phases: readonly Phase[]): Bar {
    const parts = phases
        .map((phase) => ({ phase, energyUj: Math.max(0, meanEnergyUj(group.wakes, phase)) }))
        .filter(({ energyUj }) => energyUj > 0)
    return { ...group, parts, totalUj: parts.reduce((sum, { energyUj }) => sum + energyUj, 0) }
}

function drawBar(bar: Bar, index: number, scale: number): SVGGElement {
    const y = TOP + index * GAP
    const group = svg("g")
    const count = bar.wakes.length === 1 ? "1 wake" : `mean of ${bar.wakes.length} wakes`
    group.append(svg("text", { x: 0, y: y - 8, class: "bar-title" }, `${bar.title}: ${energy(bar.totalUj)} (${count})`))
    let x = 0
    for (const { phase, energyUj } of bar.parts) {
        const width = energyUj * scale
        const share = percent(energyUj / bar.totalUj)
        group.append(
            svg(
                "rect",
                {
                    x,
                    y,
                    width: Math.max(0.5, width - 1),
                    height: BAR_HEIGHT,
                    fill: phaseColours[phase],
                    "data-phase": phase,
                },
                svg("title", {}, `${phase}: ${energy(energyUj)}, ${share}`),
            ),
        )
        if (width > 78)
            group.append(
                svg(
                    "text",
                    { x: x + 8, y: y + 28, class: "bar-label", fill: labelOn(phaseColours[phase]) },
                    `${phase} ${share}`,
                ),
            )
        x += width
    }
    return group
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
                const energyUj = meanEnergyUj(wakes, phase)
                const durationMs = mean(wakes.map((wake) => phaseOf(wake, phase)?.durationMs ?? 0))
                return [time(durationMs), energy(energyUj), percent(totalUj > 0 ? energyUj / totalUj : 0)]
            }),
            meaning,
        ])
    return table(head, rows, "Means of time and energy by phase")
}

export function phaseBars(data: PageData): HTMLElement {
    const phases = data.phases.map(({ phase }) => phase).filter((phase) => phase !== "sleep")
    const bars = groupsOf(data.runs).map((group) => barOf(group, phases))
    const longest = Math.max(...bars.map(({ totalUj }) => totalUj))
    const scale = longest > 0 ? WIDTH / longest : 0
    const text = bars.map((bar) => `${bar.title} ${energy(bar.totalUj)}`).join("; ")
    const height = TOP + (bars.length - 1) * GAP + BAR_HEIGHT + 4
    const chart = svg("svg", {
        class: "bars",
        viewBox: `0 0 ${WIDTH} ${height}`,
        role: "img",
        "aria-label": `Energy of a wake by phase: ${text}`,
    })
    chart.append(...bars.map((bar, index) => drawBar(bar, index, scale)))
    const lead = "What a wake takes in the mean, without the sleep after it. All bars have one scale."
    return figure("Energy by phase", lead, h("div", {}, chart, legend(bars)), phaseTable(bars, data))
}

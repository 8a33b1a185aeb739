// Every wake as a dot, by what it took: how much wakes of one kind differ, and whether the two kinds do.
import { quantile } from "../../base/statistics.js"
import { energy } from "../../run/units.js"
import type { PageData } from "../page-data.js"
import { figure, h, svg, table } from "./dom.js"
import { resultColours } from "./palette.js"
import { responsive } from "./responsive.js"
import { linearTicks } from "./scale.js"
import { type Group, groupsOf, type Wake } from "./stats.js"

export const ROW = 56
const MIDDLE = ROW / 2
const MARGIN = 10
const AXIS = 24
/** Between two ticks. */
const TICK_WIDTH = 95

const rangeOf = (wake: Wake): [number, number] => wake.energyRangeUj ?? [wake.energyUj, wake.energyUj]

/** The same dots at the same places each time: no chance in a report. */
const jitter = (index: number): number => (((index * 0.618034) % 1) - 0.5) * 34

export interface Scale {
    x: (energyUj: number) => number
    ticks: number[]
    width: number
}

function dotOf(wake: Wake, at: number, group: Group, { x }: Scale): SVGElement[] {
    const { result, wakes } = group
    const colour = resultColours[result]
    const [low, high] = rangeOf(wake)
    const y = wakes.length === 1 ? MIDDLE : MIDDLE + jitter(at)
    const look = { stroke: colour, "stroke-width": 3, opacity: 0.45, "stroke-linecap": "round" }
    const line = high > low ? [svg("line", { x1: x(low), x2: x(high), y1: y, y2: y, ...look })] : []
    const place = { cx: x(wake.energyUj), cy: y, r: wakes.length > 200 ? 2 : 5, fill: colour, class: "dot" }
    const title = svg("title", {}, `wake ${wake.n}: ${energy(wake.energyUj)}`)
    return [...line, svg("circle", { ...place, opacity: wakes.length > 20 ? 0.5 : 1 }, title)]
}

function boxOf(wakes: readonly Wake[], { x }: Scale): SVGElement[] {
    if (wakes.length <= 3) return []
    const energies = wakes.map(({ energyUj }) => energyUj)
    const [q1 = 0, q2 = 0, q3 = 0] = [0.25, 0.5, 0.75].map((share) => x(quantile(energies, share)))
    return [
        svg("rect", { x: q1, y: MIDDLE - 22, width: Math.max(1, q3 - q1), height: 44, rx: 3, class: "box" }),
        svg("line", { x1: q2, x2: q2, y1: MIDDLE - 24, y2: MIDDLE + 24, class: "median" }),
    ]
}

export const gridOf = ({ x, ticks }: Scale): SVGElement[] =>
    ticks.map((tick) => svg("line", { x1: x(tick), x2: x(tick), y1: 0, y2: ROW, class: "grid" }))

function rowOf(group: Group, scale: Scale): HTMLElement {
    const label = `Energy of each wake: ${group.wakes.length} ${group.title}`
    const chart = svg(
        "svg",
        {
            class: "strip",
            width: scale.width,
            height: ROW,
            viewBox: `0 0 ${scale.width} ${ROW}`,
            role: "img",
            "aria-label": label,
        },
        ...gridOf(scale),
        ...group.wakes.flatMap((wake, at) => dotOf(wake, at, group, scale)),
        ...boxOf(group.wakes, scale),
    )
    return h("div", {}, h("p", { class: `bar-title ink-${group.result}` }, group.title), chart)
}

export function axisOf({ x, ticks, width }: Scale): SVGSVGElement {
    const anchor = (tick: number) => {
        if (x(tick) < TICK_WIDTH / 3) return "start"
        return x(tick) > width - TICK_WIDTH / 3 ? "end" : "middle"
    }
    const labels = ticks.map((tick) =>
        svg(
            "text",
            { x: x(tick), y: 16, class: "axis-label", "text-anchor": anchor(tick) },
            tick === 0 ? "0" : energy(tick),
        ),
    )
    return svg(
        "svg",
        { class: "axis", width, height: AXIS, viewBox: `0 0 ${width} ${AXIS}`, "aria-hidden": "true" },
        ...labels,
    )
}

export function scaleOf(ends: readonly number[], width: number): Scale {
    const most = Math.max(...ends, 1) * 1.05
    const least = Math.min(0, ...ends)
    const x = (value: number) => MARGIN + ((value - least) / (most - least)) * (width - 2 * MARGIN)
    return { x, width, ticks: linearTicks(least, most, Math.max(2, Math.floor(width / TICK_WIDTH))) }
}

function drawAll(groups: readonly Group[], width: number): HTMLElement {
    const ends = groups.flatMap(({ wakes }) => wakes.flatMap(rangeOf))
    const scale = scaleOf(ends, width)
    return h("div", {}, ...groups.map((group) => rowOf(group, scale)), axisOf(scale))
}

function numbers(groups: readonly Group[]): HTMLTableElement {
    const words = (wakes: readonly Wake[]) =>
        [0, 0.25, 0.5, 0.75, 1].map((share) =>
            energy(
                quantile(
                    wakes.map(({ energyUj }) => energyUj),
                    share,
                ),
            ),
        )
    return table(
        ["wakes", "number", "least", "lower quarter", "median", "upper quarter", "most"],
        groups.map(({ title, wakes }) => [title, String(wakes.length), ...words(wakes)]),
        "Energy of the wakes",
    )
}

export function distribution(data: PageData): HTMLElement[] {
    const groups = groupsOf(data.runs)
    if (groups.length === 0) return []
    const lead = [
        data.runs.some(({ run }) => run.origin === "measured")
            ? "A dot is a wake; a box holds the middle half, its line the median."
            : "",
        data.runs.some(({ run }) => run.origin === "estimated")
            ? "Of an estimate the line is what nine of ten draws of its inputs give."
            : "",
    ].join(" ")
    const chart = responsive(h("div", { class: "strips" }), (width) => drawAll(groups, width))
    return [figure("All wakes", lead, chart, numbers(groups))]
}

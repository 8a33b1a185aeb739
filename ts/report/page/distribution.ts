// Every wake as a dot, by what it took: how much wakes of one kind differ, and whether the two kinds do.
import { quantile } from "../../base/statistics.js"
import { energy } from "../../run/units.js"
import type { PageData } from "../page-data.js"
import { figure, svg, table } from "./dom.js"
import { resultColours } from "./palette.js"
import { linearTicks } from "./scale.js"
import { type Group, groupsOf, type Wake } from "./stats.js"

const WIDTH = 1000
const LEFT = 90
const ROW = 84
const TOP = 8
/** Letters that fit beside the dots. */
const MOST_BESIDE = 9

const rangeOf = (wake: Wake): [number, number] => wake.energyRangeUj ?? [wake.energyUj, wake.energyUj]

/** The same dots at the same places each time: no chance in a report. */
const jitter = (index: number): number => (((index * 0.618034) % 1) - 0.5) * 34

/** Beside its dots, or, when it is long, above them. */
function rowLabel({ title, result }: Group, middle: number): SVGTextElement {
    const y = title.length <= MOST_BESIDE ? middle + 5 : middle - 26
    return svg("text", { x: 0, y, class: `axis-label strong ink-${result}` }, title)
}

function drawRow(group: Group, index: number, x: (value: number) => number): SVGGElement {
    const { result, wakes } = group
    const middle = TOP + index * ROW + ROW / 2 + 4
    const energies = wakes.map(({ energyUj }) => energyUj)
    const [q1, q2, q3] = [0.25, 0.5, 0.75].map((share) => x(quantile(energies, share)))
    const colour = resultColours[result]
    const row = svg("g", {}, rowLabel(group, middle))
    for (const [at, wake] of wakes.entries()) {
        const [low, high] = rangeOf(wake)
        const y = wakes.length === 1 ? middle : middle + jitter(at)
        if (high > low)
            row.append(
                svg("line", {
                    x1: x(low),
                    x2: x(high),
                    y1: y,
                    y2: y,
                    stroke: colour,
                    "stroke-width": 3,
                    opacity: 0.45,
                    "stroke-linecap": "round",
                }),
            )
        row.append(
            svg(
                "circle",
                {
                    cx: x(wake.energyUj),
                    cy: y,
                    r: wakes.length > 200 ? 2 : 5,
                    fill: colour,
                    opacity: wakes.length > 20 ? 0.5 : 1,
                    class: "dot",
                },
                svg("title", {}, `wake ${wake.n}: ${energy(wake.energyUj)}`),
            ),
        )
    }
    if (wakes.length > 3) {
        row.append(
            svg("rect", {
                x: q1 ?? 0,
                y: middle - 22,
                width: Math.max(1, (q3 ?? 0) - (q1 ?? 0)),
                height: 44,
                rx: 3,
                class: "box",
            }),
        )
        row.append(svg("line", { x1: q2 ?? 0, x2: q2 ?? 0, y1: middle - 24, y2: middle + 24, class: "median" }))
    }
    return row
}

export function distribution(data: PageData): HTMLElement {
    const rows = groupsOf(data.runs)
    const ends = rows.flatMap(({ wakes }) => wakes.flatMap(rangeOf))
    const most = Math.max(...ends, 1) * 1.05
    const least = Math.min(0, ...ends)
    const x = (value: number) => LEFT + ((value - least) / (most - least)) * (WIDTH - LEFT - 20)
    const bottom = TOP + rows.length * ROW
    const chart = svg("svg", {
        class: "strip",
        viewBox: `0 0 ${WIDTH} ${bottom + 30}`,
        role: "img",
        "aria-label": `Energy of each wake: ${rows.map(({ title, wakes }) => `${wakes.length} ${title}`).join(", ")}`,
    })
    for (const tick of linearTicks(least, most, 6)) {
        chart.append(svg("line", { x1: x(tick), x2: x(tick), y1: TOP, y2: bottom, class: "grid" }))
        chart.append(
            svg(
                "text",
                { x: x(tick), y: bottom + 20, class: "axis-label", "text-anchor": "middle" },
                tick === 0 ? "0" : energy(tick),
            ),
        )
    }
    chart.append(...rows.map((row, index) => drawRow(row, index, x)))
    const words = (wakes: Wake[]) =>
        [0, 0.25, 0.5, 0.75, 1].map((share) =>
            energy(
                quantile(
                    wakes.map(({ energyUj }) => energyUj),
                    share,
                ),
            ),
        )
    const numbers = table(
        ["wakes", "number", "least", "lower quarter", "median", "upper quarter", "most"],
        rows.map(({ title, wakes }) => [title, String(wakes.length), ...words(wakes)]),
        "Energy of the wakes",
    )
    const lead = [
        data.runs.some(({ run }) => run.origin === "measured")
            ? "A dot is a wake; a box holds the middle half, its line the median."
            : "",
        data.runs.some(({ run }) => run.origin === "estimated")
            ? "Of an estimate the line is what nine of ten draws of its inputs give."
            : "",
    ].join(" ")
    return figure("All wakes", lead, chart, numbers)
}

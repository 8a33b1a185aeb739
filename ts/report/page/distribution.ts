// Every wake as a dot, by what it took: how much wakes of one kind differ, and whether the two kinds do.
import { energy } from "../../energy/words.js"
import type { PageData } from "../page-data.js"
import { figure, svg, table } from "./dom.js"
import { resultColours } from "./palette.js"
import { linearTicks } from "./scale.js"
import { quantile, type Result, type Wake, wakesOf } from "./stats.js"

const WIDTH = 1000
const LEFT = 90
const ROW = 84
const TOP = 8

interface Row {
    result: Result
    wakes: Wake[]
}

const rangeOf = (wake: Wake): [number, number] => wake.energyRangeUj ?? [wake.energyUj, wake.energyUj]

/** The same dots at the same places each time: no chance in a report. */
const jitter = (index: number): number => (((index * 0.618034) % 1) - 0.5) * 34

function drawRow({ result, wakes }: Row, index: number, x: (value: number) => number): SVGGElement {
    const middle = TOP + index * ROW + ROW / 2
    const energies = wakes.map(({ energyUj }) => energyUj)
    const [q1, q2, q3] = [0.25, 0.5, 0.75].map((share) => x(quantile(energies, share)))
    const colour = resultColours[result]
    const group = svg("g")
    group.append(svg("text", { x: 0, y: middle + 5, class: `axis-label strong ink-${result}` }, result))
    for (const [at, wake] of wakes.entries()) {
        const [low, high] = rangeOf(wake)
        const y = wakes.length === 1 ? middle : middle + jitter(at)
        if (high > low)
            group.append(
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
        group.append(
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
        group.append(
            svg("rect", {
                x: q1 ?? 0,
                y: middle - 22,
                width: Math.max(1, (q3 ?? 0) - (q1 ?? 0)),
                height: 44,
                rx: 3,
                class: "box",
            }),
        )
        group.append(svg("line", { x1: q2 ?? 0, x2: q2 ?? 0, y1: middle - 24, y2: middle + 24, class: "median" }))
    }
    return group
}

export function distribution(data: PageData): HTMLElement {
    const rows = (["full", "resumed", "failed", "unknown"] as const)
        .map((result) => ({ result, wakes: wakesOf(data.runs, result) }))
        .filter(({ wakes }) => wakes.length > 0)
    const ends = rows.flatMap(({ wakes }) => wakes.flatMap(rangeOf))
    const most = Math.max(...ends, 1) * 1.05
    const least = Math.min(0, ...ends)
    const x = (value: number) => LEFT + ((value - least) / (most - least)) * (WIDTH - LEFT - 20)
    const bottom = TOP + rows.length * ROW
    const chart = svg("svg", {
        class: "strip",
        viewBox: `0 0 ${WIDTH} ${bottom + 30}`,
        role: "img",
        "aria-label": `Energy of each wake: ${rows.map(({ result, wakes }) => `${wakes.length} ${result}`).join(", ")}`,
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
        ["result", "wakes", "least", "lower quarter", "median", "upper quarter", "most"],
        rows.map(({ result, wakes }) => [result, String(wakes.length), ...words(wakes)]),
        "Energy of the wakes",
    )
    const estimated = data.runs.some(({ run }) => run.origin === "estimated")
    const lead = estimated
        ? "A dot is an estimated wake, its line what nine of ten draws of the inputs give."
        : "A dot is a wake; the box holds the middle half, its line the median."
    return figure("All wakes", lead, chart, numbers)
}

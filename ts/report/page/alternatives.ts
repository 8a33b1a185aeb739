// Other ways to have a report arrive, beside the estimate's: what one takes, and from which interval on which is cheaper.
import { aboutTime, energy, type Stretch, spread, stretchWords, time } from "../../run/units.js"
import type { PageData, PageRun } from "../page-data.js"
import { lifeWords } from "./battery.js"
import { axisOf, gridOf, ROW, type Scale, scaleOf } from "./distribution.js"
import { figure, h, svg, table } from "./dom.js"
import { responsive } from "./responsive.js"

type Results = NonNullable<PageRun["run"]["estimate"]>
type Way = NonNullable<Results["alternatives"]>[number]
type Cheapest = NonNullable<Results["cheapest"]>

/** What `estimate --compare` looked at: no shorter interval, and no longer one. */
const lookedAt = (stretches: readonly Stretch[]): Stretch => ({
    fromMs: Math.min(...stretches.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...stretches.map(({ toMs }) => toMs)),
})

function drawWay(way: Way, scale: Scale): HTMLElement {
    const { title, inWarmhello, reportUj } = way
    const { x, width } = scale
    const middle = ROW / 2
    const colour = inWarmhello ? "var(--resumed)" : "var(--muted)"
    const name = `${title}: ${spread(reportUj, energy)}`
    const line = { y1: middle, y2: middle, stroke: colour, "stroke-width": 3, opacity: 0.45, "stroke-linecap": "round" }
    const chart = svg(
        "svg",
        {
            class: "strip cut",
            width,
            height: ROW / 2,
            viewBox: `0 ${ROW / 4} ${width} ${ROW / 2}`,
            role: "img",
            "aria-label": name,
        },
        ...gridOf(scale),
        svg("line", { x1: x(reportUj.low), x2: x(reportUj.high), ...line }),
        svg("circle", { cx: x(reportUj.typical), cy: middle, r: 5, fill: colour }),
    )
    return h("div", {}, h("p", { class: "bar-title way" }, inWarmhello ? name : `${name} *`), chart)
}

function drawWays(ways: readonly Way[], width: number): HTMLElement {
    const sorted = ways.toSorted((a, b) => a.reportUj.typical - b.reportUj.typical)
    const scale = scaleOf(
        sorted.map(({ reportUj }) => reportUj.high),
        width,
    )
    return h("div", {}, ...sorted.map((way) => drawWay(way, scale)), axisOf(scale))
}

function wayTable(ways: readonly Way[], looked: Stretch, reference: string): HTMLTableElement {
    const rows = ways.map((way) => [
        way.inWarmhello ? way.title : `${way.title} *`,
        spread(way.reportUj, energy),
        spread(way.batteryYears, lifeWords),
        way.lessThanResumed.map((one) => stretchWords(one, looked)).join(", ") ||
            (way.name === reference ? "-" : "never"),
        way.crossingMs === null ? "-" : spread(way.crossingMs, aboutTime),
        way.source,
    ])
    const head = [
        "way",
        "a report (range)",
        "the cell lasts (range)",
        "cheaper than resuming",
        "first turns at (range)",
        "source",
    ]
    return table(head, rows, "Other ways to have a report arrive")
}

/** Each stretch of intervals with its cheapest way. */
function cheapestList(title: string, stretches: Cheapest, ways: readonly Way[]): HTMLElement[] {
    if (stretches.length === 0) return []
    const looked = lookedAt(stretches)
    const titleOf = (name: string) => ways.find((way) => way.name === name)?.title ?? name
    const items = stretches.map((one) => h("li", {}, `${stretchWords(one, looked)}: ${titleOf(one.name)}`))
    return [h("h3", {}, title), h("ul", { class: "cheapest" }, ...items)]
}

export function alternatives({ runs }: PageData): HTMLElement[] {
    return runs.flatMap(({ name, run: { estimate } }) => {
        const ways = estimate?.alternatives ?? []
        if (estimate === undefined || ways.length === 0) return []
        const [here, all] = [estimate.cheapestHere ?? [], estimate.cheapest ?? []]
        const title = runs.length > 1 ? `Other ways: ${name}` : "Other ways to have a report arrive"
        const lead = `A report each ${time(estimate.sleepMs)}, the time until the next one included. A line is what nine of ten draws give. * marks what warmhello does not do.`
        const chart = h(
            "div",
            {},
            responsive(h("div", { class: "strips" }), (width) => drawWays(ways, width)),
            ...cheapestList(
                "By the time between reports, cheapest of warmhello's ways and a kept connection",
                here,
                ways,
            ),
            ...cheapestList("Cheapest of all", all, ways),
        )
        return [
            figure(
                title,
                lead,
                chart,
                wayTable(ways, lookedAt([...here, ...all]), `resumed-${estimate.protocol.toLowerCase()}`),
            ),
        ]
    })
}

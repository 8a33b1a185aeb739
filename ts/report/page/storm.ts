// Reconnect storms: what came of the devices second by second, and what the server paid for it.
import type { PageData, PageStorm } from "../page-data.js"
import { figure, h, scrollable, svg, table } from "./dom.js"
import { resultColours } from "./palette.js"
import { responsive } from "./responsive.js"
import { linearTicks } from "./scale.js"

type Storm = PageStorm["storm"]
type Sort = "full" | "resumed"

const sorts = ["full", "resumed"] as const
const HEIGHT = 180
const LEFT = 56
const BELOW = 24
/** Between two ticks of time. */
const TICK_WIDTH = 95

const inMs = (seconds: number | null | undefined): string =>
    seconds === null || seconds === undefined ? "-" : `${(1000 * seconds).toFixed(3)} ms`
const inSeconds = (seconds: number | null): string => (seconds === null ? "-" : `${seconds.toFixed(1)} s`)
const percent = (share: number | null): string => (share === null ? "-" : `${(100 * share).toFixed(1)} %`)

const words = (counts: Record<string, number>): string =>
    Object.entries(counts)
        .toSorted(([, a], [, b]) => b - a)
        .map(([word, count]) => `${word} ${count}`)
        .join(", ")

/** Connects of each second, one on top of the other: full, resumed, failed. */
function timeline(storm: Storm, width: number): SVGSVGElement {
    const { windows, phases } = storm
    const end = Math.max(...windows.map(({ atS, lengthS }) => atS + lengthS), 1)
    const most = Math.max(...windows.map(({ full, resumed, failed }) => full + resumed + failed), 1)
    const x = (atS: number) => LEFT + (atS / end) * (width - LEFT)
    const y = (count: number) => HEIGHT - (count / most) * (HEIGHT - 20)
    const bars = windows.flatMap((window) => {
        let below = 0
        return (["full", "resumed", "failed"] as const).map((sort) => {
            const [from, to] = [below, below + window[sort]]
            below = to
            const title = `${window.phase}, ${window.atS.toFixed(0)} s: ${window[sort]} ${sort}`
            const place = {
                x: x(window.atS),
                y: y(to),
                width: Math.max(1, x(window.atS + window.lengthS) - x(window.atS) - 1),
            }
            return svg(
                "rect",
                { ...place, height: y(from) - y(to), fill: resultColours[sort] },
                svg("title", {}, title),
            )
        })
    })
    let beganS = windows[0]?.atS ?? 0
    const borders = phases.slice(0, -1).map(({ lengthS }) => {
        beganS += lengthS
        return svg("line", { x1: x(beganS), x2: x(beganS), y1: 0, y2: HEIGHT, class: "grid" })
    })
    const rows = linearTicks(0, most, 4).map((tick) => [
        svg("line", { x1: LEFT, x2: width, y1: y(tick), y2: y(tick), class: "grid" }),
        svg("text", { x: LEFT - 6, y: y(tick) + 4, class: "axis-label", "text-anchor": "end" }, `${tick}`),
    ])
    const columns = linearTicks(0, end, Math.max(2, Math.floor(width / TICK_WIDTH))).map((tick) =>
        svg("text", { x: x(tick), y: HEIGHT + 18, class: "axis-label", "text-anchor": "middle" }, `${tick} s`),
    )
    const size = { width, height: HEIGHT + BELOW, viewBox: `0 0 ${width} ${HEIGHT + BELOW}` }
    const label = `Connects of each second: ${storm.full} full, ${storm.resumed} resumed, ${storm.failures} failed`
    return svg(
        "svg",
        { class: "strip", ...size, role: "img", "aria-label": label },
        ...rows.flat(),
        ...borders,
        ...bars,
        ...columns,
    )
}

const phaseTable = ({ phases }: Storm): HTMLTableElement =>
    table(
        [
            "phase",
            "length",
            "all served",
            "full",
            "resumed",
            "failed",
            "share resumed",
            "reasons",
            "errors",
            "server CPU",
        ],
        phases.map((phase) => [
            phase.name,
            inSeconds(phase.lengthS),
            inSeconds(phase.allServedS),
            ...[phase.full, phase.resumed, phase.failures].map(String),
            percent(phase.shareResumed),
            words(phase.reasons),
            words(phase.errors) || "none",
            inSeconds(phase.serverCpuTotalS),
        ]),
        "Phases of the storm",
    )

function cpuRow({ serverCpuS, serverCpuSpread }: Storm, sort: Sort): string[] {
    const spread = serverCpuSpread[sort]
    const figures = [serverCpuS[sort], spread?.leastS, spread?.p10S, spread?.medianS, spread?.p90S, spread?.mostS]
    return [sort, String(spread?.connects ?? 0), String(spread?.windows ?? 0), ...figures.map(inMs)]
}

const cpuTable = (storm: Storm): HTMLTableElement =>
    table(
        ["connects", "number", "windows", "mean", "least", "lowest tenth", "median", "highest tenth", "most"],
        sorts.map((sort) => cpuRow(storm, sort)),
        "The server's processor time for one connect",
    )

function summary({ devices, workers, reports, server, memory, scenario }: Storm): string {
    const arrived = reports.arrived === null ? `${reports.acknowledged} acknowledged` : `${reports.arrived} arrived`
    const which = server.version === null ? server.name : `${server.name} ${server.version}`
    return `${scenario}: ${devices} devices on ${workers} workers at ${which}. Reports: ${reports.made} made, ${arrived}, ${reports.lost} lost. ${memory.perDeviceBytes ?? "-"} bytes of memory for a device.`
}

function section({ name, storm }: PageStorm, several: boolean): HTMLElement[] {
    const title = several ? `A reconnect storm: ${name}` : "A reconnect storm"
    const chart = responsive(h("div", { class: "strips" }), (width) => timeline(storm, width))
    const legend = "Connects of each second: full, resumed and failed, in their colours; lines are borders of phases."
    return [
        figure(title, `${summary(storm)} ${legend}`, chart, phaseTable(storm)),
        h(
            "section",
            {},
            h("h2", {}, several ? `What it cost the server: ${name}` : "What it cost the server"),
            h("p", { class: "lead" }, "Over windows of a second that have hardly any connects of another sort."),
            scrollable(cpuTable(storm)),
        ),
    ]
}

export const storms = (data: PageData): HTMLElement[] =>
    data.storms.flatMap((one) => section(one, data.storms.length > 1))

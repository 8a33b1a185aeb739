// What share of the wakes resumed, was full or failed, step by step.
import uPlot from "uplot"
import { h } from "../../report/page/dom.js"
import { FONT, onLookChange, styleColour } from "../../report/page/palette.js"
import { responsive } from "../../report/page/responsive.js"
import type { FleetSummary } from "../page-data.js"

const HEIGHT = 260

const shares = [
    { key: "resumed", colour: "--resumed", dash: [] },
    { key: "full", colour: "--full", dash: [8, 4] },
    { key: "failed", colour: "--muted", dash: [2, 4] },
] as const

function optionsOf(width: number): uPlot.Options {
    const lines = { stroke: styleColour("--grid"), width: 1 }
    const axis = { stroke: styleColour("--muted"), grid: lines, ticks: lines, font: `12px ${FONT}` }
    return {
        ...{ width, height: HEIGHT, cursor: { drag: { x: false, y: false }, y: false } },
        scales: { y: { range: [0, 100] } },
        axes: [axis, { ...axis, size: 60, values: (_, values) => values.map((value) => `${value} %`) }],
        series: [
            { value: "{YYYY}-{MM}-{DD} {HH}:{mm}" },
            ...shares.map(
                ({ key, colour, dash }): uPlot.Series => ({
                    ...{ label: key, stroke: styleColour(colour), width: 2.5, dash: [...dash] },
                    value: (_, value) => (value === null ? "-" : `${value.toFixed(1)} %`),
                }),
            ),
        ],
    }
}

function dataOf({ steps }: FleetSummary): uPlot.AlignedData {
    const of = (key: "resumed" | "full" | "failed") =>
        steps.map((step) => (100 * step[key]) / (step.full + step.resumed + step.failed))
    return [steps.map(({ atS }) => atS), ...shares.map(({ key }) => of(key))]
}

export class ShareOverTime {
    readonly element: HTMLElement
    #plot: uPlot | undefined
    #data: uPlot.AlignedData = [[], [], [], []]

    constructor() {
        const holder = h("div", { class: "stage intervals", role: "img", "aria-label": "share resumed over time" })
        onLookChange(() => this.#plot !== undefined && holder.replaceChildren(this.#draw(holder.clientWidth)))
        this.element = responsive(holder, (width) => this.#draw(width))
    }

    #draw(width: number): Node {
        this.#plot?.destroy()
        const place = h("div")
        this.#plot = new uPlot(optionsOf(width), this.#data, place)
        return place
    }

    show(summary: FleetSummary): void {
        this.#data = dataOf(summary)
        this.#plot?.setData(this.#data)
    }
}

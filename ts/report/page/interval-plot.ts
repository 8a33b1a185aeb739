// Curves over the time between two wakes, from a minute to a day.
import uPlot from "uplot"
import { h } from "./dom.js"
import { FONT, onLookChange, styleColour } from "./palette.js"
import { responsive } from "./responsive.js"

export const intervals = [
    [1, "1 min"],
    [5, "5 min"],
    [10, "10 min"],
    [30, "30 min"],
    [60, "1 h"],
    [180, "3 h"],
    [720, "12 h"],
    [1440, "1 d"],
] as const

const HEIGHT = 300
const STEPS = 96
const SHORTEST_MINUTES = 1
const LONGEST_MINUTES = 1440
/** Where there is no room for all of them. */
const NARROW = 600
const fewer = new Set<number>([1, 10, 60, 1440])

export interface IntervalCurve {
    name: string
    /** Of the page's own styles. */
    colour: string
    dash?: number[]
    at: (minutes: number) => number
}

export interface IntervalAxis {
    label: string
    words: (value: number) => string
}

const minutesOf = (step: number): number => SHORTEST_MINUTES * (LONGEST_MINUTES / SHORTEST_MINUTES) ** (step / STEPS)

export function intervalWords(minutes: number): string {
    if (minutes < 60) return `${+minutes.toPrecision(2)} min`
    return minutes < 1440 ? `${+(minutes / 60).toPrecision(2)} h` : `${+(minutes / 1440).toPrecision(2)} d`
}

function optionsOf(curves: readonly IntervalCurve[], { words }: IntervalAxis, width: number): uPlot.Options {
    const lines = { stroke: styleColour("--grid"), width: 1 }
    const axis = { stroke: styleColour("--muted"), grid: lines, ticks: lines, font: `12px ${FONT}` }
    const ticks = intervals.filter(([minutes]) => width > NARROW || fewer.has(minutes))
    return {
        width,
        height: HEIGHT,
        cursor: { drag: { x: false, y: false }, y: false },
        scales: {
            x: { time: false, range: () => [Math.log(SHORTEST_MINUTES), Math.log(LONGEST_MINUTES)] },
            y: { range: (_, __, most) => [0, most * 1.08] },
        },
        axes: [
            {
                ...axis,
                splits: () => ticks.map(([minutes]) => Math.log(minutes)),
                values: () => ticks.map(([, name]) => name),
            },
            { ...axis, size: 66, values: (_, values) => values.map((value) => (value === null ? "" : words(value))) },
        ],
        series: [
            { label: "a wake each", value: (_, value) => (value === null ? "-" : intervalWords(Math.exp(value))) },
            ...curves.map(
                ({ name, colour, dash }): uPlot.Series => ({
                    ...{ label: name, stroke: styleColour(colour), width: 2.5, points: { show: false } },
                    ...(dash === undefined ? {} : { dash }),
                    value: (_, value) => (value === null ? "-" : words(value)),
                }),
            ),
        ],
    }
}

/** What lies at the pointer stands below, in words; the same numbers belong in a table beside it. */
export function intervalPlot(curves: readonly IntervalCurve[], axis: IntervalAxis): HTMLElement {
    const steps = Array.from({ length: STEPS + 1 }, (_, step) => minutesOf(step))
    const data: uPlot.AlignedData = [steps.map(Math.log), ...curves.map(({ at }) => steps.map(at))]
    const holder = h("div", { class: "stage intervals", role: "group", "aria-label": axis.label })
    let plot: uPlot | undefined
    const draw = (width: number) => {
        plot?.destroy()
        const place = h("div")
        plot = new uPlot(optionsOf(curves, axis, width), data, place)
        return place
    }
    onLookChange(() => plot !== undefined && holder.replaceChildren(draw(Math.floor(holder.clientWidth))))
    return responsive(holder, draw)
}

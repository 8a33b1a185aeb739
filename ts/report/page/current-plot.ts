// Current over time, the phases behind it. Zoomed with the mouse, with buttons or with keys; what lies on a
// pixel is drawn from its least to its greatest value.
import uPlot from "uplot"
import type { PageRun } from "../page-data.js"
import { type Blocks, type Columns, decimate } from "./decimate.js"
import { h } from "./dom.js"
import { listenToFingers } from "./fingers.js"
import { FONT, onLookChange, phaseColours, styleColour } from "./palette.js"
import { readout } from "./readout.js"
import type { Wake } from "./stats.js"
import { partsOfWakes } from "./window.js"

const PLOT_HEIGHT = 340
const MARGIN_SHARE = 0.04

interface View {
    fromS: number
    toS: number
}

/** What the axis of time counts in, and from where: a wake's own milliseconds, or the run's seconds. */
interface Axis {
    baseS: number
    perS: number
    unit: "ms" | "s"
}

function unpack(text: string): Float32Array {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    return new Float32Array(bytes.buffer)
}

function blocksOf({ samples }: PageRun): Blocks | null {
    if (samples === null) return null
    const { startS, blockMs, meanUa, minUa, maxUa } = samples
    return { startS, blockMs, meanUa: unpack(meanUa), minUa: unpack(minUa), maxUa: unpack(maxUa) }
}

/** Without samples the phases stand for them, as steps. */
function stepsOf(wakes: readonly Wake[]): Columns {
    const columns: Columns = { timeS: [], meanUa: [], minUa: [], maxUa: [] }
    for (const { fromS, toS, meanUa } of partsOfWakes(wakes)) {
        for (const timeS of [fromS, Math.max(fromS, toS - 1e-6)]) {
            columns.timeS.push(timeS)
            columns.meanUa.push(meanUa)
            columns.minUa.push(meanUa)
            columns.maxUa.push(meanUa)
        }
    }
    return columns
}

const awakeEndS = (wake: Wake): number => wake.startS + wake.durationMs / 1000

export class CurrentPlot {
    readonly element: HTMLElement
    readonly #run: PageRun
    readonly #blocks: Blocks | null
    readonly #steps: Columns
    readonly #whole: View
    readonly #stage: HTMLElement
    readonly #says: HTMLElement
    readonly #picker: HTMLSelectElement
    #view: View
    #plot: uPlot | undefined
    #log = false

    constructor(run: PageRun) {
        this.#run = run
        this.#blocks = blocksOf(run)
        this.#steps = stepsOf(run.run.wakes)
        const last = this.#steps.timeS.at(-1) ?? run.run.durationS
        this.#whole = { fromS: 0, toS: Math.max(run.run.durationS, last, 0.001) }
        this.#view = this.#whole
        this.#stage = h("div", {
            class: "stage",
            tabindex: 0,
            role: "group",
            "aria-label": `Current over time of ${run.name}. Plus and minus zoom, arrows move, 0 shows all.`,
        })
        this.#says = h("div", { "aria-live": "polite", role: "group", "aria-label": "What the plot shows" })
        this.#picker = this.#makePicker()
        this.element = h("div", { class: "current" }, this.#toolbar(), this.#stage, this.#says)
        this.#listen()
    }

    /** Draws for the first time, when the element has its place on the page. */
    start(): void {
        const first = this.#run.run.wakes[0]
        if (first === undefined) this.#show(this.#whole)
        else this.#showWake(first)
        new ResizeObserver(() => this.#draw()).observe(this.#stage)
        onLookChange(() => this.#draw())
    }

    #makePicker(): HTMLSelectElement {
        const options = this.#run.run.wakes.map((wake, index) =>
            h("option", { value: index }, `Wake ${wake.n}, ${wake.result}`),
        )
        return h("select", { "aria-label": "Wake to show" }, h("option", { value: "" }, "All of it"), ...options)
    }

    #toolbar(): HTMLElement {
        const button = (label: string, name: string, act: () => void) => {
            const made = h("button", { type: "button", "aria-label": name, title: name }, label)
            made.addEventListener("click", act)
            return made
        }
        const log = h("input", { type: "checkbox" })
        log.addEventListener("change", () => {
            this.#log = log.checked
            this.#draw()
        })
        return h(
            "div",
            { class: "toolbar", role: "toolbar", "aria-label": "Part to show" },
            this.#picker,
            button("+", "Zoom in", () => this.#zoom(0.5)),
            button("−", "Zoom out", () => this.#zoom(2)),
            button("←", "Earlier", () => this.#move(-0.25)),
            button("→", "Later", () => this.#move(0.25)),
            button("All", "Show all of it", () => this.#show(this.#whole)),
            h("label", {}, log, " logarithmic"),
        )
    }

    #listen(): void {
        this.#picker.addEventListener("change", () => {
            const wake = this.#picker.value === "" ? undefined : this.#run.run.wakes[Number(this.#picker.value)]
            if (wake === undefined) this.#show(this.#whole)
            else this.#showWake(wake)
        })
        const keys: Record<string, () => void> = {
            "+": () => this.#zoom(0.5),
            "=": () => this.#zoom(0.5),
            "-": () => this.#zoom(2),
            ArrowLeft: () => this.#move(-0.25),
            ArrowRight: () => this.#move(0.25),
            "0": () => this.#show(this.#whole),
        }
        this.#stage.addEventListener("keydown", (event) => {
            const act = keys[event.key]
            if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return
            event.preventDefault()
            act()
        })
        this.#stage.addEventListener("dblclick", () => this.#show(this.#whole))
        listenToFingers(this.#stage, { move: (share) => this.#move(share), zoom: (factor) => this.#zoom(factor) })
    }

    #showWake(wake: Wake): void {
        const marginS = (wake.durationMs / 1000) * MARGIN_SHARE
        this.#picker.value = String(this.#run.run.wakes.indexOf(wake))
        this.#show({ fromS: wake.startS - marginS, toS: awakeEndS(wake) + marginS })
    }

    #zoom(factor: number): void {
        const { fromS, toS } = this.#view
        const middle = (fromS + toS) / 2
        const half = ((toS - fromS) * factor) / 2
        this.#show({ fromS: middle - half, toS: middle + half })
    }

    #move(share: number): void {
        const { fromS, toS } = this.#view
        const stepS = (toS - fromS) * share
        this.#show({ fromS: fromS + stepS, toS: toS + stepS })
    }

    #show({ fromS, toS }: View): void {
        const shortestS = 20e-6
        const lengthS = Math.min(Math.max(toS - fromS, shortestS), (this.#whole.toS - this.#whole.fromS) * 1.1)
        const middle = (fromS + toS) / 2
        this.#view = { fromS: middle - lengthS / 2, toS: middle + lengthS / 2 }
        this.#draw()
    }

    #columns(width: number): Columns {
        const { fromS, toS } = this.#view
        return this.#blocks === null ? this.#steps : decimate(this.#blocks, fromS, toS, width)
    }

    /** Wakes of which any part is in view. */
    #seen(): Wake[] {
        const { fromS, toS } = this.#view
        const endS = (wake: Wake) =>
            wake.startS + Math.max(wake.durationMs, ...wake.phases.map((one) => one.startMs + one.durationMs)) / 1000
        return this.#run.run.wakes.filter((wake) => wake.startS < toS && endS(wake) > fromS)
    }

    #axis(): Axis {
        const { fromS, toS } = this.#view
        const inMs = toS - fromS < 2
        const [only, another] = this.#seen().filter((wake) => awakeEndS(wake) > fromS)
        const baseS = only !== undefined && another === undefined && inMs ? only.startS : 0
        return { baseS, ...(inMs ? { perS: 1000, unit: "ms" } : { perS: 1, unit: "s" }) }
    }

    #draw(): void {
        const width = Math.floor(this.#stage.clientWidth)
        if (width === 0) return
        const { timeS, meanUa, minUa, maxUa } = this.#columns(width)
        const { baseS, perS } = this.#axis()
        const times = timeS.map((at) => (at - baseS) * perS)
        const shown = (values: number[]) => values.map((value) => (this.#log ? Math.max(value, 0.1) : value) / 1000)
        this.#plot?.destroy()
        this.#plot = new uPlot(this.#options(width), [times, shown(maxUa), shown(minUa), shown(meanUa)], this.#stage)
        this.#describe(maxUa.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY))
    }

    #options(width: number): uPlot.Options {
        const ink = styleColour("--muted")
        const lines = { stroke: styleColour("--grid"), width: 1 }
        const { fromS, toS } = this.#view
        const line = styleColour("--line")
        const { baseS, perS, unit } = this.#axis()
        const axis = { stroke: ink, grid: lines, ticks: lines, font: `12px ${FONT}` }
        return {
            width,
            height: PLOT_HEIGHT,
            legend: { show: false },
            cursor: { drag: { x: true, y: false, setScale: false } },
            scales: {
                x: { time: false, min: (fromS - baseS) * perS, max: (toS - baseS) * perS },
                y: this.#log ? { distr: 3 } : { range: (_, __, most) => [0, Math.max(most, 0.001) * 1.12] },
            },
            axes: [
                {
                    ...axis,
                    values: (_, ticks) => ticks.map((tick) => `${+tick.toPrecision(12)} ${unit}`),
                },
                {
                    ...axis,
                    size: 64,
                    values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : `${+tick.toPrecision(4)} mA`)),
                },
            ],
            series: [
                {},
                { label: "greatest", stroke: styleColour("--band-edge"), width: 1, points: { show: false } },
                { label: "least", stroke: styleColour("--band-edge"), width: 1, points: { show: false } },
                { label: "mean", stroke: line, width: 1.8, points: { show: false } },
            ],
            bands: [{ series: [1, 2], fill: styleColour("--band") }],
            hooks: {
                drawClear: [(plot) => this.#shade(plot)],
                setSelect: [(plot) => this.#select(plot)],
            },
        }
    }

    #select(plot: uPlot): void {
        const { left, width } = plot.select
        if (width < 4) return
        const { baseS, perS } = this.#axis()
        const [fromS, toS] = [left, left + width].map((at) => baseS + plot.posToVal(at, "x") / perS)
        if (fromS !== undefined && toS !== undefined) this.#show({ fromS, toS })
    }

    /** Phases as bands of their colour, named where there is room. */
    #shade(plot: uPlot): void {
        const { ctx, bbox } = plot
        const { baseS, perS } = this.#axis()
        ctx.save()
        ctx.beginPath()
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
        ctx.clip()
        ctx.font = `${12 * devicePixelRatio}px ${FONT}`
        for (const wake of this.#seen()) {
            for (const { phase, startMs, durationMs } of wake.phases) {
                const [left, right] = [startMs, startMs + durationMs].map((at) =>
                    plot.valToPos((wake.startS + at / 1000 - baseS) * perS, "x", true),
                )
                if (left === undefined || right === undefined || right < bbox.left || left > bbox.left + bbox.width)
                    continue
                const from = Math.max(left, bbox.left)
                const widthPx = Math.min(right, bbox.left + bbox.width) - from
                ctx.globalAlpha = 0.16
                ctx.fillStyle = phaseColours[phase]
                ctx.fillRect(from, bbox.top, widthPx, bbox.height)
                ctx.globalAlpha = 1
                ctx.fillRect(from, bbox.top, widthPx, 4 * devicePixelRatio)
                if (ctx.measureText(phase).width + 10 * devicePixelRatio > widthPx) continue
                ctx.fillStyle = styleColour("--ink")
                ctx.fillText(phase, from + 5 * devicePixelRatio, bbox.top + 20 * devicePixelRatio)
            }
        }
        ctx.restore()
    }

    #describe(greatestUa: number): void {
        const view = this.#view
        const wakes = this.#seen().filter((wake) => awakeEndS(wake) > view.fromS)
        const shown = { run: this.#run, blocks: this.#blocks, ...view, wakes, greatestUa }
        this.#says.replaceChildren(...readout(shown))
    }
}

// All wakes together, by what they have in common: the numbers that metrics are made of. Bounded, whatever is sent.
import { Labels, OTHER } from "./bounded.js"
import { emptyHistogram, type HistogramState, record } from "./histogram.js"
import { energyBoundsJ, handshakeBoundsS } from "./metric-names.js"
import type { Report } from "./report.js"

/** What a wake is counted by. Empty where it is not known. */
const labelNames = ["result", "reason", "error", "kind", "protocol", "server", "firmware"] as const
type LabelName = (typeof labelNames)[number]
export type WakeLabels = Record<LabelName, string>

/** How many different ones each may have, before the rest is `other`. */
const MOST_LABELS: Record<LabelName, number> = {
    ...{ result: 3, reason: 48, error: 96, kind: 8, protocol: 4 },
    ...{ server: 50, firmware: 50 },
}
/** OpenTelemetry's own limit for one metric. */
export const MOST_SERIES = 2000

/** What the handshake's time and the wake's energy are grouped by. */
const figureNames = ["result", "kind", "protocol", "server"] as const satisfies LabelName[]
type FigureLabels = Pick<WakeLabels, (typeof figureNames)[number]>

export interface WakeCount {
    labels: WakeLabels
    wakes: number
    handshakeBytes: number
}

export interface Figures {
    labels: FigureLabels
    handshakeS: HistogramState
    energyJ: HistogramState
}

export interface TotalsState {
    labels: Record<LabelName, string[]>
    wakes: WakeCount[]
    figures: Figures[]
}

const SEPARATOR = "\u001f"

export class Totals {
    readonly #labels: Record<LabelName, Labels>
    readonly #wakes = new Map<string, WakeCount>()
    readonly #figures = new Map<string, Figures>()

    constructor(state?: TotalsState) {
        this.#labels = Object.fromEntries(
            labelNames.map((name) => [name, new Labels(MOST_LABELS[name], state?.labels[name])]),
        ) as Record<LabelName, Labels>
        for (const count of state?.wakes ?? []) this.#wakes.set(keyOf(count.labels, labelNames), { ...count })
        for (const one of state?.figures ?? []) this.#figures.set(keyOf(one.labels, figureNames), structuredClone(one))
    }

    add(report: Report): void {
        const labels = this.#labelsOf(report)
        const count = this.#countOf(labels)
        count.wakes++
        count.handshakeBytes += report.handshakeBytes ?? 0
        const figures = this.#figuresOf(labels)
        if (report.handshakeMs !== null) record(figures.handshakeS, handshakeBoundsS, report.handshakeMs / 1000)
        if (report.energyMj !== null) record(figures.energyJ, energyBoundsJ, report.energyMj / 1000)
    }

    #labelsOf(report: Report): WakeLabels {
        const of = (name: LabelName) => {
            const value = report[name]
            return value === null ? "" : this.#labels[name].of(value)
        }
        return {
            ...{ result: of("result"), reason: of("reason"), error: of("error"), kind: of("kind") },
            ...{ protocol: of("protocol"), server: of("server"), firmware: of("firmware") },
        }
    }

    /** One more than there may be is counted under `other`, with its result alone. */
    #countOf(labels: WakeLabels): WakeCount {
        const known = this.#wakes.get(keyOf(labels, labelNames))
        if (known !== undefined) return known
        const isFull = this.#wakes.size >= MOST_SERIES - MOST_LABELS.result
        const kept = isFull ? otherLabels(labels.result) : labels
        return found(this.#wakes, keyOf(kept, labelNames), () => ({ labels: kept, wakes: 0, handshakeBytes: 0 }))
    }

    #figuresOf(labels: WakeLabels): Figures {
        const isFull = this.#figures.size >= MOST_SERIES - MOST_LABELS.result
        const known = this.#figures.get(keyOf(labels, figureNames))
        if (known !== undefined) return known
        const { result, kind, protocol, server } = isFull ? otherLabels(labels.result) : labels
        const kept = { result, kind, protocol, server }
        return found(this.#figures, keyOf(kept, figureNames), () => ({
            labels: kept,
            handshakeS: emptyHistogram(handshakeBoundsS),
            energyJ: emptyHistogram(energyBoundsJ),
        }))
    }

    wakes(): IterableIterator<WakeCount> {
        return this.#wakes.values()
    }

    figures(): IterableIterator<Figures> {
        return this.#figures.values()
    }

    toJSON(): TotalsState {
        const labels = Object.fromEntries(labelNames.map((name) => [name, this.#labels[name].toJSON()]))
        return {
            labels: labels as TotalsState["labels"],
            wakes: [...this.#wakes.values()],
            figures: [...this.#figures.values()],
        }
    }
}

const otherLabels = (result: string): WakeLabels => ({
    ...{ result, reason: OTHER, error: OTHER, kind: OTHER, protocol: OTHER, server: OTHER, firmware: OTHER },
})

const keyOf = <Name extends LabelName>(labels: Record<Name, string>, names: readonly Name[]): string =>
    names.map((name) => labels[name]).join(SEPARATOR)

function found<T>(map: Map<string, T>, key: string, make: () => T): T {
    let value = map.get(key)
    if (value === undefined) {
        value = make()
        map.set(key, value)
    }
    return value
}

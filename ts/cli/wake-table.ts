// The live rows of a simulation and its closing summary.
import ms from "ms"
import pc from "picocolors"
import { median } from "../base/statistics.js"
import type { Simulation, Wake } from "../sim/simulation.js"
import type { Output } from "./output.js"

interface Column {
    title: string
    width: number
    align?: "right"
    /** Narrow terminals lose the highest rank first. */
    rank: number
    cell: (wake: Wake) => string
}

const columns: Column[] = [
    { title: "wake", width: 4, align: "right", rank: 0, cell: (wake) => String(wake.n) },
    { title: "result", width: 7, rank: 0, cell: (wake) => wake.result },
    { title: "why", width: 18, rank: 2, cell: (wake) => wake.error?.code ?? wake.reason ?? "-" },
    { title: "protocol", width: 8, rank: 5, cell: (wake) => wake.protocol ?? "-" },
    { title: "kind", width: 12, rank: 3, cell: (wake) => wake.kind ?? "-" },
    { title: "age", width: 8, align: "right", rank: 8, cell: age },
    { title: "stored", width: 6, rank: 8, cell: (wake) => wake.stored ?? "-" },
    { title: "cipher", width: 39, rank: 9, cell: (wake) => wake.cipher ?? "-" },
    { title: "group", width: 9, rank: 8, cell: (wake) => wake.group ?? "-" },
    { title: "handshake", width: 10, align: "right", rank: 1, cell: (wake) => milliseconds(wake.handshakeMs) },
    { title: "sent B", width: 6, align: "right", rank: 4, cell: (wake) => String(wake.bytesTx) },
    { title: "recv B", width: 6, align: "right", rank: 4, cell: (wake) => String(wake.bytesRx) },
    { title: "flights", width: 7, align: "right", rank: 7, cell: (wake) => String(wake.flights) },
    { title: "early", width: 8, rank: 8, cell: (wake) => wake.earlyData ?? "-" },
    { title: "server says", width: 11, rank: 6, cell: serverSays },
]

const GAP = 2

function milliseconds(value: number | null): string {
    return value === null ? "-" : `${value.toFixed(2)} ms`
}

function age(wake: Wake): string {
    if (wake.sessionAgeS === null) return wake.kind === null || wake.kind === "external-psk" ? "-" : "unknown"
    return `${wake.ageIsReal ? "real " : ""}${ms(wake.sessionAgeS * 1000)}`
}

function serverSays(wake: Wake): string {
    if (wake.serverSaysResumed === null) return "-"
    return wake.serverSaysResumed ? "resumed" : "full"
}

/** The columns that fit; the wake and its result always stay. */
export function fittingColumns(available: number): string[] {
    return fitting(available).map((column) => column.title)
}

function fitting(available: number): Column[] {
    const kept = [...columns]
    const width = () => kept.reduce((sum, column) => sum + column.width + GAP, -GAP)
    while (width() > available) {
        const worst = kept.reduce((a, b) => (b.rank >= a.rank ? b : a))
        if (worst.rank === 0) break
        kept.splice(kept.indexOf(worst), 1)
    }
    return kept
}

/** As wide as the column: what is longer is cut, and shown to be. */
function fitted(text: string, { width, align }: Column): string {
    const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text
    return align === "right" ? cut.padStart(width) : cut.padEnd(width)
}

const tableRow = (kept: Column[], text: (column: Column) => string): string =>
    kept
        .map((column) => fitted(text(column), column))
        .join(" ".repeat(GAP))
        .trimEnd()

const colours = { full: pc.yellow, resumed: pc.green, failed: pc.red } as const

export class WakeTable {
    readonly #output: Output
    readonly #kept: Column[]

    constructor(output: Output) {
        this.#output = output
        this.#kept = fitting(output.columns)
        output.line(pc.bold(tableRow(this.#kept, (column) => column.title)))
    }

    row(wake: Wake): void {
        this.#output.line(colours[wake.result](tableRow(this.#kept, (column) => column.cell(wake))))
        const bytes = wake.truncatedAfterBytes
        if (bytes === null) return
        this.#output.line(pc.dim(`      the server ended it without close_notify; the app had got ${bytes} bytes`))
    }
}

const distinct = (values: (string | null)[]): string[] => [...new Set(values.filter((value) => value !== null))]

/** What the wakes of one result have in common: medians, and the words that occur among them. */
interface Share {
    wakes: number
    kinds: string[]
    groups: string[]
    handshakeMs: number
    bytesTx: number
    bytesRx: number
    flights: number
}

const wholeMedian = (values: number[]): number => Math.round(median(values))

function share(wakes: Wake[], result: Wake["result"]): Share | null {
    const of = wakes.filter((wake) => wake.result === result)
    if (of.length === 0) return null
    return {
        wakes: of.length,
        kinds: distinct(of.map((wake) => wake.kind)),
        groups: distinct(of.map((wake) => wake.group)),
        handshakeMs: median(of.map((wake) => wake.handshakeMs ?? 0)),
        bytesTx: wholeMedian(of.map((wake) => wake.bytesTx)),
        bytesRx: wholeMedian(of.map((wake) => wake.bytesRx)),
        flights: wholeMedian(of.map((wake) => wake.flights)),
    }
}

export interface Summary {
    wakes: number
    full: Share | null
    resumed: Share | null
    failed: number
    protocols: string[]
    ciphers: string[]
    /** In how many wakes the server says what the client says; null where it does not tell. */
    serverAgrees: number | null
    clock: Simulation["clock"]
}

export function summarize(simulation: Simulation): Summary {
    const { wakes, clock } = simulation
    const told = wakes.filter((wake) => wake.serverSaysResumed !== null)
    const agreed = told.filter((wake) => wake.serverSaysResumed === (wake.result === "resumed"))
    return {
        wakes: wakes.length,
        full: share(wakes, "full"),
        resumed: share(wakes, "resumed"),
        failed: wakes.filter((wake) => wake.result === "failed").length,
        protocols: distinct(wakes.map((wake) => wake.protocol)),
        ciphers: distinct(wakes.map((wake) => wake.cipher)),
        serverAgrees: told.length > 0 ? agreed.length : null,
        clock,
    }
}

/** A figure of full and resumed wakes side by side, or of the only ones there are. */
function sideBySide({ full, resumed }: Summary, text: (share: Share) => string): string {
    const shares = [full, resumed].filter((one) => one !== null)
    return [...new Set(shares.map(text))].join(" -> ")
}

/** The closing lines of a run. */
export function summaryLines(summary: Summary): string[] {
    const { wakes, full, resumed, failed, serverAgrees } = summary
    const server = serverAgrees === null ? "" : `; the server says the same of ${serverAgrees}`
    const counts = `${wakes} ${wakes === 1 ? "wake" : "wakes"}: ${full?.wakes ?? 0} full, ${resumed?.wakes ?? 0} resumed, ${failed} failed${server}.`
    if (full === null && resumed === null) return [counts]
    const figures = [
        `Handshake ${sideBySide(summary, (one) => one.handshakeMs.toFixed(2))} ms`,
        `sent ${sideBySide(summary, (one) => String(one.bytesTx))} B`,
        `received ${sideBySide(summary, (one) => String(one.bytesRx))} B`,
        `flights ${sideBySide(summary, (one) => String(one.flights))}`,
    ]
    const words = [
        ...summary.protocols,
        ...summary.ciphers,
        `key exchange ${sideBySide(summary, (one) => one.groups.join(", ") || "none")}`,
    ]
    if (full?.kinds.includes("external-psk") === true) words.push("in full by the pre-shared key")
    if (resumed !== null) words.push(`resumed by ${resumed.kinds.join(", ")}`)
    return [counts, `${figures.join(", ")} (medians).`, `${words.join(", ")}.`]
}

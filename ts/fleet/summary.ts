// What a person wants to know of a fleet, for the page, the terminal and --json.
import { type CoreErrorWord, coreErrors, type Reason, reasons } from "../base/core-codes.js"
import { type Device, type OutlierKind, outlierKindOf, outlierKinds } from "./devices.js"
import type { Fleet } from "./fleet.js"
import type { HistogramState } from "./histogram.js"
import type { Cause, FleetSummary, Group, OutlierRow, ResultCounts, Typical } from "./page-data.js"
import type { Result } from "./report.js"

/** Of each kind of outlier, those that are named. */
const MOST_OUTLIERS = 20

const noWakes = (): ResultCounts => ({ full: 0, resumed: 0, failed: 0 })

const NEWER = "a word of a firmware that is newer than this program"

const meaningOf = (word: string): string =>
    reasons[word as Reason] ?? coreErrors[word as CoreErrorWord]?.meaning ?? NEWER

/** Resumed ones of those that opened. */
function shareOf({ full, resumed }: ResultCounts): number | null {
    return full + resumed === 0 ? null : resumed / (full + resumed)
}

function results(fleet: Fleet): ResultCounts {
    const all = noWakes()
    for (const { labels, wakes } of fleet.totals.wakes()) all[labels.result as Result] += wakes
    return all
}

/** Why wakes did not resume: the reason of a full handshake, the error of a failed one. The most frequent first. */
function causes(fleet: Fleet): Cause[] {
    const counts = new Map<string, { result: "full" | "failed"; word: string; wakes: number }>()
    let sum = 0
    for (const { labels, wakes } of fleet.totals.wakes()) {
        if (labels.result === "resumed") continue
        const result = labels.result === "failed" ? "failed" : "full"
        const word = result === "failed" ? labels.error : labels.reason
        const cause = counts.get(`${result} ${word}`) ?? { result, word, wakes: 0 }
        counts.set(`${result} ${word}`, { ...cause, wakes: cause.wakes + wakes })
        sum += wakes
    }
    return [...counts.values()]
        .sort((a, b) => b.wakes - a.wakes)
        .map((cause) => ({
            ...cause,
            share: cause.wakes / sum,
            meaning: cause.word === "" ? "the report does not say why" : meaningOf(cause.word),
        }))
}

function groups(fleet: Fleet, by: "server" | "protocol" | "firmware"): Group[] {
    const counts = new Map<string, ResultCounts>()
    for (const { labels, wakes } of fleet.totals.wakes()) {
        const name = labels[by]
        if (name === "") continue
        const group = counts.get(name) ?? noWakes()
        group[labels.result as Result] += wakes
        counts.set(name, group)
    }
    return [...counts].map(([name, group]) => ({ name, ...group })).sort((a, b) => total(b) - total(a))
}

const total = ({ full, resumed, failed }: ResultCounts): number => full + resumed + failed

/** The mean is exact; of the rest only ranges are kept. */
function means(fleet: Fleet, pick: "handshakeS" | "energyJ"): Typical {
    const sums = { full: { sum: 0, count: 0 }, resumed: { sum: 0, count: 0 } }
    for (const { labels, [pick]: histogram } of fleet.totals.figures()) {
        if (labels.result !== "failed") add(sums[labels.result as "full" | "resumed"], histogram)
    }
    const mean = ({ sum, count }: { sum: number; count: number }) => (count === 0 ? null : (1000 * sum) / count)
    return { full: mean(sums.full), resumed: mean(sums.resumed) }
}

function add(to: { sum: number; count: number }, { sum, count }: HistogramState): void {
    to.sum += sum
    to.count += count
}

/** How bad: failures before full handshakes, and those that go on for longest first. */
const severity = (device: Device): number => device.failedRun * 1e6 + device.notResumedRun

function outliers(fleet: Fleet): OutlierRow[] {
    const found: Record<OutlierKind, Device[]> = { failing: [], full: [], "ca-ends": [] }
    for (const device of fleet.devices.values()) {
        const kind = outlierKindOf(device)
        if (kind !== undefined) found[kind].push(device)
    }
    return (Object.keys(outlierKinds) as OutlierKind[]).flatMap((kind) =>
        found[kind]
            .sort((a, b) => severity(b) - severity(a))
            .slice(0, MOST_OUTLIERS)
            .map((device) => rowOf(kind, device)),
    )
}

function rowOf(kind: OutlierKind, { device, server, firmware, reports, lastMs, ...rest }: Device): OutlierRow {
    const word = kind === "failing" ? rest.error : kind === "full" ? rest.reason : null
    return {
        ...{ kind, what: outlierKinds[kind], device, server, firmware, reports, resumed: rest.resumed, lastMs },
        inARow: kind === "failing" ? rest.failedRun : rest.notResumedRun,
        word,
        meaning: word === null ? null : meaningOf(word),
    }
}

export function summaryOf(fleet: Fleet): FleetSummary {
    const counts = results(fleet)
    return {
        ...{ schema: "warmhello-fleet-summary", version: 1 },
        at: new Date().toISOString(),
        since: new Date(fleet.sinceMs).toISOString(),
        reports: fleet.reports,
        refused: { ...fleet.refused },
        repeated: fleet.repeated,
        devices: fleet.devices.size,
        devicesForgotten: fleet.devices.forgotten,
        results: counts,
        resumedShare: shareOf(counts),
        ...fleet.history.steps(),
        causes: causes(fleet),
        servers: groups(fleet, "server"),
        protocols: groups(fleet, "protocol"),
        firmwares: groups(fleet, "firmware"),
        handshakeMs: means(fleet, "handshakeS"),
        energyMj: means(fleet, "energyJ"),
        outlierCounts: fleet.outlierCounts(),
        outliers: outliers(fleet),
    }
}

// What `warmhello estimate --compare` prints: a table that fits 60 columns, and which way is cheapest where.
import pc from "picocolors"
import { LONGEST_INTERVAL_MS, SHORTEST_INTERVAL_MS } from "../energy/alternatives.js"
import type { Run } from "../run/run.js"
import { aboutTime, energy, figure, type Stretch, spread, stretchWords, time } from "../run/units.js"
import type { Output } from "./output.js"
import { tableText } from "./table.js"

type Results = NonNullable<Run["estimate"]>
type Way = NonNullable<Results["alternatives"]>[number]
type Stretches = NonNullable<Results["cheapest"]>

const lasts = (years: number): string => (years >= 1 ? `${figure(years)} y` : `${figure(years * 365)} d`)

const bounds = (stretch: Stretch): string =>
    stretchWords(stretch, { fromMs: SHORTEST_INTERVAL_MS, toMs: LONGEST_INTERVAL_MS })

const isKept = ({ name }: Way): boolean => name.startsWith("light-sleep")

function less(way: Way, reference: string): string {
    if (way.name === reference) return "-"
    const [first] = way.lessThanResumed
    return first === undefined ? "never" : bounds(first)
}

function keptLines(ways: readonly Way[]): string[] {
    const won = ways.filter((way) => isKept(way) && way.crossingMs !== null && way.lessThanResumed[0] !== undefined)
    if (won.length === 0) return []
    const borders = won.map(({ title, crossingMs }) => {
        const dtim = title.slice(title.indexOf("DTIM"))
        return `  ${crossingMs === null ? "" : spread(crossingMs, aboutTime)} at ${dtim}`
    })
    return [
        "Keeping the connection in light sleep draws less than",
        "resuming with reports more often than each",
        ...borders,
    ]
}

function cheapestLines(head: string, stretches: Stretches, ways: readonly Way[]): string[] {
    const titleOf = (name: string) => ways.find((way) => way.name === name)?.title ?? name
    return [head, ...stretches.map((stretch) => `  ${bounds(stretch)}: ${titleOf(stretch.name)}`)]
}

export function printWays(output: Output, results: Results): void {
    const { alternatives: ways, cheapest, cheapestHere, protocol } = results
    if (ways === undefined || cheapest === undefined || cheapestHere === undefined) return
    const reference = `resumed-${protocol.toLowerCase()}`
    output.line()
    output.line(pc.bold(`A report each ${time(results.sleepMs)}, by other ways:`))
    const rows = ways.map((way) => [
        `${way.title}${way.inWarmhello ? "" : " *"}`,
        energy(way.reportUj.typical),
        lasts(way.batteryYears.typical),
        less(way, reference),
    ])
    output.line(tableText({ head: ["way", "report", "lasts", "cheaper"], rows }))
    output.line(pc.dim("* not in warmhello. Cheaper: from one report to the next,"))
    output.line(pc.dim(`  where it draws less than ${reference.replace("-tls", ", TLS ")}.`))
    for (const line of keptLines(ways)) output.line(line)
    for (const line of cheapestLines("Cheapest of warmhello's ways and light sleep:", cheapestHere, ways))
        output.line(line)
    for (const line of cheapestLines("Cheapest of all:", cheapest, ways)) output.line(line)
    output.line(pc.dim("The JSON has ranges and sources."))
}

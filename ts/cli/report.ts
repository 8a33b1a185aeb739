// `warmhello report`: runs as one page, as a table in the terminal, and as CSV.
import { resolve } from "node:path"
import pc from "picocolors"
import { checkWritable, writeWhole } from "../base/files.js"
import { readJson } from "../base/json.js"
import { batteryOf } from "../energy/estimate-run.js"
import { choose, readCells, readRegulators } from "../energy/power-profile.js"
import { reportCsv } from "../report/csv.js"
import { type NamedRun, reportHtml } from "../report/html.js"
import type { PageStorm } from "../report/page-data.js"
import { checkRun, type Run } from "../run/run.js"
import { isStorm, parseStorm } from "../run/storm.js"
import { Output } from "./output.js"
import { printRunSummary } from "./run-text.js"

export interface ReportFlags {
    out?: string
    csv?: string
    cell?: string
    regulator: string
    temperature: number
}

/** A measured run does not know what will feed the device: the person says so. */
function batteryBy({ cell, regulator, temperature }: ReportFlags): Run["battery"] {
    if (cell === undefined) return undefined
    return batteryOf({
        cell: choose(readCells(), cell, "cell"),
        regulator: choose(readRegulators(), regulator, "regulator"),
        temperatureC: temperature,
    })
}

/** The end of each path that no other file's has: a/run.json beside b/run.json, but run.json alone. */
function shortNames(files: readonly string[]): string[] {
    const paths = files.map((file) => resolve(file).split(/[\\/]/))
    const end = (path: readonly string[], parts: number) => path.slice(-parts).join("/")
    return paths.map((path) => {
        const others = paths.filter((other) => end(other, other.length) !== end(path, path.length))
        let parts = 1
        while (parts < path.length && others.some((other) => end(other, parts) === end(path, parts))) parts++
        return end(path, parts)
    })
}

/** What the files are, each kind in the order given. */
function readAll(files: readonly string[], battery: Run["battery"]): { runs: NamedRun[]; storms: PageStorm[] } {
    const names = shortNames(files)
    const all = files.map((file, index) => ({
        file,
        name: names[index] ?? file,
        json: readJson(file, "run-unreadable"),
    }))
    const runs = all.flatMap(({ file, name, json }): NamedRun[] => {
        if (isStorm(json)) return []
        const run = checkRun(json, file)
        return [{ name, run: battery === undefined ? run : { ...run, battery } }]
    })
    const storms = all.flatMap(({ file, name, json }) =>
        isStorm(json) ? [{ name, storm: parseStorm(json, file) }] : [],
    )
    return { runs, storms }
}

function printStorm(output: Output, { name, storm }: PageStorm): void {
    const { devices, full, resumed, failures, reports } = storm
    output.line(pc.bold(name))
    output.line(`a storm of ${devices} devices: ${full} full, ${resumed} resumed, ${failures} failed`)
    output.line(`${reports.made} reports, ${reports.lost} of them lost`)
}

export function reportCommand(files: string[], flags: ReportFlags): void {
    const output = new Output(flags.csv === "-" ? "-" : undefined)
    for (const path of [flags.csv, flags.out]) if (path !== undefined && path !== "-") checkWritable(path)
    const battery = batteryBy(flags)
    const { runs, storms } = readAll(files, battery)
    const html = reportHtml(runs, new Date().toISOString(), storms) // also where there is nothing to report
    for (const { name, run } of runs) {
        printRunSummary(output, run, name)
        output.line()
    }
    for (const storm of storms) printStorm(output, storm)
    if (flags.csv === "-") process.stdout.write(reportCsv(runs))
    else if (flags.csv !== undefined) writeWhole(flags.csv, reportCsv(runs))
    if (flags.out === undefined) return
    writeWhole(flags.out, html)
    output.line(pc.dim(`written: ${flags.out}, ${(html.length / 1e6).toFixed(1)} MB, needs no network`))
}

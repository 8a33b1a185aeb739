// A storm in the terminal and in docs/FLEET.md.
import { sum } from "d3-array"
import type { Table } from "../../ts/cli/table.js"
import type { StormPhase, StormResult } from "../../ts/run/storm.js"
import { markdownTable } from "../docs/table.js"

const figure = (value: number | null | undefined, digits = 1, unit = ""): string =>
    value === null || value === undefined ? "-" : `${value.toFixed(digits)}${unit}`
const milliseconds = (seconds: number | null | undefined): string =>
    seconds === null || seconds === undefined ? "-" : (1000 * seconds).toFixed(3)
const percent = (share: number | null): string => (share === null ? "-" : `${(100 * share).toFixed(1)} %`)

/** The most frequent first. */
const ranked = (counts: Record<string, number>): [string, number][] =>
    Object.entries(counts).toSorted(([, a], [, b]) => b - a)

const words = (counts: Record<string, number>): string =>
    ranked(counts)
        .map(([word, count]) => `${word} ${count}`)
        .join(", ")

function phaseRow(phase: StormPhase): string[] {
    return [
        phase.name,
        [words(phase.reasons), words(phase.errors)].filter((text) => text !== "").join("; "),
        figure(phase.lengthS),
        figure(phase.allServedS),
        `${phase.full}`,
        `${phase.resumed}`,
        `${phase.failures}`,
        percent(phase.shareResumed),
        figure(phase.connectsPerS, 0),
        figure(phase.mostConnectsPerS, 0),
        figure(phase.serverCpuTotalS, 2),
    ]
}

export const phases = ({ phases: all }: StormResult): Table => ({
    head: [
        ...["phase", "reasons; errors", "s", "all served, s", "full", "resumed", "failed", "share resumed"],
        ...["connects/s", "most", "server CPU s"],
    ],
    rows: all.map(phaseRow),
})

/** The server's processor time for one connect with its report. */
export function processorTime({ serverCpuS, serverCpuSpread }: StormResult): Table {
    const row = (sort: "full" | "resumed"): string[] => {
        const spread = serverCpuSpread[sort]
        const named = [serverCpuS[sort], spread?.leastS, spread?.p10S, spread?.medianS, spread?.p90S, spread?.mostS]
        return [sort, `${spread?.windows ?? 0} windows, ${spread?.connects ?? 0} connects`, ...named.map(milliseconds)]
    }
    return {
        head: ["server CPU ms a connect", "from", "mean", "least", "p10", "median", "p90", "most"],
        rows: [row("full"), row("resumed")],
    }
}

export const sTime = ({ sTime: all }: StormResult): Table => ({
    head: ["openssl s_time", "", "connections", "of them resumed", "connections/s", "server CPU ms each"],
    rows: (all ?? []).map((one) => [
        one.protocol,
        `-${one.way}`,
        `${one.connections}`,
        `${one.resumed}`,
        figure(one.connectionsPerS, 0),
        milliseconds(one.serverCpuS),
    ]),
})

export function* sentences(result: StormResult): Iterable<string> {
    const { devices, workers, reports, memory, backoff, undelivered, load } = result
    const arrived =
        reports.arrived === null
            ? `${reports.acknowledged} were acknowledged`
            : `${reports.arrived} arrived at a subscriber, ${reports.arrivedTwice} of them twice`
    yield `${devices} devices on ${workers} workers made ${reports.made} reports; ${arrived}; ${reports.lost} were lost.`
    yield `${undelivered} wakes could not deliver what they had, and kept it for a later one.`
    const advised = Object.entries(backoff.advisedS).map(([s, times]) => ({ s: Number(s), times }))
    if (advised.length > 0) {
        const times = sum(advised, (one) => one.times)
        const all = advised.map(({ s }) => s)
        const mean = sum(advised, (one) => one.s * one.times) / times
        yield `Back-off was advised ${times} times, of ${Math.min(...all)} to ${Math.max(...all)} s, ${figure(mean)} s in the mean; devices slept ${figure(backoff.sleptLongerS, 0)} s longer for it.`
    }
    const each = load.map(
        ({ devices: n, cpuS, lateMs }) => `${n} devices, ${figure(cpuS)} s of CPU, wakes ${lateMs} ms late in the mean`,
    )
    yield `Workers: ${each.join("; ")}. Wakes that are late waited for this machine, not for the server.`
    yield `A device took ${memory.perDeviceBytes ?? "-"} bytes of memory, ${memory.stateBytes} of them its clocks, key and RTC slot.`
}

const WIDTH = 120

/** In lines as wide as documents are. */
function wrapped(text: string, indent = ""): string {
    const lines = [""]
    for (const word of text.split(" ")) {
        const line = lines.at(-1) ?? ""
        if (line === "") lines[lines.length - 1] = word
        else if (line.length + word.length < WIDTH) lines[lines.length - 1] = `${line} ${word}`
        else lines.push(`${indent}${word}`)
    }
    return lines.join("\n")
}

/** What a storm came to, as a part of docs/FLEET.md. */
export function stormMarkdown(result: StormResult): string {
    const { server, machine, scenario, devices } = result
    const tables = [phases(result), processorTime(result), ...(result.sTime === null ? [] : [sTime(result)])]
    const lines = [...sentences(result)].map((text) => wrapped(`- ${text}`, "  "))
    const openssl = machine.openssl.split(" ").slice(0, 2).join(" ")
    return [
        `#### ${server.name} ${server.version}, ${scenario}, ${devices} devices`,
        ...tables.map(markdownTable),
        lines.join("\n"),
        wrapped(
            `Made on ${machine.processors} processors, ${machine.model}, which devices and server share; ${openssl}, certificate ${server.certificate}.`,
        ),
    ].join("\n\n")
}

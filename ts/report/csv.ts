// One row a wake, with what each phase took. For spreadsheets and other programs.
import { tellsPhases } from "../run/phased.js"
import type { Run, RunWake } from "../run/run.js"
import { phaseWords } from "../run/wake-line.js"
import type { NamedRun } from "./html.js"

const head = [
    ...["file", "origin", "board", "wake", "start_s", "result", "reason", "protocol", "kind", "forced_full"],
    ...["bytes_tx", "bytes_rx", "duration_ms", "charge_uc", "energy_uj", "average_ua", "peak_ua", "lost_samples"],
    ...phaseWords.flatMap((phase) => [`${phase}_ms`, `${phase}_uj`]),
]

/** Not nothing: an empty cell is a phase that did not take place. */
const UNKNOWN = "unknown"

/** A text that a spreadsheet would take for a formula is kept a text. */
function cell(value: string | number | boolean | null | undefined): string {
    const text = value === null || value === undefined ? "" : String(value)
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function row(name: string, run: Run, wake: RunWake): string {
    const isPhased = tellsPhases(wake)
    const ofPhases = phaseWords.flatMap((word): (string | number)[] => {
        const found = wake.phases.find(({ phase }) => phase === word)
        if (found !== undefined) return [found.durationMs, found.energyUj]
        return isPhased && word !== "sleep" ? ["", ""] : [UNKNOWN, UNKNOWN]
    })
    return [
        ...[name, run.origin, run.board, wake.n, wake.startS, wake.result, wake.reason, wake.protocol, wake.kind],
        ...[wake.forcedFull, wake.bytesTx, wake.bytesRx, wake.durationMs, wake.chargeUc, wake.energyUj],
        ...[wake.averageUa, wake.peakUa, wake.lostSamples, ...ofPhases],
    ]
        .map(cell)
        .join(",")
}

export function reportCsv(runs: readonly NamedRun[]): string {
    const rows = runs.flatMap(({ name, run }) => run.wakes.map((wake) => row(name, run, wake)))
    return `${[head.join(","), ...rows].join("\n")}\n`
}

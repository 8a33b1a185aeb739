// A recording of full and resumed wakes in turn, as a CSV of known truth.
import { writeFileSync } from "node:fs"

export interface Recorded {
    wakes: number
    sleepMa: number
    fullMs?: number
    resumedMs?: number
    sleepMs?: number
}

/** At 1 kHz and 3 V; awake at 100 mA; it begins and ends with a sleep. Full wakes come first. */
export function writeRecording(path: string, recorded: Recorded): string {
    const { wakes, sleepMa, fullMs = 500, resumedMs = 200, sleepMs = 400 } = recorded
    const rows = ["time(ms),current(mA),voltage(V)"]
    const add = (count: number, ma: number) => {
        for (let index = 0; index < count; index++) rows.push(`${rows.length - 1},${ma},3`)
    }
    for (let wake = 0; wake < wakes; wake++) {
        add(sleepMs, sleepMa)
        add(wake % 2 === 0 ? fullMs : resumedMs, 100)
    }
    add(sleepMs, sleepMa)
    writeFileSync(path, `${rows.join("\n")}\n`)
    return path
}

// The field matrix: what happens to a server or to the network, by what a device's session is. Each cell is ten wakes by
// the real core over real TCP, beside the same device without sessions.
import { TaskProcess } from "../task-process.js"
import { type Column, columns, type Device } from "./columns.js"
import type { Life } from "./entry.js"
import { type Row, rows, WAKES } from "./rows.js"

/** What a process is told to run. */
export interface FieldTask {
    row: string
    column: string
    /** It never offers a session. */
    disabled: boolean
}

/** Why there is no figure, or ten wakes. */
export type MatrixEntry = { column: string; excluded: string } | { column: string; life: Life }

export interface FieldRow {
    name: string
    cells: MatrixEntry[]
    /** The same without ever offering a session, for each device that the columns have. */
    baselines: Partial<Record<Device, Life>>
}

export interface FieldMatrix {
    wakes: number
    rows: FieldRow[]
    /** What is not as it should be: see `findings`. */
    findings: string[]
}

export interface FieldOptions {
    /** Of rows whose name contains this. */
    only?: string
    onRow?: (name: string) => void
    signal?: AbortSignal
}

/** Much of a cell's time is spent waiting. */
const PROCESSES = 6

interface Job extends FieldTask {
    device: Device
    done: (life: Life) => void
}

/** What a row has to run, and where the figures go. */
function jobsFor(row: Row, result: FieldRow): Job[] {
    const jobs: Job[] = []
    const baselines = new Set<Device>()
    for (const { name: column, device } of columns) {
        const excluded = row.excludes?.(device)
        if (excluded !== undefined) {
            result.cells.push({ column, excluded })
            continue
        }
        const task = { row: row.name, column, device }
        if (!baselines.has(device)) {
            baselines.add(device)
            jobs.push({ ...task, disabled: true, done: (life) => (result.baselines[device] = life) })
        }
        const index = result.cells.push({ column, excluded: "" }) - 1
        jobs.push({ ...task, disabled: false, done: (life) => (result.cells[index] = { column, life }) })
    }
    return jobs
}

async function runAll(jobs: Job[], { signal }: FieldOptions): Promise<void> {
    const rest = [...jobs]
    const work = async (): Promise<void> => {
        using runner = new TaskProcess<FieldTask, Life>(new URL("./field-process.js", import.meta.url), signal)
        for (let job = rest.shift(); job !== undefined; job = rest.shift()) {
            signal?.throwIfAborted()
            const { done, row, column, disabled } = job
            done(await runner.run({ row, column, disabled }))
        }
    }
    await Promise.all(Array.from({ length: Math.min(PROCESSES, jobs.length) }, work))
}

export async function field(options: FieldOptions = {}): Promise<FieldMatrix> {
    const chosen = rows.filter(({ name }) => name.includes(options.only ?? ""))
    const results = chosen.map((row): FieldRow => ({ name: row.name, cells: [], baselines: {} }))
    const jobs = chosen.map((row, index) => {
        const result = results[index] as FieldRow
        const ofRow = jobsFor(row, result)
        let left = ofRow.length
        return ofRow.map(
            (job): Job => ({
                ...job,
                done: (life) => {
                    job.done(life)
                    if (--left === 0) options.onRow?.(row.name)
                },
            }),
        )
    })
    const isSlow = (index: number): boolean => chosen[index]?.isSlow === true
    const order = [...jobs.keys()].toSorted((a, b) => Number(isSlow(b)) - Number(isSlow(a)))
    await runAll(
        order.flatMap((index) => jobs[index] ?? []),
        options,
    )
    return { wakes: WAKES, rows: results, findings: results.flatMap(findings) }
}

/** A connect that fails once, and one more that shows that it was not chance. */
export const EXTRA_CONNECTS = 2

/** What is wrong in a row: of the script, where even a device without sessions fails, and of the device. */
export function findings({ name, cells, baselines }: FieldRow): string[] {
    const row = rows.find((one) => one.name === name)
    if (row === undefined) return []
    const ofScript = Object.entries(baselines).flatMap(([device, { wakes }]) =>
        wakes.flatMap(({ works, error }, index) =>
            works || row.isLost?.(index + 1)
                ? []
                : [`${name}, ${device} without sessions: wake ${index + 1} fails (${error ?? "no answer"})`],
        ),
    )
    const ofDevice = cells.flatMap((cell) => {
        const column = columns.find((one) => one.name === cell.column)
        if ("excluded" in cell || column === undefined) return []
        const baseline = baselines[column.device]
        if (baseline === undefined) return []
        return problemsOf(row, column, cell.life, baseline).map((problem) => `${name}, ${cell.column}: ${problem}`)
    })
    return [...ofScript, ...ofDevice]
}

function problemsOf(row: Row, column: Column, life: Life, baseline: Life): string[] {
    const problems: string[] = []
    const most = baseline.connects + EXTRA_CONNECTS
    if (life.connects > most) problems.push(`${life.connects} connects, and without sessions ${baseline.connects}`)
    life.wakes.forEach(({ works, reason, error }, index) => {
        if (works || baseline.wakes[index]?.works !== true) return
        problems.push(`wake ${index + 1} fails (${error ?? reason ?? "no answer"}), and without sessions it does not`)
    })
    if (life.resumed < (row.resumes?.(column) ?? 0)) problems.push(`${life.resumed} resumed of ${WAKES}`)
    const last = life.wakes.at(-1)?.protocol
    if (row.endsIn13 && column.device === "auto" && last !== "TLS1.3") problems.push(`it ends in ${last ?? "nothing"}`)
    return problems
}

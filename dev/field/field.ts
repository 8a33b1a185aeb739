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

/** What a row has to run: each of its devices once without sessions, and each cell. */
function tasksOf({ name: row, excludes }: Row): FieldTask[] {
    const concerned = columns.filter(({ device }) => excludes?.(device) === undefined)
    const firsts = new Map(concerned.toReversed().map((column) => [column.device, column]))
    return [
        ...[...firsts.values()].map(({ name: column }) => ({ row, column, disabled: true })),
        ...concerned.map(({ name: column }) => ({ row, column, disabled: false })),
    ]
}

const keyOf = ({ row, column, disabled }: FieldTask): string => JSON.stringify([row, column, disabled])

async function runAll(waiting: FieldTask[], { onRow, signal }: FieldOptions): Promise<Map<string, Life>> {
    const lives = new Map<string, Life>()
    const begun = new Set<string>()
    const work = async (): Promise<void> => {
        using runner = new TaskProcess<FieldTask, Life>(new URL("./field-process.js", import.meta.url), { signal })
        for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
            signal?.throwIfAborted()
            if (!begun.has(task.row)) onRow?.(task.row)
            begun.add(task.row)
            lives.set(keyOf(task), await runner.run(task))
        }
    }
    await Promise.all(Array.from({ length: Math.min(PROCESSES, waiting.length) }, work))
    return lives
}

function resultsOf(row: Row, lives: Map<string, Life>): FieldRow {
    const result: FieldRow = { name: row.name, cells: [], baselines: {} }
    for (const { name: column, device } of columns) {
        const of = (disabled: boolean) => lives.get(keyOf({ row: row.name, column, disabled }))
        const [life, baseline] = [of(false), of(true)]
        if (baseline !== undefined) result.baselines[device] = baseline
        result.cells.push(life !== undefined ? { column, life } : { column, excluded: row.excludes?.(device) ?? "" })
    }
    return result
}

export async function field(options: FieldOptions = {}): Promise<FieldMatrix> {
    const chosen = rows.filter(({ name }) => name.includes(options.only ?? ""))
    const slowFirst = chosen.toSorted((a, b) => Number(b.isSlow === true) - Number(a.isSlow === true))
    const lives = await runAll(slowFirst.flatMap(tasksOf), options)
    const results = chosen.map((row) => resultsOf(row, lives))
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

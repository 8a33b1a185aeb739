// A process that runs cells of the field matrix, one after the other: the core has one device for each process.
import { TemporaryFolder } from "../../ts/base/temporary.js"
import { columns } from "./columns.js"
import { runEntry } from "./entry.js"
import type { FieldAnswer, FieldTask } from "./field.js"
import { House } from "./house.js"
import { rows } from "./rows.js"

const opened = House.open()
const folder = new TemporaryFolder("field")

async function run({ row: rowName, column: columnName, disabled }: FieldTask): Promise<FieldAnswer> {
    const row = rows.find(({ name }) => name === rowName)
    const column = columns.find(({ name }) => name === columnName)
    if (row === undefined || column === undefined) throw new Error(`there is no cell ${rowName}, ${columnName}`)
    const flashFile = folder.file(`${rows.indexOf(row)}-${columns.indexOf(column)}-${disabled}`)
    return { life: await runEntry(await opened, row, column, disabled, flashFile) }
}

process.on("message", (task) => {
    run(task as FieldTask).then(
        (answer) => process.send?.(answer),
        (error: unknown) => process.send?.({ error: `${(task as FieldTask).row}: ${error}` } satisfies FieldAnswer),
    )
})
// The server and the folders go along.
process.on("disconnect", () => process.exit())
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit())

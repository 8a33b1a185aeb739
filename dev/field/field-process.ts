// A process that runs cells of the field matrix, one after the other.
import { TemporaryFolder } from "../../ts/base/temporary.js"
import { serveTasks } from "../task-process.js"
import { columns } from "./columns.js"
import { type Life, runEntry } from "./entry.js"
import type { FieldTask } from "./field.js"
import { House } from "./house.js"
import { rows } from "./rows.js"

const opened = House.open()
const folder = new TemporaryFolder("field")

serveTasks<FieldTask, Life>(async ({ row: rowName, column: columnName, disabled }) => {
    const row = rows.find(({ name }) => name === rowName)
    const column = columns.find(({ name }) => name === columnName)
    if (row === undefined || column === undefined) throw new Error(`there is no cell ${rowName}, ${columnName}`)
    const flashFile = folder.file(`${rows.indexOf(row)}-${columns.indexOf(column)}-${disabled}`)
    return await runEntry(await opened, row, column, disabled, flashFile)
})

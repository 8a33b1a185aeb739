// A process that runs servers of the interop matrix, one after the other.
import { catalogue } from "../servers/catalogue.js"
import { serveTasks } from "../task-process.js"
import type { ServerCells } from "./cells.js"
import type { InteropTask } from "./interop.js"
import { runServer } from "./server-cells.js"

serveTasks<InteropTask, ServerCells>(async ({ server, version }) => {
    const kind = catalogue.find(({ name }) => name === server)
    if (kind === undefined) throw new Error(`there is no server ${server}`)
    return await runServer(kind, version)
})

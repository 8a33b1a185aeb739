// A board that has just booted: it finds the state that it slept with, makes one visit, and says what it goes to sleep
// with.
import type { ClientOptions } from "../../ts/core/client.js"
import { loadState, saveState } from "../../ts/core/platform.js"
import type { Visit } from "../servers/exchange.js"
import { type VisitOptions, visit } from "./visit.js"

export interface Order {
    state: Buffer
    client: ClientOptions
    options: VisitOptions
}

export interface Report {
    visit: Visit
    state: Buffer
}

process.once("message", async (message) => {
    const order = message as Order
    loadState(order.state)
    const made = await visit(order.client, order.options)
    const report: Report = { visit: made, state: saveState() }
    process.send?.(report, () => process.disconnect())
})

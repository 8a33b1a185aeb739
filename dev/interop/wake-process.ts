// A board that has just booted: it finds the state that it slept with, or after a loss of power its flash alone, makes
// one visit, and says what it goes to sleep with.
import type { ClientOptions } from "../../ts/core/client.js"
import { loadState, restartWithFlash, saveState } from "../../ts/core/platform.js"
import type { Visit } from "../servers/exchange.js"
import { type VisitOptions, visit } from "./visit.js"

export interface Order {
    /** What its RTC RAM holds and its clocks, or the file of its flash. */
    from: { state: Buffer } | { flash: string }
    client: ClientOptions
    options: VisitOptions
}

export interface Report {
    visit: Visit
    state: Buffer
}

process.once("message", async (message) => {
    const order = message as Order
    if ("state" in order.from) loadState(order.from.state)
    else restartWithFlash(order.from.flash)
    const made = await visit(order.client, order.options)
    const report: Report = { visit: made, state: saveState() }
    process.send?.(report, () => process.disconnect())
})

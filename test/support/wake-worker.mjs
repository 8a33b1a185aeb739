// @ts-check
// A board that has just booted: it finds the state that it slept with, makes one visit, and says what
// it goes to sleep with.
import { loadState, saveState } from "#warmhello/core/platform.js"
import { visit } from "./visit.mjs"

/**
 * @typedef {object} Order
 * @property {Buffer} state
 * @property {import("#warmhello/core/client.js").ClientOptions} client
 * @property {import("./visit.mjs").VisitOptions} options
 *
 * @typedef {object} Report
 * @property {import("./visit.mjs").Visit} visit
 * @property {Buffer} state
 */

process.once("message", async (message) => {
    const order = /** @type {Order} */ (message)
    loadState(order.state)
    const made = await visit(order.client, order.options)
    /** @type {Report} */
    const report = { visit: made, state: saveState() }
    process.send?.(report, () => process.disconnect())
})

// The app's report: as long for each server as its protocol lets it be.
import type { Exchange } from "../servers/exchange.js"

export const REPORT_BYTES = 100

/** A request of HTTP is made as long as the report by a field of its own; what else a server speaks stays as it is. */
export function reportOf(exchange: Exchange): Exchange {
    return exchange.map((step) => {
        const text = Buffer.from(step.send).toString("latin1")
        if (!text.startsWith("GET ") || !text.endsWith("\r\n\r\n")) return step
        const field = "X-Report: "
        const missing = REPORT_BYTES - text.length - field.length - 2
        const longer = `${text.slice(0, -2)}${field}${"5".repeat(Math.max(missing, 1))}\r\n\r\n`
        return { ...step, send: Buffer.from(longer) }
    })
}

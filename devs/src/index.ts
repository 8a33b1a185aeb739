/**
 * The TLS session that the firmware keeps across deep sleep, as an app sees and steers it.
 *
 * ```ts
 * import { tlsSession } from "devicescript-warmhello"
 *
 * const { result, reason } = await tlsSession().outcome()
 * console.log(`${result}: ${reason}`)
 * ```
 *
 * @packageDocumentation
 */
import { TlsSession } from "@devicescript/core"
import { type OfApp, outcomeWith } from "./compact-outcome"
import type { LinkOptions } from "./link"
import { TlsSessionClient } from "./tls-session"

export type { OfApp } from "./compact-outcome"
export { type LinkOptions, ServiceError, type ServiceErrorCode } from "./link"
export * from "./tls-payloads"
export * from "./tls-session"
export * from "./tls-words"

let client: TlsSessionClient

/**
 * The client of this board's service, one for all callers. It takes no time: the service is looked for in the
 * background, and the first call waits for it.
 *
 * `options` count in the first call only.
 */
export function tlsSession(options: LinkOptions = {}): TlsSessionClient {
    // On a board the hint binds it to the board's own service, whatever else is on the bus.
    if (client === undefined) client = new TlsSessionClient(new TlsSession("tlsSession[int:0]"), options)
    return client
}

/**
 * What the last connect did and why, in 24 bytes at most (docs/SPEC.md, "Compact outcome"), to be added to what the app
 * sends. From the end of its handshake on that is the present connect, so an MQTT app can send its own. Before, it is
 * the last one: all that `fetch` can send in its headers, and the only way to tell of one that has failed.
 *
 * ```ts
 * import { fetch } from "@devicescript/net"
 * import { compactOutcome } from "devicescript-warmhello"
 *
 * const last = await compactOutcome({ firmware: 10402 })
 * const headers = last === undefined ? {} : { "Warmhello-Outcome": last.toString("hex") }
 * await fetch("https://example.com/readings", { method: "POST", headers, body: "20" })
 * ```
 *
 * Undefined before the first connect, and on firmware that does not tell. Throws nothing.
 */
export async function compactOutcome(ofApp: OfApp = {}): Promise<Buffer | undefined> {
    return await outcomeWith(tlsSession(), ofApp)
}
